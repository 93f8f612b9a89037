//! `--trace` and `--trace-json`: every APDU on its way to card and PSAM, in words. PINs are masked by `explain`, and
//! keys never stand in an APDU.

mod telling;

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{Write as _, stderr};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use explain::{Chip, Command};
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::cli::TraceArgs;
use crate::error::Error;

use telling::{answer_document, answer_text, command_text};
pub(crate) use telling::{answer_words, command_document, document_of_answer, write_values};

/// Where the trace of a command goes; its clones go to the same place.
#[derive(Clone, Default)]
pub struct Trace {
    told: bool,
    lines: Option<Rc<RefCell<Lines>>>,
}

/// The file of `--trace-json`.
struct Lines {
    file: File,
    broken: bool,
}

impl Trace {
    /// As the command line wants it.
    ///
    /// # Errors
    /// The file cannot be made, or there is one already.
    pub fn open(args: &TraceArgs) -> Result<Self, Error> {
        let lines = args.trace_json.as_deref().map(make).transpose()?;
        let lines = lines.map(|file| Rc::new(RefCell::new(Lines { file, broken: false })));
        Ok(Self { told: args.trace, lines })
    }

    /// A slot whose APDUs go through the trace.
    pub fn of<T>(&self, slot: T, chip: Chip) -> Traced<T> {
        Traced { slot, chip, trace: self.clone() }
    }

    fn is_off(&self) -> bool {
        !self.told && self.lines.is_none()
    }

    /// Says what is about to go out, before it does: the line is there even when the answer never comes.
    fn sends(&self, chip: Chip, command: &Command) {
        if self.told {
            let _unheard = write!(stderr(), "{}", command_text(chip, command));
        }
    }

    fn got(&self, chip: Chip, command: &Command, answer: Option<&[u8]>, took: Duration) {
        if self.told {
            let _unheard = write!(stderr(), "{}", answer_text(chip, command, answer, took));
        }
        let Some(lines) = &self.lines else { return };
        let mut document = command_document(Some(chip), command);
        document["answer"] =
            answer.map(|answer| answer_document(Some(chip), command, answer)).into();
        document["ms"] = (took.as_secs_f64() * 1000.0).into();
        lines.borrow_mut().write(&document.to_string());
    }
}

impl Lines {
    /// A trace that cannot be written is said once and hinders nothing: money comes first.
    fn write(&mut self, line: &str) {
        if self.broken {
            return;
        }
        if let Err(error) = writeln!(self.file, "{line}") {
            self.broken = true;
            let _unheard = writeln!(
                stderr(),
                "greylock: the trace ends here, its file refused a line: {error}"
            );
        }
    }
}

/// A new file; only what is no file, such as a pipe, may be there already.
fn make(path: &Path) -> Result<File, Error> {
    let special = std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let mut how = OpenOptions::new();
    how.write(true)
        .create_new(!special)
        .open(path)
        .map_err(|error| Error::file("make", path, &error))
}

/// A slot on whose way every APDU is traced.
pub struct Traced<T> {
    slot: T,
    chip: Chip,
    trace: Trace,
}

impl<T> Traced<T> {
    /// What is in the slot.
    pub fn slot_mut(&mut self) -> &mut T {
        &mut self.slot
    }

    /// What was in the slot.
    pub fn into_slot(self) -> T {
        self.slot
    }
}

impl<T> Deref for Traced<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.slot
    }
}

impl<T> DerefMut for Traced<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.slot
    }
}

impl<T: Transport> Transport for Traced<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        if self.trace.is_off() {
            return self.slot.transmit(command);
        }
        let explained = explain::command(command, Some(self.chip));
        self.trace.sends(self.chip, &explained);
        let begun = Instant::now();
        let answer = self.slot.transmit(command);
        let bytes = answer.as_ref().ok().map(wire::Buf::as_slice);
        self.trace.got(self.chip, &explained, bytes, begun.elapsed());
        answer
    }

    fn is_present(&mut self) -> bool {
        self.slot.is_present()
    }
}
