//! Writing the table: rows gather until a row group is full.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::{VERSION, VERSION_KEY, schema};
use crate::columns::{COLUMNS, Cells};
use crate::error::Damage;
use crate::outcome::Outcome;

/// Rows of a row group: what is kept in memory is so many of them.
const GROUP: usize = 131_072;

/// Writes a file of records.
pub struct TableWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Vec<Outcome>,
}

/// Codes and numbers of cards have as many values as rows, so nothing makes them smaller; what has few gets a dictionary.
fn properties() -> WriterPropertiesPtr {
    let version = KeyValue::new(VERSION_KEY.to_owned(), VERSION.to_owned());
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("greylock ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![version]))
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    for column in &COLUMNS {
        let path = ColumnPath::from(column.name);
        properties = properties.set_column_dictionary_enabled(path, column.few);
    }
    Arc::new(properties.build())
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn new(to: W) -> Result<Self, Damage> {
        let file = SerializedFileWriter::new(to, schema()?, properties())?;
        Ok(Self { file, rows: Vec::new() })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn write(&mut self, mut rows: &[Outcome]) -> Result<(), Damage> {
        while let Some((now, later)) = rows.split_at_checked(GROUP - self.rows.len()) {
            self.rows.extend_from_slice(now);
            self.flush()?;
            rows = later;
        }
        self.rows.extend_from_slice(rows);
        Ok(())
    }

    /// Writes what has gathered and the end of the file. Without it the file is none.
    ///
    /// # Errors
    /// What it is written to refuses.
    pub fn finish(mut self) -> Result<(), Damage> {
        if !self.rows.is_empty() {
            self.flush()?;
        }
        let mut file = self.file;
        file.finish()?;
        file.inner_mut().flush()?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Damage> {
        let (mut narrow, mut wide, mut there) = (Vec::new(), Vec::new(), Vec::new());
        let mut group = self.file.next_row_group()?;
        for column in &COLUMNS {
            narrow.clear();
            wide.clear();
            let Some(mut writer) = group.next_column()? else { break };
            match column.cells {
                Cells::Narrow(fill, _) => {
                    fill(&self.rows, &mut narrow);
                    writer.typed::<Int32Type>().write_batch(&narrow, None, None)?;
                }
                Cells::Wide(fill, _) => {
                    fill(&self.rows, &mut wide);
                    writer.typed::<Int64Type>().write_batch(&wide, None, None)?;
                }
                Cells::Tac => {
                    narrow.extend(self.rows.iter().filter_map(|row| row.tac).map(u32::cast_signed));
                    there.extend(self.rows.iter().map(|row| i16::from(row.tac.is_some())));
                    writer.typed::<Int32Type>().write_batch(&narrow, Some(&there), None)?;
                }
            }
            writer.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}
