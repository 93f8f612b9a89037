//! Finding the tables of a run, and refusing what is none.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use wire::{Date, Stamp, Time};

use super::digest::Digest;
use super::summary::Counted;
use super::tables::{CARDS_VERSION, CARRIED, HEARD_VERSION, SUMMARY, cards_schema, heard_schema};
use crate::engine::columns::{VERSION, carried_schema, schema};
use crate::engine::plan::Sources;
use crate::error::ClearError;

/// Sources, and how many rows they hold: of the day, and carried into it.
#[derive(Debug)]
pub struct Opened {
    /// For the plan.
    pub sources: Sources,
    /// What goes in.
    pub counted: Counted,
}

/// The folder of the day that was cleared before.
#[derive(Clone, Debug)]
pub struct Previous {
    /// Where it is.
    pub folder: PathBuf,
    /// Days between may be missing: nothing was heard on them.
    pub gap: bool,
}

/// Finds the tables of a day, and what the folder of the day before left. `date` is the day in BCD.
///
/// # Errors
/// Nothing there, another kind of file, or a previous day that is not the day before, or not as it was written.
pub fn open(day: &Path, previous: Option<&Previous>, date: u32) -> Result<Opened, ClearError> {
    let tables = tables_in(day)?;
    let mut day_rows = 0;
    for table in &tables {
        day_rows += rows_of(table, &schema(), VERSION)?;
    }
    let mut opened = Opened {
        sources: Sources { day: names(&tables)?, date, ..Sources::default() },
        counted: Counted { day: date, previous: None, day_rows, carried_rows: 0 },
    };
    if let Some(previous) = previous {
        opened.counted.previous = Some(is_before(previous, date)?);
        let [pending, heard, cards] = CARRIED.map(|name| previous.folder.join(name));
        opened.counted.carried_rows = rows_of(&pending, &carried_schema(), VERSION)?;
        rows_of(&heard, &heard_schema(), HEARD_VERSION)?;
        rows_of(&cards, &cards_schema(), CARDS_VERSION)?;
        opened.sources.pending = names(&[pending])?;
        opened.sources.heard = names(&[heard])?;
        opened.sources.cards = names(&[cards])?;
    }
    Ok(opened)
}

fn tables_in(day: &Path) -> Result<Vec<PathBuf>, ClearError> {
    let found = std::fs::metadata(day).map_err(|error| ClearError::file(day, error))?;
    if !found.is_dir() {
        return Ok(vec![day.to_owned()]);
    }
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(day).map_err(|error| ClearError::file(day, error))? {
        let path = entry.map_err(|error| ClearError::file(day, error))?.path();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            tables.push(path);
        }
    }
    tables.sort();
    match tables.is_empty() {
        true => Err(ClearError::Usage(format!("{} holds no .parquet file", day.display()))),
        false => Ok(tables),
    }
}

/// Addresses as every process of a cluster finds them: absolute, and `file:`, since the engine takes a bare path for a
/// pattern.
fn names(paths: &[PathBuf]) -> Result<Vec<String>, ClearError> {
    let name = |path: &PathBuf| {
        let path = std::path::absolute(path).map_err(|error| ClearError::file(path, error))?;
        let text = path.to_str().ok_or_else(|| {
            ClearError::Usage(format!("{}: a name that is no UTF-8; rename it", path.display()))
        })?;
        Ok(address(text))
    };
    paths.iter().map(name).collect()
}

/// A path as a URL: what is neither a letter, a digit nor one of `-_.~/` is escaped.
fn address(path: &str) -> String {
    let mut url = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                url.push(char::from(byte));
            }
            _ => url += &format!("%{byte:02X}"),
        }
    }
    url
}

/// How many rows a table holds, by its foot.
fn rows_of(path: &Path, wanted: &SchemaRef, version: (&str, &str)) -> Result<u64, ClearError> {
    let file = File::open(path).map_err(|error| ClearError::file(path, error))?;
    let none = |why: String| ClearError::Usage(format!("{}: {why}", path.display()));
    let table = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| none(format!("no Parquet file, or a damaged one: {error}")))?;
    let known = table.metadata().file_metadata().key_value_metadata();
    let found = known.and_then(|pairs| pairs.iter().find(|pair| pair.key == version.0));
    match found.map(|pair| pair.value.as_deref().unwrap_or_default()) {
        Some(found) if found == version.1 => {}
        Some(found) => {
            let known = version.1;
            return Err(none(format!(
                "version {found} of {}; this program reads {known}",
                version.0
            )));
        }
        None => {
            return Err(none(format!("its metadata has no {}: another kind of table", version.0)));
        }
    }
    for field in wanted.fields() {
        let same = |there: &datafusion::arrow::datatypes::Field| {
            there.data_type() == field.data_type() && (field.is_nullable() || !there.is_nullable())
        };
        if !table.schema().field_with_name(field.name()).is_ok_and(same) {
            let kind = field.data_type();
            return Err(none(format!("it has no column `{}` of {kind}", field.name())));
        }
    }
    u64::try_from(table.metadata().file_metadata().num_rows())
        .map_err(|_| none("a damaged Parquet file: less than no rows".to_owned()))
}

/// The folder that is written is not the one that is read: it would lose what it left open.
///
/// # Errors
/// It is.
pub fn is_another(out: &Path, previous: Option<&Path>) -> Result<(), ClearError> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    match previous.is_some_and(|previous| real(out).is_some() && real(out) == real(previous)) {
        true => Err(ClearError::Usage(format!(
            "--out and --previous are both {}; a day is written into a folder of its own",
            out.display()
        ))),
        false => Ok(()),
    }
}

/// Of a summary, what says how to go on.
#[derive(Deserialize)]
struct Day {
    day: String,
    carries: BTreeMap<String, Digest>,
}

/// The previous day is whole, its files are those that it wrote, and it is the day before: a day that is cleared into itself
/// would count as heard, and what a day between left open would be lost. Its date.
fn is_before(previous: &Previous, date: u32) -> Result<u32, ClearError> {
    let Previous { folder, gap } = previous;
    let path = folder.join(SUMMARY);
    let text = std::fs::read_to_string(&path).map_err(|error| ClearError::file(&path, error))?;
    let none = || ClearError::Usage(format!("{} is no summary of a cleared day", path.display()));
    let Day { day, carries } = serde_json::from_str(&text).map_err(|_| none())?;
    let before = u32::from_str_radix(&day, 16).map_err(|_| none())?;
    let (Some(first), Some(last)) = (days(before), days(date)) else { return Err(none()) };
    if last <= first {
        return Err(ClearError::Usage(format!(
            "--previous {} is of {day}, which is not before --day {date:08X}; give the folder of the day before",
            folder.display()
        )));
    }
    if last - first > 1 && !gap {
        return Err(ClearError::Usage(format!(
            "--previous {} is of {day}, and --day is {date:08X}: what the days between left open would be lost; clear them first, or say --gap when nothing was heard on them",
            folder.display()
        )));
    }
    for name in CARRIED {
        let path = folder.join(name);
        if carries.get(name) != Some(&Digest::of(&path)?) {
            return Err(ClearError::Usage(format!(
                "{} is not the file that {day} wrote; give the folder as it was written, or clear that day again",
                path.display()
            )));
        }
    }
    Ok(before)
}

/// Days since 1970, of a date in BCD.
fn days(date: u32) -> Option<i64> {
    let date = Date::from_bytes(date.to_be_bytes())?;
    let noon = Time::new(12, 0, 0)?;
    let seconds = Stamp { date, time: noon, utc_offset_minutes: 0 }.unix_seconds();
    Some(seconds.div_euclid(86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_is_a_pattern() {
        assert_eq!(address("/a b/[1]*é.parquet"), "file:///a%20b/%5B1%5D%2A%C3%A9.parquet");
    }

    #[test]
    fn the_day_after_is_found_over_months_and_years() {
        for (one, next) in
            [(0x2026_1123, 0x2026_1124), (0x2028_0228, 0x2028_0229), (0x2026_1231, 0x2027_0101)]
        {
            assert_eq!(days(one).map(|day| day + 1), days(next));
        }
        assert_eq!(days(0x2026_1301), None);
    }
}
