//! How much a file may ask for: its end and the heads of its pages, looked at before the library decodes them.

use parquet::basic::Type as Physical;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;

use super::thrift::{CHILDREN, FILE, PAGE, walk};
use crate::error::Damage;

/// Most bytes of a page: writers make pages of one megabyte.
const PAGE_MOST: i64 = 64 << 20;
/// Most bytes of a page's head.
const HEAD_MOST: u64 = 16_384;
/// Most bytes of a file's end: 32,768 row groups of ours have some 75 megabytes.
const END_MOST: u64 = 128 << 20;
/// Snappy makes at most 64 bytes out of three, and whatever asks for more is wrong.
const GROWTH: i64 = 32;
/// Most nodes of a schema's node.
const NODES: i64 = 1_024;

fn broken<T>(what: &str) -> Result<T, Damage> {
    Err(Damage::Broken(what.to_owned()))
}

/// The end of a file holds what it says.
pub(super) fn sound_end(file: &impl ChunkReader) -> Result<(), Damage> {
    let Some(before) = file.len().checked_sub(8) else {
        return broken("it is too short for a Parquet file");
    };
    let last = file.get_bytes(before, 8)?;
    let Some((length, b"PAR1")) = last.split_first_chunk::<4>() else {
        return broken("it has no end of a Parquet file");
    };
    let length = u64::from(u32::from_le_bytes(*length));
    let Some(begin) = before.checked_sub(length).filter(|_| length <= END_MOST) else {
        return broken("its end says that it is larger than it can be");
    };
    let end = file.get_bytes(begin, usize::try_from(length).unwrap_or(usize::MAX))?;
    let mut nodes = true;
    let walked = walk(&end, FILE, &mut |path, number| {
        nodes &= path != CHILDREN || (0..=NODES).contains(&number);
    });
    if walked.is_none() || !nodes {
        return broken("its end does not hold what it says");
    }
    Ok(())
}

/// What the head of a page says.
#[derive(Default)]
struct Head {
    kind: i64,
    whole: i64,
    stored: i64,
    values: [i64; 4],
}

impl Head {
    fn see(&mut self, path: &[i16], number: i64) {
        let place = match path {
            [1] => &mut self.kind,
            [2] => &mut self.whole,
            [3] => &mut self.stored,
            [5, 1] => &mut self.values[0],
            [7, 1] => &mut self.values[2],
            [8, 1] => &mut self.values[3],
            _ => return,
        };
        *place = number;
    }

    /// How many values the page has, by its kind.
    fn values(&self) -> i64 {
        let place = usize::try_from(self.kind).ok();
        place.and_then(|place| self.values.get(place).copied()).unwrap_or(0)
    }

    /// Whether the library may make room for what it says.
    fn is_sound(&self, width: i64) -> bool {
        let sizes = [self.whole, self.stored];
        let fits = sizes.iter().all(|size| (0..=PAGE_MOST).contains(size));
        let grows = self.whole > self.stored.saturating_mul(GROWTH).saturating_add(64);
        let values = self.values();
        let dictionary = self.kind != 2 || values.saturating_mul(width) <= self.whole;
        fits && !grows && values >= 0 && dictionary
    }
}

/// The pages of a column in a row group have room for what they say, and as many values as the column.
pub(super) fn sound_pages(
    file: &impl ChunkReader,
    column: &ColumnChunkMetaData,
) -> Result<(), Damage> {
    let path = column.column_path().string();
    let wrong = |what: &str| Damage::Broken(format!("a page of the column `{path}` {what}"));
    let width = if column.column_type() == Physical::INT64 { 8 } else { 4 };
    let (mut at, mut left) = column.byte_range();
    if at.checked_add(left).is_none_or(|end| end > file.len()) {
        return Err(wrong("lies outside of the file"));
    }
    let mut values = 0_i64;
    while left > 0 {
        let begin = left.min(HEAD_MOST);
        let bytes = file.get_bytes(at, usize::try_from(begin).unwrap_or(usize::MAX))?;
        let mut head = Head::default();
        let behind = walk(&bytes, PAGE, &mut |path, number| head.see(path, number));
        let behind = behind.ok_or_else(|| wrong("does not say what it is"))?;
        if !head.is_sound(width) {
            return Err(wrong("says that it holds more than it can"));
        }
        let taken = begin - behind.len() as u64 + head.stored.cast_unsigned();
        left = left.checked_sub(taken).ok_or_else(|| wrong("goes on behind the column"))?;
        at += taken;
        if head.kind != 2 {
            values = values.saturating_add(head.values());
        }
    }
    if values == column.num_values() {
        return Ok(());
    }
    let said = column.num_values();
    Err(Damage::Broken(format!("the column `{path}` says {said} values, and its pages {values}")))
}
