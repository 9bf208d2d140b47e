//! The migrations are built into the program; a new one must make it be built again.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
