//! A file of records, whatever it is: told by its content and not by its name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use crate::error::Damage;
use crate::export;
use crate::lines::{Line, Lines};
use crate::outcome::Outcome;
use crate::table::{Batch, TableReader};
use crate::text;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Format {
    /// The table as Parquet.
    Parquet,
    /// The table as CSV.
    Csv,
    /// A station's export as CSV.
    ExportCsv,
    /// A station's export, a JSON document a line.
    ExportJsonl,
    /// A station's export, the records' bytes.
    ExportBin,
}

impl Format {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::ExportCsv => "station_csv",
            Self::ExportJsonl => "station_jsonl",
            Self::ExportBin => "station_bin",
        }
    }
}

/// Bytes of a claimed record, as docs/formats.md has it.
const RECORD: u16 = 137;

/// Reads any file of records in batches, so that its size does not matter to memory.
pub struct RecordFile {
    content: Content,
    size: u64,
}

enum Content {
    Table(Box<TableReader>),
    Csv(Lines<BufReader<File>>, text::Head),
    ExportCsv(Lines<BufReader<File>>, export::Head),
    ExportJsonl(Lines<BufReader<File>>),
    ExportBin(Frames),
}

impl RecordFile {
    /// Opens a file, and finds out what it is.
    ///
    /// # Errors
    /// It cannot be read, is empty, is damaged, or holds something else.
    pub fn new(mut file: File) -> Result<Self, Damage> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(Damage::Foreign("it is a folder, and has no files in it".to_owned()));
        }
        let size = metadata.len();
        let mut begin = Vec::new();
        file.by_ref().take(4).read_to_end(&mut begin)?;
        file.rewind()?;
        let content = match begin.as_slice() {
            [] => return Err(Damage::Foreign("the file is empty".to_owned())),
            b"PAR1" => Content::Table(Box::new(TableReader::new(file)?)),
            [a, b, ..] if u16::from_be_bytes([*a, *b]) == RECORD => {
                Content::ExportBin(Frames::new(file))
            }
            _ => of_text(file)?,
        };
        Ok(Self { content, size })
    }

    /// What it is.
    #[must_use]
    pub const fn format(&self) -> Format {
        match self.content {
            Content::Table(_) => Format::Parquet,
            Content::Csv(..) => Format::Csv,
            Content::ExportCsv(..) => Format::ExportCsv,
            Content::ExportJsonl(_) => Format::ExportJsonl,
            Content::ExportBin(_) => Format::ExportBin,
        }
    }

    /// Its size in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How much of it was read, in bytes.
    #[must_use]
    pub fn read(&self) -> u64 {
        match &self.content {
            Content::Table(table) => {
                let whole = u128::from(self.size) * u128::from(table.read());
                let read = whole.checked_div(u128::from(table.rows()));
                read.and_then(|read| u64::try_from(read).ok()).unwrap_or(self.size)
            }
            Content::Csv(lines, _) | Content::ExportCsv(lines, _) => lines.read(),
            Content::ExportJsonl(lines) => lines.read(),
            Content::ExportBin(frames) => frames.read,
        }
    }

    /// At most so many rows more; `None` at the end.
    ///
    /// # Errors
    /// The file is damaged; there is nothing to be had after that.
    pub fn next(&mut self, most: usize) -> Result<Option<Batch>, Damage> {
        match &mut self.content {
            Content::Table(table) => table.next(most),
            Content::Csv(lines, head) => {
                of_lines(lines, most, |line| text::with_fields(line, |fields| head.row(fields)))
            }
            Content::ExportCsv(lines, head) => {
                of_lines(lines, most, |line| text::with_fields(line, |fields| head.row(fields)))
            }
            Content::ExportJsonl(lines) => of_lines(lines, most, export::row_of_json),
            Content::ExportBin(frames) => frames.next(most),
        }
    }
}

fn of_text(mut file: File) -> Result<Content, Damage> {
    let foreign = |what: String| Damage::Foreign(what);
    let mut lines = Lines::new(BufReader::new(file.try_clone()?));
    let Some(Line::Whole(line)) = lines.next()? else {
        return Err(foreign("it is no file of records: its first line has no end".to_owned()));
    };
    if line.trim_ascii_start().starts_with(b"{") {
        file.rewind()?;
        return Ok(Content::ExportJsonl(Lines::new(BufReader::new(file))));
    }
    let names =
        text::with_fields(line, |fields| Ok(fields.map(|name| name.trim().to_owned()).collect()));
    let names: Vec<String> = names.unwrap_or_default();
    let of_table = ["kind", "mac2"].into_iter().any(|ours| names.iter().any(|name| name == ours));
    if of_table {
        let head = text::Head::new(&names).map_err(foreign)?;
        return Ok(Content::Csv(lines, head));
    }
    match export::Head::new(&names) {
        Some(head) => Ok(Content::ExportCsv(lines, head)),
        None => Err(foreign(
            "it is no file of records: neither the table as Parquet or CSV nor a station's export"
                .to_owned(),
        )),
    }
}

/// Rows of lines; empty lines are none.
fn of_lines<R: BufRead>(
    lines: &mut Lines<R>,
    most: usize,
    row: impl Fn(&[u8]) -> Result<Outcome, String>,
) -> Result<Option<Batch>, Damage> {
    let mut batch = Batch::default();
    let mut ended = true;
    while let Some(line) = lines.next()? {
        let row = match line {
            Line::Whole(line) if line.trim_ascii().is_empty() => continue,
            Line::Whole(line) => row(line),
            Line::TooLong => Err("the line is too long for a record".to_owned()),
        };
        batch.add(lines.number(), row);
        if batch.len() >= most {
            ended = false;
            break;
        }
    }
    Ok(if ended && batch.is_empty() { None } else { Some(batch) })
}

/// Records' bytes, each behind its length in two bytes.
struct Frames {
    from: BufReader<File>,
    read: u64,
    number: u64,
}

impl Frames {
    fn new(file: File) -> Self {
        Self { from: BufReader::new(file), read: 0, number: 0 }
    }

    fn next(&mut self, most: usize) -> Result<Option<Batch>, Damage> {
        let mut batch = Batch::default();
        let mut bytes = Vec::new();
        while batch.len() < most && !self.from.fill_buf()?.is_empty() {
            bytes.clear();
            let mut length = [0; 2];
            self.whole(|from| from.read_exact(&mut length))?;
            let length = u16::from_be_bytes(length);
            bytes.resize(usize::from(length), 0);
            self.whole(|from| from.read_exact(&mut bytes))?;
            self.read += 2 + u64::from(length);
            self.number += 1;
            batch.add(self.number, export::row_of_bytes(&bytes));
        }
        Ok(if batch.is_empty() { None } else { Some(batch) })
    }

    fn whole(
        &mut self,
        read: impl FnOnce(&mut BufReader<File>) -> io::Result<()>,
    ) -> Result<(), Damage> {
        read(&mut self.from).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Damage::Broken(format!(
                "it ends within its record {}, which begins at byte {}",
                self.number + 1,
                self.read
            )),
            _ => Damage::Io(error),
        })
    }
}
