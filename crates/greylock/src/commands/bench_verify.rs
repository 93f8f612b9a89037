//! `greylock bench verify`: codes of records in bulk.

use std::fmt::Write as _;

use ::bench::verify::{self, Figures, OfCode, Verify};
use serde_json::{Map, Value, json};

use crate::cli::BenchArgs;
use crate::error::{Error, Fault};

/// The fields of the document and the text.
pub(super) fn run(args: &BenchArgs) -> Result<(Map<String, Value>, String), Error> {
    let figures = verify::run(args.runs).map_err(|error| {
        Error::new(Fault::System, format!("there is nothing to measure against: {error}"))
    })?;
    let fields = fields(&figures)
        .ok_or_else(|| Error::new(Fault::Program, "the figures are no document".to_owned()))?;
    Ok((fields, text(&figures)))
}

/// Those of the best engine by name, then all of them.
fn fields(figures: &Verify) -> Option<Map<String, Value>> {
    let best = figures.engines.last()?;
    let Figures { tac, gmac, .. } = best;
    let document = json!({
        "cpu": figures.cpu,
        "engine": best.engine,
        "lanes": best.lanes,
        "tac_per_second": tac.per_second,
        "tac_ratio_to_openssl": tac.ratio_to_openssl,
        "tac_share_of_limit": tac.share_of_limit,
        "gmac_per_second": gmac.per_second,
        "gmac_ratio_to_openssl": gmac.ratio_to_openssl,
        "gmac_share_of_limit": gmac.share_of_limit,
        "two_cores": figures.two_cores,
        "openssl_tac_per_second": figures.openssl_tac_per_second,
        "openssl_gmac_per_second": figures.openssl_gmac_per_second,
        "engines": serde_json::to_value(&figures.engines).ok()?,
    });
    match document {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn text(figures: &Verify) -> String {
    let Verify { cpu, openssl_tac_per_second, openssl_gmac_per_second, two_cores, engines } =
        figures;
    let mut text = format!(
        "codes in bulk, one core of {cpu}; millions a second\n  {:<34}{:>8.2} TAC {:>8.2} GMAC\n",
        "OpenSSL's low-level DES",
        openssl_tac_per_second / 1e6,
        openssl_gmac_per_second / 1e6,
    );
    for engine in engines {
        let gates: Vec<String> = engine.sbox_gates.iter().map(ToString::to_string).collect();
        let sum: usize = engine.sbox_gates.iter().sum();
        let _ = writeln!(
            text,
            "{}, {} lanes; S-boxes {} = {sum} gates; {:.2} G gates a second\n{}{}  \
             all five codes of a record{:>16.2} suite 00 {:>8.2} suite 10 {:>8.2} suite 20",
            engine.engine,
            engine.lanes,
            gates.join("+"),
            engine.gates_per_second / 1e9,
            code("TAC", &engine.tac),
            code("GMAC", &engine.gmac),
            engine.records_per_second / 1e6,
            engine.aes_records_per_second / 1e6,
            engine.sm4_records_per_second / 1e6,
        );
    }
    let _ = writeln!(text, "two threads do {two_cores:.2} times what one does");
    text
}

fn code(name: &str, figures: &OfCode) -> String {
    let OfCode { per_second, ratio_to_openssl, gates, limit_per_second, share_of_limit } = figures;
    format!(
        "  {name:<5}{:>8.2} = {ratio_to_openssl:>5.1} x OpenSSL = {:>3.0} % of {:.2}, the limit of its {gates} gates\n",
        per_second / 1e6,
        share_of_limit * 100.0,
        limit_per_second / 1e6,
    )
}
