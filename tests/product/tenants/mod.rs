//! Installations: connecting, isolation and keys.

mod install_and_connect;
mod isolation;
mod key_rotation;
