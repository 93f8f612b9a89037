//! The plan: the same on both engines.
//!
//! ```text
//! scan - outcome_check - outcome_row        the day, and what is carried into it
//!   hash by TID - by_psam - unnest          repeats and contradictions of a number
//!   and the settled locks of earlier days   by which cards are known
//!   hash by ASN - by_card - unnest          how each lock ended
//!   sum by what is said - sort              one answer, whatever the partitions
//! ```

use datafusion::arrow::array::AsArray as _;
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::common::exec_datafusion_err;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::{Expr, Partitioning, ScalarUDF};
use datafusion::prelude::{ParquetReadOptions, SessionContext, cast, col, lit};

use super::columns::{COLUMNS, PASSED, STANDING};
use crate::row::mark;

/// What is cleared.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The day's tables.
    pub day: Vec<String>,
    /// Rows that an earlier day left open.
    pub pending: Vec<String>,
    /// Numbers that were heard on earlier days.
    pub heard: Vec<String>,
    /// Settled locks of earlier days, by which cards are known.
    pub cards: Vec<String>,
    /// The day, BCD.
    pub date: u32,
    /// Partitions of each stage.
    pub partitions: usize,
    /// The name of the keys ([`keys_name`]).
    pub keys: u64,
}

/// The name of the keys that one of the processes has which check rows; all must have the same.
///
/// # Errors
/// Nobody has keys, or nobody answers.
pub async fn keys_name(context: &SessionContext) -> Result<u64> {
    let name = function(context, "keys_name")?.call(vec![]).alias("name");
    let answer = context.read_empty()?.select(vec![name])?.collect().await?;
    let column = answer.iter().find(|batch| batch.num_rows() == 1).map(|batch| batch.column(0));
    let name = column.and_then(|column| column.as_primitive_opt::<UInt64Type>());
    name.map(|name| name.value(0)).ok_or_else(|| exec_datafusion_err!("no executor names its keys"))
}

/// The lines that clearing says of these sources: `said`, `count`, `amount`, in the order of `said`.
///
/// # Errors
/// A table cannot be read.
pub async fn lines(context: &SessionContext, sources: &Sources) -> Result<DataFrame> {
    let late = cast(col("end_date").lt(lit(sources.date)), DataType::UInt8) * lit(mark::LATE);
    let late = cast(late, DataType::UInt8);
    let mut rows = checked(context, &sources.day, late, sources.keys).await?;
    if !sources.pending.is_empty() {
        rows =
            rows.union(checked(context, &sources.pending, col(STANDING), sources.keys).await?)?;
    }
    if !sources.heard.is_empty() {
        rows = rows.union(heard(context, &sources.heard).await?)?;
    }
    let aggregate = |name: &str| context.udaf(name);
    let by = |column: &str| Partitioning::Hash(vec![col(column)], sources.partitions);
    let mut rows = rows
        .repartition(by("tid"))?
        .aggregate(
            vec![col("tid")],
            vec![aggregate("by_psam")?.call(vec![col("row")]).alias("row")],
        )?
        .select(vec![col("row")])?
        .unnest_columns(&["row"])?
        .select(vec![
            function(context, "row_asn")?.call(vec![col("row")]).alias("asn"),
            col("row"),
        ])?;
    if !sources.cards.is_empty() {
        rows = rows.union(passed(context, &sources.cards).await?)?;
    }
    let lines = rows
        .repartition(by("asn"))?
        .aggregate(
            vec![col("asn")],
            vec![aggregate("by_card")?.call(vec![col("row")]).alias("line")],
        )?
        .select(vec![col("line")])?
        .unnest_columns(&["line"])?
        .unnest_columns(&["line"])?;
    let part =
        |name: &str| Expr::Column(datafusion::common::Column::from_name(format!("line.{name}")));
    lines
        .select(vec![
            part("said").alias("said"),
            part("count").alias("count"),
            part("amount").alias("amount"),
        ])?
        .aggregate(
            vec![col("said")],
            vec![sum(col("count")).alias("count"), sum(col("amount")).alias("amount")],
        )?
        .sort(vec![col("said").sort(true, false)])
}

fn function(context: &SessionContext, name: &str) -> Result<std::sync::Arc<ScalarUDF>> {
    context.udf(name).map_err(|_| exec_datafusion_err!("{name} is not registered"))
}

/// Tables as they lie there, whatever their names end with.
async fn table(context: &SessionContext, paths: &[String]) -> Result<DataFrame> {
    context.read_parquet(paths.to_vec(), ParquetReadOptions::default().file_extension("")).await
}

/// Tables of outcomes as packed rows; `standing` is what is known of a row beside its columns.
async fn checked(
    context: &SessionContext,
    paths: &[String],
    standing: Expr,
    keys: u64,
) -> Result<DataFrame> {
    let table = table(context, paths).await?;
    let columns: Vec<Expr> = COLUMNS.iter().map(|(name, ..)| col(*name)).collect();
    let mut with_name = columns.clone();
    with_name.push(lit(keys));
    let found = function(context, "outcome_check")?.call(with_name);
    let mut with_more = columns;
    with_more.extend([found, standing]);
    let row = function(context, "outcome_row")?.call(with_more);
    table.select(vec![col("tid").alias("tid"), row.alias("row")])
}

/// Packed rows as they were written.
async fn heard(context: &SessionContext, paths: &[String]) -> Result<DataFrame> {
    let table = table(context, paths).await?;
    let columns = ["tid", "first", "last", "owner"].map(col).to_vec();
    let row = function(context, "heard_row")?.call(columns);
    table.select(vec![col("tid").alias("tid"), row.alias("row")])
}

/// Settled locks as packed rows, with their ASN: they need no word of their PSAM.
async fn passed(context: &SessionContext, paths: &[String]) -> Result<DataFrame> {
    let table = table(context, paths).await?;
    let columns = PASSED.iter().map(|(name, _)| col(*name)).collect();
    let row = function(context, "passed_row")?.call(columns);
    table.select(vec![col("asn").alias("asn"), row.alias("row")])
}
