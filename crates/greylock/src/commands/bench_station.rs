//! `greylock bench station`: how long a card waits at a nozzle, alone and while the others are busy.

use ::bench::nozzles::{self, Nozzles};
use serde_json::Value;

use crate::cli::BenchArgs;
use crate::error::{Error, Fault};

/// Nozzles of the station that is measured.
const NOZZLES: u8 = 8;

/// The document and the text.
pub(super) fn run(args: &BenchArgs) -> Result<(Value, String), Error> {
    let visits = usize::try_from(args.runs).unwrap_or(usize::MAX);
    let figures = nozzles::run(NOZZLES, visits, &args.dir).map_err(|error| {
        Error::new(Fault::System, format!("the station cannot be measured: {error}"))
    })?;
    let document = serde_json::to_value(figures);
    let document = document.map_err(|error| Error::new(Fault::Program, error.to_string()))?;
    Ok((document, text(&figures)))
}

fn text(figures: &Nozzles) -> String {
    let Nozzles { nozzles, alone, busy, beyond } = figures;
    let line = |what: String, spread: &::bench::Spread| {
        let (count, p50, p99) = (spread.count, spread.p50, spread.p99);
        format!("  {what:<44}{p50:>10.2} ms p50  {p99:>9.2} ms p99  of {count}\n")
    };
    format!(
        "a card waits at a station, from its insertion to its receipt without the flow\n{}{}  \
         beyond what one nozzle alone needs, p99     {beyond:>10.2} ms\n",
        line("at one nozzle, the others free".to_owned(), alone),
        line(format!("at each of {nozzles} nozzles, all busy"), busy),
    )
}
