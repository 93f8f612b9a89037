//! The file of bad records: CSV, each row with where it stands and what is wrong with it.

use std::io::{self, Write};

use crate::columns::COLUMNS;
use crate::error::Wrong;
use crate::outcome::Outcome;
use crate::text::push_fields;
use crate::verdict::Verdict;

/// Name of the reason of a line that is no record.
pub const UNREADABLE: &str = "unreadable";

/// Writes bad records. The columns of the table follow `file,row,reason,class,what`.
pub struct BadWriter<W: Write> {
    to: csv::Writer<W>,
    fields: String,
}

impl<W: Write> BadWriter<W> {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn new(to: W) -> io::Result<Self> {
        let mut to = csv::Writer::from_writer(to);
        let head = ["file", "row", "reason", "class", "what"].into_iter();
        to.write_record(head.chain(COLUMNS.iter().map(|column| column.name)))?;
        Ok(Self { to, fields: String::new() })
    }

    /// Adds a record, by the row or line at which it stands.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn record(
        &mut self,
        file: &str,
        row: u64,
        outcome: &Outcome,
        verdict: Verdict,
    ) -> io::Result<()> {
        let Some(reason) = verdict.reason() else { return Ok(()) };
        let (row, what) = (row.to_string(), reason.words());
        self.fields.clear();
        push_fields(&mut self.fields, outcome);
        let head = [file, &row, reason.name(), reason.class().name(), what].into_iter();
        self.to.write_record(head.chain(self.fields.split(',')))?;
        Ok(())
    }

    /// Adds a line that is no record.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn unreadable(&mut self, file: &str, wrong: &Wrong) -> io::Result<()> {
        let row = wrong.row.to_string();
        let head = [file, &row, UNREADABLE, "quarantined", &wrong.what].into_iter();
        self.to.write_record(head.chain(COLUMNS.iter().map(|_| "")))?;
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn finish(mut self) -> io::Result<()> {
        self.to.flush()
    }
}
