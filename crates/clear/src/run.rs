//! A run: from tables to files, on either engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::UInt64Type;
use futures_util::StreamExt as _;

use crate::engine::{plan, session};
use crate::error::ClearError;
use crate::files::{self, Previous, Summary, Writer};
use crate::line::{Line, Said};
use crate::spent::{Spent, peak_memory, process_time};
use records::Checker;

/// Where the plan runs.
#[derive(Clone, Debug)]
pub enum Place {
    /// In this process.
    Here {
        /// The keys.
        checker: Arc<Checker>,
        /// Partitions at a time.
        threads: usize,
        /// The most bytes for rows.
        memory: Option<usize>,
    },
    /// On the cluster of a scheduler, whose executors have the keys.
    Cluster {
        /// Its address, `df://host:port`.
        scheduler: String,
        /// Partitions of each stage.
        partitions: usize,
    },
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Order {
    /// A table, or a folder of tables.
    pub day: PathBuf,
    /// The date, BCD.
    pub date: u32,
    /// The day before.
    pub previous: Option<Previous>,
    /// Where the files go.
    pub out: PathBuf,
    /// Where it is done.
    pub place: Place,
}

/// What a run cost. None of this is in its files.
#[derive(Clone, Debug)]
pub struct Cost {
    /// From the first byte read to the last one written.
    pub seconds: f64,
    /// The most memory that the process has held so far, in bytes.
    pub peak_bytes: Option<u64>,
    /// Time that threads spent with checking codes, of all time that they had a processor; here alone.
    pub share_of_checking: f64,
}

/// Clears a day.
///
/// # Errors
/// See [`ClearError`].
pub async fn clear(order: &Order) -> Result<(Summary, Cost), ClearError> {
    let (begun, before) = (Instant::now(), process_time());
    let previous = order.previous.as_ref();
    files::is_another(&order.out, previous.map(|previous| previous.folder.as_path()))?;
    let mut opened = files::open(&order.day, previous, order.date)?;
    let spent = Arc::new(Spent::default());
    let context = match &order.place {
        Place::Here { checker, threads, memory } => {
            opened.sources.partitions = *threads;
            session::local(checker, &spent, *threads, *memory)?
        }
        Place::Cluster { scheduler, partitions } => {
            opened.sources.partitions = *partitions;
            session::remote(scheduler, *partitions).await?
        }
    };
    opened.sources.keys = plan::keys_name(&context).await?;
    let lines = plan::lines(&context, &opened.sources).await?;
    let mut stream = lines.execute_stream().await?;
    let mut writer = Writer::create(&order.out)?;
    while let Some(batch) = stream.next().await {
        for line in lines_of(&batch?)? {
            writer.line(&line)?;
        }
    }
    let summary = writer.finish(&opened.counted)?;
    let all = process_time().saturating_sub(before);
    Ok((
        summary,
        Cost {
            seconds: begun.elapsed().as_secs_f64(),
            peak_bytes: peak_memory(),
            share_of_checking: share(spent.time(), all),
        },
    ))
}

fn share(part: Duration, all: Duration) -> f64 {
    if all.is_zero() { 0.0 } else { part.as_secs_f64() / all.as_secs_f64() }
}

fn lines_of(batch: &RecordBatch) -> Result<Vec<Line>, ClearError> {
    let odd = || ClearError::Sums("the engine answered with other columns".to_owned());
    let column = |place: usize| batch.columns().get(place);
    let said = column(0).and_then(|column| column.as_binary_opt::<i64>()).ok_or_else(odd)?;
    let number = |place: usize| {
        let column = column(place).and_then(|column| column.as_primitive_opt::<UInt64Type>());
        column.ok_or_else(odd)
    };
    let (counts, amounts) = (number(1)?, number(2)?);
    let all = said.iter().zip(counts.values()).zip(amounts.values());
    let line = |((said, count), amount): ((Option<&[u8]>, &u64), &u64)| {
        let said = said.and_then(Said::unpack).ok_or_else(odd)?;
        Ok(Line { said, count: *count, amount: *amount })
    };
    all.map(line).collect()
}
