//! The command `greylock`: hands the process's arguments and streams to the library.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use greylock::env::{Settings, SystemClock, SystemRandom};
use greylock::{Io, guard, run};

fn main() -> ExitCode {
    guard::install_hook();
    let mut io = Io {
        // Not locked for the whole run: a terminal that is held reads a line of it too.
        stdin: &mut io::BufReader::new(io::stdin()),
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
        clock: &mut SystemClock,
        random: &mut SystemRandom,
        settings: Settings::of_this_process(),
    };
    run(std::env::args_os(), &mut io).into()
}
