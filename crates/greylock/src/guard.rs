//! A panic is a bug of ours: said in a sentence, exit code 70.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

use crate::error::Error;

/// Replaces the standard message about a panic, in every thread. A damaged file on which a library gives up is no bug: it
/// is told as damage, where it is read.
pub fn install_hook() {
    set_hook(Box::new(|info| {
        if records::reads_pages() {
            return;
        }
        let _unheard = writeln!(std::io::stderr(), "{}", sentence(info));
    }));
}

/// Runs `work`; a panic in it becomes an error.
///
/// # Errors
/// What `work` gives, or that it panicked.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::bug("the program came to a place that it should never reach"))
    })
}

fn sentence(info: &PanicHookInfo<'_>) -> String {
    let place =
        info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let payload = info.payload();
    let why = payload.downcast_ref::<&str>().copied();
    let why = why.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let why = why.unwrap_or("no reason given");
    format!("greylock: this is a bug in the program{place}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Exit;

    #[test]
    fn a_panic_is_our_bug() {
        let outcome: Result<(), Error> = guarded(|| panic!("on purpose"));
        assert_eq!(outcome.unwrap_err().fault.exit(), Exit::Bug);
    }

    #[test]
    fn other_outcomes_pass() {
        assert_eq!(guarded(|| Ok(7)).unwrap(), 7);
        let refused: Result<(), Error> = guarded(|| Err(Error::usage("no")));
        assert_eq!(refused.unwrap_err().fault.exit(), Exit::WrongUse);
    }
}
