//! Reading the table: all columns of a row group side by side, some rows at a time.

use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, Int32Type, Int64Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;

use super::pages::{sound_end, sound_pages};
use super::{Batch, VERSION, VERSION_KEY, physical};
use crate::columns::{COLUMNS, Cells, Column};
use crate::error::{Damage, Wrong};
use crate::outcome::Outcome;

/// Reads a file of records in batches. What is kept in memory is a page of each column and the batch, however large the
/// file and its row groups are.
pub struct TableReader {
    file: SerializedFileReader<File>,
    /// The same file, looked at before the library reads it.
    beside: File,
    /// Where each of [`COLUMNS`] stands in the file.
    order: Vec<usize>,
    /// The row group that comes after the open one.
    next_group: usize,
    open: Option<Group>,
    read: u64,
}

/// A row group that is being read.
struct Group {
    columns: Vec<ColumnReader>,
    left: u64,
}

impl TableReader {
    /// Opens a file, and looks at its version and its columns.
    ///
    /// # Errors
    /// It is no Parquet, or holds something else.
    pub fn new(from: File) -> Result<Self, Damage> {
        guarded(|| {
            sound_end(&from)?;
            let beside = from.try_clone()?;
            let file = SerializedFileReader::new(from)?;
            version_is_ours(&file)?;
            counts_agree(file.metadata())?;
            let order = order_of(&file)?;
            Ok(Self { file, beside, order, next_group: 0, open: None, read: 0 })
        })
    }

    /// How many rows it says it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        u64::try_from(self.file.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// How many of them were read.
    #[must_use]
    pub const fn read(&self) -> u64 {
        self.read
    }

    /// At most so many rows more; `None` at the end.
    ///
    /// # Errors
    /// The file is damaged; there is nothing to be had after that.
    pub fn next(&mut self, most: usize) -> Result<Option<Batch>, Damage> {
        let batch = guarded(|| self.read_on(most));
        if batch.is_err() {
            (self.open, self.next_group) = (None, usize::MAX);
        }
        batch
    }

    fn read_on(&mut self, most: usize) -> Result<Option<Batch>, Damage> {
        loop {
            let Some(group) = &mut self.open else {
                if !self.open_next()? {
                    return Ok(None);
                }
                continue;
            };
            if group.left == 0 {
                self.open = None;
                continue;
            }
            let count = usize::try_from(group.left).unwrap_or(usize::MAX).min(most.max(1));
            let mut batch = read_rows(group, count)?;
            group.left -= count as u64;
            let first = self.read + 1;
            self.read += count as u64;
            batch.places = (first..=self.read).collect();
            for wrong in &mut batch.wrong {
                wrong.row += first;
            }
            leave_out(&mut batch);
            return Ok(Some(batch));
        }
    }

    fn open_next(&mut self) -> Result<bool, Damage> {
        if self.next_group >= self.file.num_row_groups() {
            return Ok(false);
        }
        let group = self.file.get_row_group(self.next_group)?;
        self.next_group += 1;
        let rows = group.metadata().num_rows();
        let left = u64::try_from(rows)
            .map_err(|_| Damage::Broken("a row group has a negative number of rows".to_owned()))?;
        for column in group.metadata().columns() {
            in_file(column)?;
        }
        for place in &self.order {
            let column = group.metadata().column(*place);
            whole_column(column, rows)?;
            sound_pages(&self.beside, column)?;
        }
        let columns = self.order.iter().map(|place| group.get_column_reader(*place));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        self.open = Some(Group { columns, left });
        Ok(true)
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// True while this thread reads pages: a panic is then about the file, and nobody needs to be told of a bug.
#[must_use]
pub fn reads_pages() -> bool {
    GUARDED.get()
}

/// What the library takes for impossible, and gives up on with a panic, is a damaged file to us.
fn guarded<T>(read: impl FnOnce() -> Result<T, Damage>) -> Result<T, Damage> {
    let gave_up = |_| Damage::Broken("its pages do not fit together".to_owned());
    GUARDED.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    read.map_err(gave_up)?
}

/// The library believes where a column begins and how long it is.
fn in_file(column: &ColumnChunkMetaData) -> Result<(), Damage> {
    let begins = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let numbers = [begins, column.data_page_offset(), column.compressed_size()];
    if numbers.iter().all(|number| *number >= 0) {
        return Ok(());
    }
    let path = column.column_path().string();
    Err(Damage::Broken(format!("the column `{path}` has no place in the file")))
}

/// The library reads as many rows as a row group says, and passes the others over without a word.
fn counts_agree(metadata: &ParquetMetaData) -> Result<(), Damage> {
    let said = metadata.file_metadata().num_rows();
    let mut groups = metadata.row_groups().iter().map(RowGroupMetaData::num_rows);
    if groups.try_fold(0, i64::checked_add) == Some(said) {
        return Ok(());
    }
    Err(Damage::Broken(format!("it says that it has {said} rows, and its row groups have others")))
}

/// A column of ours has one value, or one place for it, in each row.
fn whole_column(column: &ColumnChunkMetaData, rows: i64) -> Result<(), Damage> {
    let values = column.num_values();
    if values == rows {
        return Ok(());
    }
    let path = column.column_path().string();
    Err(Damage::Broken(format!(
        "the column `{path}` has {values} values for {rows} rows in a row group"
    )))
}

fn version_is_ours(file: &SerializedFileReader<File>) -> Result<(), Damage> {
    let metadata = file.metadata().file_metadata().key_value_metadata();
    let version = metadata.into_iter().flatten().find(|pair| pair.key == VERSION_KEY);
    match version.and_then(|pair| pair.value.as_deref()) {
        Some(VERSION) => Ok(()),
        Some(other) => Err(Damage::Foreign(format!(
            "its records have version {other}, and this program reads version {VERSION}"
        ))),
        None => Err(Damage::Foreign(format!(
            "this Parquet file does not say {VERSION_KEY} = {VERSION}: it holds something else"
        ))),
    }
}

/// Columns are found by their names; others beside them are not looked at.
fn order_of(file: &SerializedFileReader<File>) -> Result<Vec<usize>, Damage> {
    let schema = file.metadata().file_metadata().schema_descr();
    let place_of = |column: &Column| {
        let found = schema.columns().iter().position(|found| found.path().string() == column.name);
        let place = found.ok_or_else(|| {
            Damage::Foreign(format!("there is no column `{}` in this Parquet file", column.name))
        })?;
        let found = schema.column(place);
        let (is, wanted) = (found.physical_type(), physical(column));
        if is != wanted || found.max_rep_level() > 0 || found.max_def_level() > 1 {
            return Err(Damage::Foreign(format!(
                "the column `{}` is {is}, and {wanted} is wanted, one value in each row",
                column.name
            )));
        }
        Ok(place)
    };
    COLUMNS.iter().map(place_of).collect()
}

/// So many rows of the open group, those with a cell that its column cannot hold told by their places from 0.
fn read_rows(group: &mut Group, count: usize) -> Result<Batch, Damage> {
    let mut batch = Batch { rows: vec![Outcome::default(); count], ..Batch::default() };
    let (mut narrow, mut wide, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (column, reader) in COLUMNS.iter().zip(&mut group.columns) {
        wrong.clear();
        match (column.cells, reader) {
            (Cells::Narrow(_, put), ColumnReader::Int32ColumnReader(reader)) => {
                let empty = cells::<Int32Type>(reader, count, &mut narrow, column)?;
                put(&mut batch.rows, &narrow, &mut wrong);
                wrong.extend(empty);
            }
            (Cells::Wide(_, put), ColumnReader::Int64ColumnReader(reader)) => {
                let empty = cells::<Int64Type>(reader, count, &mut wide, column)?;
                put(&mut batch.rows, &wide, &mut wrong);
                wrong.extend(empty);
            }
            (Cells::Tac, ColumnReader::Int32ColumnReader(reader)) => {
                let empty = cells::<Int32Type>(reader, count, &mut narrow, column)?;
                for (row, cell) in batch.rows.iter_mut().zip(&narrow) {
                    row.tac = Some(cell.cast_unsigned());
                }
                for place in empty {
                    if let Some(row) = batch.rows.get_mut(place) {
                        row.tac = None;
                    }
                }
            }
            _ => return Err(Damage::Broken(format!("the column `{}`", column.name))),
        }
        batch.wrong.extend(wrong.iter().map(|place| Wrong {
            row: *place as u64,
            what: format!("`{}` holds nothing that fits there", column.name),
        }));
    }
    Ok(batch)
}

/// So many cells, zeros where there are none; the places of those come back.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
    cells: &mut Vec<T::T>,
    column: &Column,
) -> Result<Vec<usize>, Damage> {
    cells.clear();
    let mut levels = Vec::new();
    let (rows, values, found) = reader.read_records(count, Some(&mut levels), None, cells)?;
    if rows != count || values != cells.len() {
        let what = format!("the column `{}` ends before its row group", column.name);
        return Err(Damage::Broken(what));
    }
    if values == found {
        return Ok(Vec::new());
    }
    let empty: Vec<usize> =
        levels.iter().enumerate().filter(|(_, level)| **level == 0).map(|(at, _)| at).collect();
    let mut filled = std::mem::take(cells).into_iter();
    cells.extend(levels.iter().map(|level| match level {
        0 => T::T::default(),
        _ => filled.next().unwrap_or_default(),
    }));
    Ok(empty)
}

/// Takes the rows that are wrong out of a batch, and tells each of them once.
fn leave_out(batch: &mut Batch) {
    if batch.wrong.is_empty() {
        return;
    }
    batch.wrong.sort_by_key(|wrong| wrong.row);
    batch.wrong.dedup_by_key(|wrong| wrong.row);
    let is_wrong = |place: &u64| batch.wrong.binary_search_by_key(place, |w| w.row).is_ok();
    let kept = batch.places.iter().map(|place| !is_wrong(place)).collect::<Vec<_>>();
    let (mut of_rows, mut of_places) = (kept.iter(), kept.iter());
    batch.rows.retain(|_| of_rows.next().is_some_and(|kept| *kept));
    batch.places.retain(|_| of_places.next().is_some_and(|kept| *kept));
}
