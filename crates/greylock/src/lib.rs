//! The command `greylock`: every actor of the grey-lock purse as a subcommand.
//!
//! A shell: it reads arguments and files, gives bytes, time and randomness to the crates that hold the rules, and
//! prints what they answer. No rule of the protocol stands here.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`] | the arguments of every command and how values are read |
//! | [`commands`] | one file per command: from its arguments to a [`Report`] or an [`Error`] |
//! | [`media`] | image files as memory, torn on purpose if asked, and as card and PSAM to talk to |
//! | [`script`] | step scripts, in memory, on an image or in a reader |
//! | [`trace`] | every APDU in words, on stderr and as lines of JSON |
//! | `slots` | where a running station's cards and PSAMs are put in |
//! | [`site`], [`centre`] | a station's folder, and a centre in a folder |
//! | `serving` | configuration, log and entrance of the centre's server |
//! | `sizing` | what a network asks of its centre, as arithmetic |
//! | `top` | running stations, drawn in a terminal |
//! | `stationing` | configuration of a running station, and the station that is made of it |
//! | [`transport_key`] | the key of a blank chip |
//! | [`mod@env`] | time, randomness, environment and PIN, each through one place |
//! | [`output`], [`error`], [`guard`] | documents, texts, messages, exit codes; a panic becomes exit code 70 |
#![forbid(unsafe_code)]

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

mod bench;
pub mod centre;
pub mod cli;
pub mod commands;
pub mod env;
pub mod error;
pub mod guard;
mod hold;
pub mod media;
pub mod output;
pub mod script;
mod serve;
mod serving;
pub mod site;
mod sizing;
mod slots;
mod stationing;
mod top;
pub mod trace;
pub mod transport_key;
pub mod vault;

pub use error::{Error, Fault};
pub use output::{Context, Exit, Io, Report};

use cli::Cli;

/// Runs one command line, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => {
            let mut context = Context::new(io, cli.json);
            match guard::guarded(|| commands::run(&cli, &mut context)) {
                Ok(report) => context.print_report(&report),
                Err(error) => context.print_error(&error),
            }
        }
        Err(said) => {
            let json = arguments.iter().any(|argument| argument == "--json");
            said_by_the_parser(&said, &mut Context::new(io, json))
        }
    }
}

/// Help and version go to stdout, a wrong command line is wrong use.
fn said_by_the_parser(said: &clap::Error, context: &mut Context<'_>) -> Exit {
    let settings = &context.io.settings;
    let colour = if said.use_stderr() { settings.colour_err } else { settings.colour_out };
    let text = said.render();
    let text = if colour { text.ansi().to_string() } else { text.to_string() };
    if !said.use_stderr() {
        let written = context.write_out(&text);
        return written.map_or_else(|error| context.print_error(&error), |()| Exit::Done);
    }
    if context.json {
        let plain = said.render().to_string();
        let error = match said.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Error::usage("a subcommand or an argument is missing")
            }
            _ => Error::usage(first_paragraph(&plain)),
        };
        return context.print_error(&error.advice("see --help"));
    }
    context.note(text.trim_end());
    Exit::WrongUse
}

/// What is wrong, without usage and tips.
fn first_paragraph(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}
