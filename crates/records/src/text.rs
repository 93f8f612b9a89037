//! The table as CSV: for people, and for what reads no Parquet.
//!
//! Ids, codes, dates and times are hex strings of their full width, money and counters decimal, the kind by its name; what
//! is not there is empty. The first line names the columns, which may come in any order.

use std::io::{self, Write};

use crate::columns::{COLUMNS, Column, Text};
use crate::outcome::{Kind, Outcome};

/// Writes rows as lines.
pub struct CsvWriter<W> {
    to: W,
    line: String,
}

impl<W: Write> CsvWriter<W> {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn new(mut to: W) -> io::Result<Self> {
        let names = COLUMNS.map(|column| column.name).join(",");
        writeln!(to, "{names}")?;
        Ok(Self { to, line: String::new() })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn write(&mut self, rows: &[Outcome]) -> io::Result<()> {
        for row in rows {
            self.line.clear();
            push_fields(&mut self.line, row);
            self.line.push('\n');
            self.to.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }

    /// What it is written to, after the last row.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.flush()?;
        Ok(self.to)
    }
}

/// The fields of a row, without the end of the line: no value has a comma or a quote.
pub(crate) fn push_fields(line: &mut String, row: &Outcome) {
    use std::fmt::Write as _;
    for (place, column) in COLUMNS.iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        let Some(value) = (column.get)(row) else { continue };
        // Writing to a string never fails.
        let _written = match column.text {
            Text::Decimal => write!(line, "{value}"),
            Text::Hex(digits) => write!(line, "{value:0digits$x}"),
            Text::Kind => match row.kind() {
                Some(kind) => write!(line, "{}", kind.name()),
                None => write!(line, "{value}"),
            },
        };
    }
}

/// Where the columns stand in the lines of a file.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// For each field of a line the place of its column; `None` for a field that is not ours.
    fields: Vec<Option<usize>>,
}

impl Head {
    /// Out of the names in the first line.
    ///
    /// # Errors
    /// Which column is not there, or twice.
    pub(crate) fn new(names: &[String]) -> Result<Self, String> {
        let place = |name: &String| COLUMNS.iter().position(|column| column.name == name);
        let fields: Vec<Option<usize>> = names.iter().map(place).collect();
        for (place, column) in COLUMNS.iter().enumerate() {
            match fields.iter().filter(|field| **field == Some(place)).count() {
                1 => {}
                0 => return Err(format!("there is no column `{}` in its first line", column.name)),
                _ => return Err(format!("the column `{}` stands there twice", column.name)),
            }
        }
        Ok(Self { fields })
    }

    /// The row of a line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn row<'a>(&self, fields: impl Iterator<Item = &'a str>) -> Result<Outcome, String> {
        let (mut row, mut count, mut wrong) = (Outcome::default(), 0, None);
        for field in fields {
            let place = self.fields.get(count).copied().flatten();
            count += 1;
            let Some(column) = place.and_then(|place| COLUMNS.get(place)) else { continue };
            if wrong.is_none() {
                wrong = put(column, field.trim(), &mut row).err();
            }
        }
        // A field too few or too many makes the others wrong, too.
        match (self.fields.len(), wrong) {
            (wanted, _) if wanted != count => {
                Err(format!("it has {count} fields, and {wanted} are wanted"))
            }
            (_, Some(wrong)) => Err(wrong),
            (_, None) => Ok(row),
        }
    }
}

fn put(column: &Column, text: &str, row: &mut Outcome) -> Result<(), String> {
    let fits = (column.set)(row, value(column, text)?);
    fits.then_some(()).ok_or_else(|| format!("`{}` is too large for its column", column.name))
}

fn value(column: &Column, text: &str) -> Result<Option<i128>, String> {
    if text.is_empty() {
        return match column.nullable() {
            true => Ok(None),
            false => Err(format!("`{}` is empty", column.name)),
        };
    }
    let wrong = |want: String| Err(format!("`{}` must be {want}", column.name));
    match column.text {
        Text::Kind => match Kind::from_name(text) {
            Some(kind) => Ok(Some(kind.number().into())),
            None => wrong(format!("one of {}", Kind::ALL.map(Kind::name).join(", "))),
        },
        Text::Hex(digits) => {
            let hex = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            match i128::from_str_radix(text, 16) {
                Ok(value) if hex => Ok(Some(value)),
                _ => wrong(format!("exactly {digits} hex digits (0-9, a-f)")),
            }
        }
        Text::Decimal => {
            let digits = text.strip_prefix('-').filter(|_| column.signed).unwrap_or(text);
            let good = digits.len() <= 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
            match text.parse() {
                Ok(value) if good => Ok(Some(value)),
                _ => wrong("a whole number in decimal digits".to_owned()),
            }
        }
    }
}

/// Calls with the fields of a line, quoted ones without their quotes.
///
/// # Errors
/// The line is no text; or what the call says.
pub(crate) fn with_fields<T>(
    line: &[u8],
    call: impl FnOnce(&mut dyn Iterator<Item = &str>) -> Result<T, String>,
) -> Result<T, String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8 text".to_owned())?;
    if !line.contains('"') {
        return call(&mut line.split(','));
    }
    let how = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let mut records = how.into_records();
    let record = records.next().and_then(Result::ok).unwrap_or_default();
    if records.next().is_some() {
        return Err("it holds more than one record: a line ends with LF or CRLF".to_owned());
    }
    call(&mut record.iter())
}
