//! An answer in words.

use wire::StatusWord;
use wire::apdu::split_response;

use crate::field::Field;
use crate::layout::{self, Value};
use crate::table::{Chip, Row, TABLE, who};

/// An answer taken apart.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The data in hex.
    pub data: String,
    /// Number of bytes of the data.
    pub data_len: usize,
    /// The status word; `None` under two bytes.
    pub status: Option<StatusWord>,
    /// What it says.
    pub words: &'static str,
    /// The data elements.
    pub values: Vec<Value>,
    /// What is wrong with it.
    pub trouble: Option<String>,
}

/// Explains the answer to a command of this header; without one, its status word alone.
#[must_use]
pub fn answer(bytes: &[u8], header: Option<[u8; 4]>, chip: Option<Chip>) -> Answer {
    let chip = header.map_or(chip, |header| who(header, chip));
    let knows = |row: &&Row| chip.is_none_or(|chip| row.chips.contains(&chip));
    let of_header = |row: &&Row| header.is_some_and(|header| row.has_header(header));
    explain(bytes, &TABLE.iter().filter(knows).filter(of_header).collect::<Vec<_>>())
}

/// Explains the answer to a command by its rows.
#[must_use]
pub fn answer_to(bytes: &[u8], rows: &[&'static Row]) -> Answer {
    explain(bytes, rows)
}

/// The elements of the data of an answer with their bytes; `None` when the command answers none of this length.
#[must_use]
pub fn parts_of_answer(
    data: &[u8],
    header: [u8; 4],
    chip: Chip,
) -> Option<Vec<(&'static Field, &[u8])>> {
    let chip = who(header, Some(chip))?;
    let mut rows = TABLE.iter().filter(|row| row.chips.contains(&chip) && row.has_header(header));
    layout::split(rows.find(|row| layout::fits(row.answer, data.len()))?.answer, data)
}

/// A value with more characters than this says nothing to people.
const LONGEST: usize = 16;

impl Answer {
    /// In a few words: what is done, and the one thing that it tells; every value as `show` has it.
    #[must_use]
    pub fn brief(&self, show: impl Fn(&Value) -> String) -> String {
        let status = self.status.filter(|status| !status.is_done());
        let words = status
            .map_or_else(|| self.words.to_owned(), |status| format!("{status} {}", self.words));
        let told = match self.values.as_slice() {
            [only] => Some(only),
            many => many.iter().find(|value| value.name == "state"),
        };
        let told = told.map(|value| (value, show(value)));
        match told.filter(|(_, shown)| shown.len() <= LONGEST) {
            None => words,
            // A balance is not told as a balance of a balance.
            Some((value, shown)) if value.name == words || value.name == "state" => {
                format!("{words} {shown}")
            }
            Some((value, shown)) => format!("{words}, {} {shown}", value.name),
        }
    }
}

fn explain(bytes: &[u8], rows: &[&'static Row]) -> Answer {
    let Some((data, status)) = split_response(bytes) else {
        return Answer {
            data: hex::encode(bytes),
            data_len: bytes.len(),
            status: None,
            words: "no answer",
            values: Vec::new(),
            trouble: Some("an answer ends with a status word of two bytes".to_owned()),
        };
    };
    let good = status.is_done() || status == StatusWord::APPLICATION_INVALIDATED;
    let row = rows.iter().copied().find(|row| good && layout::fits(row.answer, data.len()));
    let parts = row.and_then(|row| layout::split(row.answer, data)).unwrap_or_default();
    let words = match rows.first() {
        Some(first) if status.is_done() => row.unwrap_or(first).done,
        _ => status.words(),
    };
    Answer {
        data: hex::encode(data),
        data_len: data.len(),
        status: Some(status),
        words,
        values: named(layout::values(&parts), data),
        trouble: trouble(rows, row, data, good, &parts),
    }
}

fn trouble(
    rows: &[&'static Row],
    row: Option<&'static Row>,
    data: &[u8],
    good: bool,
    parts: &[(&'static Field, &[u8])],
) -> Option<String> {
    match (rows.first(), row) {
        (None, _) => None,
        (Some(first), None) if good => {
            let (wanted, _) = layout::len_of(first.answer);
            Some(format!("{} answers {wanted} bytes, not {}", first.name, data.len()))
        }
        (Some(first), None) if !data.is_empty() => {
            Some(format!("{} is refused with data behind it", first.name))
        }
        _ => layout::first_bad(parts),
    }
}

/// A and B of GET GREY STATUS by the state and the tag that stand before them (protocol §6).
fn named(mut values: Vec<Value>, data: &[u8]) -> Vec<Value> {
    let names = match data {
        [0x01, ..] => ["MAC2", "GTAC"],
        [0x10, 0x93 | 0x94, ..] => ["amount", "TAC"],
        [0x10, 0x95 | 0x96, ..] => ["amount", "MAC3"],
        _ => return values,
    };
    for value in &mut values {
        match value.name {
            "A" => value.name = names[0],
            "B" => value.name = names[1],
            _ => {}
        }
    }
    for value in &mut values {
        if let (true, crate::Shown::Text(text)) = (value.name == "amount", &value.shown)
            && let Ok(number) = u32::from_str_radix(text, 16)
        {
            value.shown = crate::Shown::Number(number);
        }
    }
    values
}
