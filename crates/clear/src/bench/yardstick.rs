//! The yardstick: the same job in SQL on PostgreSQL, over as many rows as one has patience for.
//!
//! Through `psql`, which every PostgreSQL brings: what is measured happens in the server, and the clock is the server's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::process::{ChildStdin, Command, Stdio};

use host::{KeyKind, MainKeys};
use records::Outcome;

use crate::error::ClearError;
use crate::files::Sum;

const JOB: &str = include_str!("clear.sql");
const TABLE: &str = "CREATE UNLOGGED TABLE day (station int, kind int, asn bytea, purse int, ctc int, tid bytea, \
    ttc bigint, icc bytea, balance bigint, lock_at bytea, amount bigint, end_at bytea, ceiling bigint, mac2 bytea, \
    gtac bytea, gmac bytea, sam_tac bytea, tac bytea);";
const CLOCK: &str = "SELECT 'at', extract(epoch FROM clock_timestamp());";

/// What PostgreSQL found, and how long it took.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Seconds of COPY and of all statements behind it.
    pub(super) seconds: f64,
    /// What is settled and grey, by how.
    pub(super) classes: BTreeMap<String, Sum>,
}

fn failed(why: impl std::fmt::Display) -> ClearError {
    ClearError::Cluster(format!("psql with the database of --db: {why}"))
}

/// Does the job in a schema of its own, which is gone afterwards.
pub(super) fn run(url: &str, main: &MainKeys, rows: &[Outcome]) -> Result<Found, ClearError> {
    let mut psql = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator= "])
        .args(["--set=ON_ERROR_STOP=1", "--dbname"])
        .arg(url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // A server that says no closes its end: what it said comes below.
    let written = psql.stdin.take().map(|stdin| script(stdin, main, rows));
    let output = psql.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
    }
    written.transpose().map_err(failed)?;
    parse(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| failed("an answer that is none"))
}

/// All that psql is told. It says the time before and after the job, and then what was found.
fn script(stdin: ChildStdin, main: &MainKeys, rows: &[Outcome]) -> std::io::Result<()> {
    let key = |key: &crypto::Key| {
        let [long, short] = [key.expose().as_slice(), key.expose().get(..8).unwrap_or_default()];
        format!("'\\x{}{}'::bytea", hex::encode(long), hex::encode(short))
    };
    let of = |kind| main.main.get(&kind).map(key).unwrap_or_default();
    let (mpk, mtk, msk) = (of(KeyKind::Mpk), of(KeyKind::Mtk), key(&main.msk));
    let schema = format!("greylock_clear_{}", std::process::id());
    let mut to = BufWriter::new(stdin);
    writeln!(to, "SET client_min_messages = warning;")?;
    writeln!(to, "CREATE EXTENSION IF NOT EXISTS pgcrypto;")?;
    writeln!(to, "CREATE SCHEMA {schema}; SET search_path = {schema}, public;")?;
    writeln!(to, "CREATE TABLE keys AS SELECT {mpk} AS mpk, {mtk} AS mtk, {msk} AS msk;")?;
    writeln!(to, "{TABLE}\n{CLOCK}\nCOPY day FROM STDIN;")?;
    let mut text = String::new();
    for row in rows {
        text.clear();
        line(&mut text, row);
        to.write_all(text.as_bytes())?;
    }
    writeln!(to, "\\.\n{JOB}\n{CLOCK}")?;
    writeln!(to, "SELECT how, sum(count)::bigint, sum(amount)::bigint FROM net GROUP BY how;")?;
    writeln!(to, "DROP SCHEMA {schema} CASCADE;")?;
    to.flush()
}

fn parse(text: &str) -> Option<Found> {
    let (mut times, mut classes) = (Vec::new(), BTreeMap::new());
    for line in text.lines() {
        let mut fields = line.split(' ');
        match fields.next()? {
            "at" => times.push(fields.next()?.parse::<f64>().ok()?),
            how => {
                let (count, amount) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
                classes.insert(how.to_owned(), Sum { count, amount });
            }
        }
    }
    let [begun, ended] = times.try_into().ok()?;
    Some(Found { seconds: ended - begun, classes })
}

/// A row as COPY takes it.
fn line(text: &mut String, row: &Outcome) {
    let Outcome { station, kind, asn, purse, ctc, tid, ttc, icc, balance, amount, .. } = row;
    let Outcome { lock_date, lock_time, end_date, end_time, ceiling, .. } = row;
    let Outcome { mac2, gtac, gmac, sam_tac, tac, .. } = row;
    let _ = write!(
        text,
        "{station}\t{kind}\t\\\\x{asn:016x}\t{purse}\t{ctc}\t\\\\x{tid:012x}\t{ttc}\t\\\\x{icc:08x}\t{balance}\t\\\\x{lock_date:08x}{lock_time:06x}\t{amount}\t\\\\x{end_date:08x}{end_time:06x}\t{ceiling}\t\\\\x{mac2:08x}\t\\\\x{gtac:08x}\t\\\\x{gmac:08x}\t\\\\x{sam_tac:08x}\t"
    );
    let _ = match tac {
        Some(tac) => writeln!(text, "\\\\x{tac:08x}"),
        None => writeln!(text, "\\N"),
    };
}
