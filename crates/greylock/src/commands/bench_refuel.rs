//! `greylock bench refuel`: through PC/SC, where this build has it.

use serde_json::Value;

use crate::cli::BenchArgs;
use crate::error::Error;

/// The document and the text.
#[cfg(not(feature = "pcsc"))]
pub(super) fn run(_: &BenchArgs) -> Result<(Value, String), Error> {
    Err(crate::media::no_pcsc("it cannot measure a refuelling through readers"))
}

/// The document and the text.
#[cfg(feature = "pcsc")]
pub(super) fn run(args: &BenchArgs) -> Result<(Value, String), Error> {
    let figures = crate::bench::run_refuel(args.runs, [&args.vpcd, &args.vpcd_psam], &args.dir)?;
    Ok((with_readers::document(&figures), with_readers::text(&figures)))
}

#[cfg(feature = "pcsc")]
mod with_readers {
    use serde_json::{Value, json};

    use crate::bench::{PartFigures, RefuelFigures, ratio};

    pub(super) fn document(figures: &RefuelFigures) -> Value {
        let [card, psam] = figures.apdus;
        json!({
            "apdus": {
                "card": card,
                "psam": psam,
                "all": card + psam,
                "while_the_psam_has_power": card + psam - AT_POWER_ON,
            },
            "exchange": part(&figures.exchange),
            "whole": part(&figures.whole),
        })
    }

    /// SELECT and the TID of a PSAM, once for its power-on.
    const AT_POWER_ON: usize = 2;

    fn part(part: &PartFigures) -> Value {
        json!({
            "microseconds": part.micros,
            "yardstick_microseconds": part.yardstick,
            "ratio": ratio(part.micros, part.yardstick),
            "syncs": part.syncs,
            "least_syncs": part.least_syncs,
        })
    }

    pub(super) fn text(figures: &RefuelFigures) -> String {
        let [card, psam] = figures.apdus;
        let all = card + psam;
        let line = |name: &str, part: &PartFigures| {
            let ratio = ratio(part.micros, part.yardstick).unwrap_or(0.0);
            format!(
                "{name:<36}{:>9.1}{:>11.1}{ratio:>7.2}{:>7}{:>9}\n",
                part.micros, part.yardstick, part.syncs, part.least_syncs
            )
        };
        format!(
            "a refuelling through PC/SC: {all} APDUs, {card} to the card and {psam} to the PSAM; {} while the PSAM has power\n\
             {:<36}{:>9}{:>11}{:>7}{:>7}{:>9}\n{}{}",
            all - AT_POWER_ON,
            "",
            "µs",
            "yardstick",
            "ratio",
            "syncs",
            "at least",
            line("exchange, in memory, no journal", &figures.exchange),
            line("whole, images and journal on disk", &figures.whole),
        )
    }
}
