//! Progress of a refuelling on stderr, and `--hold-at`, which stops it after a journal step.

use std::io::{BufRead as _, Write as _, stderr, stdin};

use station::journal::Watcher;
use wire::Entry;

use crate::cli::HoldStep;

/// Tells each step once it is durable; at the step to hold at, waits for a line on stdin or its
/// end before the act that the step allows.
#[must_use]
pub(crate) fn watcher(hold_at: Option<HoldStep>) -> Watcher {
    Box::new(move |entry| {
        let Entry::Lock { step, .. } = entry else { return };
        if hold_at.is_some_and(|hold| hold.name() == step.name()) {
            let _unheard = writeln!(stderr(), "holding at {}", step.name());
            let _ended = stdin().lock().read_line(&mut String::new());
        }
    })
}
