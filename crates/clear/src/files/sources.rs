//! Finding the tables of a run, and refusing what is none.

use std::fs::File;
use std::path::{Path, PathBuf};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;

use super::tables::{
    CARDS, CARDS_VERSION, HEARD, HEARD_VERSION, PENDING, SUMMARY, cards_schema, heard_schema,
};
use crate::engine::columns::{VERSION, carried_schema, schema};
use crate::engine::plan::Sources;
use crate::error::ClearError;

/// Sources, and how many rows they hold: of the day, and carried into it.
#[derive(Debug)]
pub struct Opened {
    /// For the plan.
    pub sources: Sources,
    /// Rows of the day.
    pub day_rows: u64,
    /// Rows that an earlier day left open.
    pub carried_rows: u64,
}

/// Finds the tables of a day, and what the folder of the day before left. `date` is the day in BCD.
///
/// # Errors
/// Nothing there, another kind of file, or a previous day that is no earlier day.
pub fn open(day: &Path, previous: Option<&Path>, date: u32) -> Result<Opened, ClearError> {
    let tables = tables_in(day)?;
    let mut day_rows = 0;
    for table in &tables {
        day_rows += rows_of(table, &schema(), VERSION)?;
    }
    let mut opened = Opened {
        sources: Sources { day: names(&tables)?, date, ..Sources::default() },
        day_rows,
        carried_rows: 0,
    };
    if let Some(previous) = previous {
        is_earlier(previous, date)?;
        let (pending, heard) = (previous.join(PENDING), previous.join(HEARD));
        let cards = previous.join(CARDS);
        rows_of(&cards, &cards_schema(), CARDS_VERSION)?;
        opened.sources.cards = names(&[cards])?;
        opened.carried_rows = rows_of(&pending, &carried_schema(), VERSION)?;
        rows_of(&heard, &heard_schema(), HEARD_VERSION)?;
        opened.sources.pending = names(&[pending])?;
        opened.sources.heard = names(&[heard])?;
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

/// Paths as every process of a cluster finds them: absolute.
fn names(paths: &[PathBuf]) -> Result<Vec<String>, ClearError> {
    let name = |path: &PathBuf| {
        let path = std::path::absolute(path).map_err(|error| ClearError::file(path, error))?;
        Ok(path.to_string_lossy().into_owned())
    };
    paths.iter().map(name).collect()
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

#[derive(Deserialize)]
struct Day {
    day: String,
}

/// The previous day is whole, and it is earlier: a day that is cleared into itself would count as heard.
fn is_earlier(previous: &Path, date: u32) -> Result<(), ClearError> {
    let path = previous.join(SUMMARY);
    let text = std::fs::read_to_string(&path).map_err(|error| ClearError::file(&path, error))?;
    let none = || ClearError::Usage(format!("{} is no summary of a cleared day", path.display()));
    let day: Day = serde_json::from_str(&text).map_err(|_| none())?;
    let before = u32::from_str_radix(&day.day, 16).map_err(|_| none())?;
    if before < date {
        return Ok(());
    }
    let day = day.day;
    Err(ClearError::Usage(format!(
        "--previous {} is of {day}, which is not before --day {date:08X}; give the folder of an earlier day",
        previous.display()
    )))
}
