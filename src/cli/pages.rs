//! Pages that are made from the program itself, so they can't be out of date: completions for shells, manual pages,
//! the settings file to start from, and the versions.

use std::fs;
use std::io::Write;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use dialnote_slack::config::file;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::help::{self, PROGRAM};

/// Prints a settings file to start from.
pub(crate) fn settings() -> Result<(), Failure> {
    Ok(std::io::stdout().write_all(file::example().as_bytes())?)
}

/// Prints the versions of the program and of its database, for the Slack CLI (docs/contracts/slack-2026.md §10.4).
pub(crate) fn versions() -> Result<(), Failure> {
    let version = |name: &str, current: &str| json!({ "name": name, "current": current });
    let versions = [version(PROGRAM, env!("CARGO_PKG_VERSION")), version("SQLite", rusqlite::version())];
    Ok(writeln!(std::io::stdout(), "{}", json!({ "versions": versions }))?)
}

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    // Made in memory first, because the generator panics if it can't write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(), PROGRAM, &mut script);
    Ok(std::io::stdout().write_all(&script)?)
}

/// Prints the manual page of the program, or writes the pages of all commands to a folder.
pub(crate) fn man(folder: Option<&Path>) -> Result<(), Failure> {
    let Some(folder) = folder else {
        return Ok(std::io::stdout().write_all(&page(help::command())?)?);
    };
    let failed = |cause| Failure::Pages { folder: folder.to_owned(), cause };
    fs::create_dir_all(folder).map_err(failed)?;
    let pages = pages()?;
    for (name, page) in &pages {
        fs::write(folder.join(format!("{name}.1")), page).map_err(failed)?;
    }
    Ok(writeln!(std::io::stdout(), "wrote {} pages to {}", pages.len(), folder.display())?)
}

/// Returns the pages of the program and of its commands, each with its name.
fn pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = help::command().disable_help_subcommand(true);
    // This gives each command its full name and the options of the program.
    program.build();
    let mut pages = Vec::new();
    add_pages(&program, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or(PROGRAM);
    pages.push((name.to_owned(), page(command.clone())?));
    command.get_subcommands().try_for_each(|below| add_pages(below, pages))
}

fn page(command: Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
