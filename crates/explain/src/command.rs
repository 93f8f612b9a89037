//! A command in words.

use wire::{BlankCommand, CardCommand, PsamCommand, StatusWord};

use crate::field::{Kind, MASK};
use crate::layout::{self, Value};
use crate::table::{Byte, Chip, Row, TABLE, who};

/// A command taken apart.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its row; `None` for bytes that are no command of the protocol.
    pub row: Option<&'static Row>,
    /// CLA INS P1 P2 in hex, or all that is there.
    pub header: String,
    /// Lc in hex, where there are data.
    pub lc: Option<String>,
    /// The data in hex; PINs and what a PIN is in are masked.
    pub data: String,
    /// Number of bytes of the data.
    pub data_len: usize,
    /// Le in hex.
    pub le: Option<String>,
    /// The data elements, those of the header first.
    pub values: Vec<Value>,
    /// What is wrong with it, and the status word that it gets.
    pub trouble: Option<Trouble>,
    raw_header: Option<[u8; 4]>,
}

/// What is wrong with a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// In words.
    pub what: String,
    /// What card or PSAM answer to it.
    pub status: Option<StatusWord>,
}

/// Instructions whose data may hold a PIN or keys, whatever else is wrong with the command.
const SECRET: [u8; 4] = [0x20, 0x24, 0x5E, 0xE2];

/// Explains a command; with a chip, as that one understands it.
#[must_use]
pub fn command(bytes: &[u8], chip: Option<Chip>) -> Command {
    let Some((header, rest)) = bytes.split_first_chunk::<4>() else {
        return no_header(bytes);
    };
    let (body, chip) = (Body::of(rest), who(*header, chip));
    let knows = |row: &&Row| chip.is_none_or(|chip| row.chips.contains(&chip));
    let rows: Vec<&'static Row> =
        TABLE.iter().filter(knows).filter(|row| row.has_header(*header)).collect();
    let row = rows.iter().copied().find(|row| layout::fits(row.data, body.data.len()));
    let row = row.filter(|_| body.whole);
    let mut explained = Command {
        row,
        header: hex::encode_upper(header),
        lc: body.lc.map(|lc| format!("{lc:02X}")),
        data: MASK.repeat(body.data.len()),
        data_len: body.data.len(),
        le: body.le.map(|le| format!("{le:02X}")),
        values: Vec::new(),
        trouble: None,
        raw_header: Some(*header),
    };
    let bad = row.and_then(|row| fill(&mut explained, row, *header, body.data));
    if row.is_none() && !SECRET.contains(&header[1]) {
        explained.data = hex::encode(body.data);
    }
    explained.trouble = refusal(bytes, chip).map(|status| Trouble {
        what: bad.unwrap_or_else(|| what_is_wrong(*header, &body, &rows, chip, status)),
        status: Some(status),
    });
    explained
}

impl Command {
    /// The command's name, or `unknown`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.row.map_or("unknown command", |row| row.name)
    }

    /// All of its bytes in hex, lower case; PINs and what a PIN is in are masked.
    #[must_use]
    pub fn masked(&self) -> String {
        let (lc, le) = (self.lc.as_deref().unwrap_or(""), self.le.as_deref().unwrap_or(""));
        [&self.header, lc, &self.data, le].concat().to_lowercase()
    }

    /// The header as sent, where there is one.
    #[must_use]
    pub const fn raw_header(&self) -> Option<[u8; 4]> {
        self.raw_header
    }
}

/// Too short to say anything.
fn no_header(bytes: &[u8]) -> Command {
    let what = "a command begins with four bytes: class, instruction, P1 and P2";
    Command {
        row: None,
        header: hex::encode_upper(bytes),
        lc: None,
        data: String::new(),
        data_len: 0,
        le: None,
        values: Vec::new(),
        trouble: Some(Trouble { what: what.to_owned(), status: Some(StatusWord::WRONG_LENGTH) }),
        raw_header: None,
    }
}

/// Fills in the elements; answers the first one that is wrong.
fn fill(
    explained: &mut Command,
    row: &'static Row,
    header: [u8; 4],
    data: &[u8],
) -> Option<String> {
    let mut parts = Vec::new();
    for (wanted, byte) in row.header.iter().zip(&header) {
        if let Byte::Of(field) = wanted {
            parts.push((*field, std::slice::from_ref(byte)));
        }
    }
    let of_data = layout::split(row.data, data).unwrap_or_default();
    let shown = of_data.iter().map(|(field, part)| match field.kind {
        Kind::Secret => MASK.repeat(part.len()),
        _ => hex::encode(part),
    });
    explained.data = shown.collect();
    parts.extend(of_data);
    explained.values = layout::values(&parts);
    layout::first_bad(&parts)
}

/// The status word of the first refusal at the door; `None` when a chip takes the command in.
fn refusal(bytes: &[u8], chip: Option<Chip>) -> Option<StatusWord> {
    let card = CardCommand::parse(bytes).err();
    let psam = PsamCommand::parse(bytes).err();
    let blank = BlankCommand::parse(bytes).err();
    match chip {
        Some(Chip::Card) => card,
        Some(Chip::Psam) => psam,
        Some(Chip::Blank) => blank,
        // What stands further back in the order of checks is nearer to the truth.
        None => {
            let all = [card?, psam?, blank?];
            all.into_iter()
                .reduce(|one, other| if distance(one) >= distance(other) { one } else { other })
        }
    }
}

/// Steps of the order of checks (protocol §5) that a command passed.
const fn distance(status: StatusWord) -> u8 {
    match status {
        StatusWord::UNKNOWN_CLASS => 0,
        StatusWord::UNKNOWN_INSTRUCTION => 1,
        StatusWord::WRONG_P1P2 => 2,
        StatusWord::WRONG_LENGTH => 3,
        _ => 4,
    }
}

fn what_is_wrong(
    [class, instruction, p1, p2]: [u8; 4],
    body: &Body<'_>,
    rows: &[&'static Row],
    chip: Option<Chip>,
    status: StatusWord,
) -> String {
    let who = match chip {
        None => "card or PSAM",
        Some(Chip::Card) => "the card",
        Some(Chip::Psam) => "the PSAM",
        Some(Chip::Blank) => "a blank chip",
    };
    match status {
        StatusWord::UNKNOWN_CLASS => format!("class {class:02X} is none that {who} knows"),
        StatusWord::UNKNOWN_INSTRUCTION => {
            format!("{who} knows no instruction {instruction:02X} in class {class:02X}")
        }
        StatusWord::WRONG_P1P2 => {
            format!("{class:02X} {instruction:02X} has no P1 {p1:02X} with P2 {p2:02X}")
        }
        StatusWord::WRONG_LENGTH if !body.whole => {
            "Lc does not say how many bytes follow".to_owned()
        }
        StatusWord::WRONG_LENGTH => wrong_length(body, rows),
        StatusWord(word) if word >> 8 == 0x6C => {
            format!("Le must be absent, 00 or {:02X}", word & 0xFF)
        }
        _ => "the data say nothing that the protocol knows".to_owned(),
    }
}

fn wrong_length(body: &Body<'_>, rows: &[&'static Row]) -> String {
    let name = rows.first().map_or("the command", |row| row.name);
    let wanted: Vec<String> = rows
        .iter()
        .map(|row| match layout::len_of(row.data) {
            (fixed, true) => format!("more than {fixed}"),
            (fixed, false) => fixed.to_string(),
        })
        .collect();
    if rows.iter().any(|row| layout::fits(row.data, body.data.len())) {
        return format!("{name} has another length, or no Le");
    }
    format!("{name} has {} bytes of data, not {}", wanted.join(" or "), body.data.len())
}

/// What follows the header.
struct Body<'a> {
    lc: Option<u8>,
    data: &'a [u8],
    le: Option<u8>,
    /// Whether the lengths agree.
    whole: bool,
}

impl<'a> Body<'a> {
    fn of(rest: &'a [u8]) -> Self {
        match rest {
            [] => Self { lc: None, data: &[], le: None, whole: true },
            [le] => Self { lc: None, data: &[], le: Some(*le), whole: true },
            [lc, body @ ..] => match body.split_at_checked(usize::from(*lc)) {
                Some((data, [])) if *lc > 0 => Self { lc: Some(*lc), data, le: None, whole: true },
                Some((data, [le])) if *lc > 0 => {
                    Self { lc: Some(*lc), data, le: Some(*le), whole: true }
                }
                _ => Self { lc: Some(*lc), data: body, le: None, whole: false },
            },
        }
    }
}
