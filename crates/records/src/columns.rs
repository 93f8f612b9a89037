//! The columns: name and width of each, and how rows become cells and back.

use crate::outcome::Outcome;

/// Fills cells from rows.
type Fill<T> = fn(&[Outcome], &mut Vec<T>);
/// Fills rows from cells; the places of cells that the column cannot hold go to the last argument.
type Put<T> = fn(&mut [Outcome], &[T], &mut Vec<usize>);

/// How a column's cells are stored.
#[derive(Clone, Copy)]
pub(crate) enum Cells {
    /// As INT32.
    Narrow(Fill<i32>, Put<i32>),
    /// As INT64.
    Wide(Fill<i64>, Put<i64>),
    /// As INT32, or nothing: the TAC.
    Tac,
}

/// How a column's values are written in a text.
#[derive(Clone, Copy)]
pub(crate) enum Text {
    /// [`crate::Kind::name`].
    Kind,
    /// So many hex digits.
    Hex(usize),
    /// As a number.
    Decimal,
}

/// A column.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its width.
    pub bits: i8,
    /// Whether it is a signed number.
    pub signed: bool,
    /// Whether few values stand in it: a dictionary makes it small.
    pub few: bool,
    pub(crate) cells: Cells,
    pub(crate) text: Text,
    /// The value of a row, if it has one.
    pub(crate) get: fn(&Outcome) -> Option<i128>,
    /// Puts a value into a row; false when it does not fit.
    pub(crate) set: fn(&mut Outcome, Option<i128>) -> bool,
}

impl Column {
    /// Whether a row may have no value in it.
    #[must_use]
    pub const fn nullable(&self) -> bool {
        matches!(self.cells, Cells::Tac)
    }
}

/// Puts a value into a field; false when it does not fit, or is not there.
fn fit<T: TryFrom<i128>>(field: &mut T, value: Option<i128>) -> bool {
    match value.map(T::try_from) {
        Some(Ok(value)) => {
            *field = value;
            true
        }
        _ => false,
    }
}

macro_rules! narrow {
    ($name:ident, $bits:literal, $few:literal, $signed:literal, $text:expr) => {
        Column {
            name: stringify!($name),
            bits: $bits,
            signed: $signed,
            few: $few,
            cells: Cells::Narrow(
                |rows, cells| cells.extend(rows.iter().map(|row| i32::from(row.$name))),
                |rows, cells, wrong| {
                    for (place, (row, cell)) in rows.iter_mut().zip(cells).enumerate() {
                        match (*cell).try_into() {
                            Ok(value) => row.$name = value,
                            Err(_) => wrong.push(place),
                        }
                    }
                },
            ),
            text: $text,
            get: |row| Some(row.$name.into()),
            set: |row, value| fit(&mut row.$name, value),
        }
    };
}

macro_rules! whole {
    ($name:ident, $bits:literal, $few:literal, $way:ident, $text:expr) => {
        Column {
            name: stringify!($name),
            bits: $bits,
            signed: false,
            few: $few,
            cells: Cells::$way(
                |rows, cells| cells.extend(rows.iter().map(|row| row.$name.cast_signed())),
                |rows, cells, _| {
                    for (row, cell) in rows.iter_mut().zip(cells) {
                        row.$name = cell.cast_unsigned();
                    }
                },
            ),
            text: $text,
            get: |row| Some(row.$name.into()),
            set: |row, value| fit(&mut row.$name, value),
        }
    };
}

/// Every column, in the order of files.
pub const COLUMNS: [Column; 25] = [
    whole!(station, 32, true, Narrow, Text::Decimal),
    narrow!(kind, 8, true, false, Text::Kind),
    whole!(asn, 64, false, Wide, Text::Hex(16)),
    narrow!(purse, 8, true, false, Text::Decimal),
    narrow!(ctc, 16, false, false, Text::Decimal),
    whole!(tid, 64, false, Wide, Text::Hex(12)),
    whole!(ttc, 32, false, Narrow, Text::Decimal),
    narrow!(key_version, 8, true, false, Text::Decimal),
    narrow!(algorithm, 8, true, false, Text::Hex(2)),
    whole!(icc, 32, false, Narrow, Text::Hex(8)),
    whole!(trn, 32, false, Narrow, Text::Hex(8)),
    whole!(balance, 32, false, Narrow, Text::Decimal),
    whole!(overdraft, 32, true, Narrow, Text::Decimal),
    whole!(lock_date, 32, true, Narrow, Text::Hex(8)),
    whole!(lock_time, 32, false, Narrow, Text::Hex(6)),
    whole!(amount, 32, false, Narrow, Text::Decimal),
    whole!(end_date, 32, true, Narrow, Text::Hex(8)),
    whole!(end_time, 32, false, Narrow, Text::Hex(6)),
    narrow!(utc_offset_minutes, 16, true, true, Text::Decimal),
    whole!(ceiling, 32, false, Narrow, Text::Decimal),
    whole!(mac2, 32, false, Narrow, Text::Hex(8)),
    whole!(gtac, 32, false, Narrow, Text::Hex(8)),
    whole!(gmac, 32, false, Narrow, Text::Hex(8)),
    whole!(sam_tac, 32, false, Narrow, Text::Hex(8)),
    Column {
        name: "tac",
        bits: 32,
        signed: false,
        few: false,
        cells: Cells::Tac,
        text: Text::Hex(8),
        get: |row| row.tac.map(i128::from),
        set: |row, value| match value.map(u32::try_from).transpose() {
            Ok(tac) => {
                row.tac = tac;
                true
            }
            Err(_) => false,
        },
    },
];
