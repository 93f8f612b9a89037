//! `greylock station export`: the journal of a station, record by record.

use serde_json::{Value, json};
use terminal::Progress;
use wire::ClaimedRecord;
use wire::record::encode;

use crate::cli::{ExportFormat, StationExportArgs, StationServeArgs};
use crate::error::Error;
use crate::media::Birth;
use crate::output::{Context, Report};
use crate::stationing::{Config, logbook_of};

/// The columns of a CSV file, and the fields of a JSON document.
const COLUMNS: [&str; 17] = [
    "tid",
    "ttc",
    "asn",
    "purse",
    "ctc",
    "state",
    "nozzle",
    "product",
    "unit_price",
    "quantity",
    "amount",
    "date",
    "time",
    "utc_offset_minutes",
    "tac",
    "gtac",
    "record",
];

/// Writes every delivery of the journal whose record is whole, in the order of TID and TTC.
///
/// # Errors
/// No journal, one in use, or a file that cannot be made.
pub(super) fn run(args: &StationExportArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let data = match (&args.config, &args.data) {
        (Some(config), _) => {
            let told = StationServeArgs { config: config.clone(), ..Default::default() };
            Config::gather(&told, &context.io.settings.station)?.data
        }
        (None, Some(data)) => data.clone(),
        (None, None) => return Err(Error::bug("clap wants one of them")),
    };
    if !data.is_dir() {
        return Err(Error::usage(format!("{} is no station's data folder", data.display()))
            .advice("check the path"));
    }
    let logbook = logbook_of(&data)?;
    let rows: Vec<Row> = logbook.look(|index| {
        let wanted =
            |row: &Row| args.since.is_none_or(|since| row.record.delivery.at.date >= since);
        index.locks().filter_map(|(_, progress)| Row::of(progress)).filter(wanted).collect()
    });
    let mut birth = Birth::begin(&args.out)?;
    birth.fill(&written(&rows, args.format))?;
    birth.finish()?;
    let (records, out) = (rows.len(), args.out.display().to_string());
    let text = format!("{records} records written to {out}\n");
    Ok(Report::done(json!({ "outcome": "done", "records": records, "out": out }), text))
}

/// A delivery.
struct Row {
    record: ClaimedRecord,
    state: &'static str,
    tac: Option<String>,
}

impl Row {
    /// Of a lock whose record is whole.
    fn of(progress: &Progress) -> Option<Self> {
        match progress {
            Progress::Claimed(record) => {
                Some(Self { record: *record, state: "claimed", tac: None })
            }
            Progress::Settled(record, tac) => {
                Some(Self { record: *record, state: "settled", tac: Some(tac.to_string()) })
            }
            _ => None,
        }
    }

    /// In the order of [`COLUMNS`].
    fn values(&self) -> [Value; COLUMNS.len()] {
        let ClaimedRecord { terms, certified, delivery, .. } = &self.record;
        [
            terms.id.tid.to_string().into(),
            terms.id.ttc.0.into(),
            terms.id.asn.to_string().into(),
            terms.id.purse.to_string().into(),
            terms.id.ctc.into(),
            self.state.into(),
            certified.nozzle.into(),
            certified.product.into(),
            certified.unit_price.into(),
            delivery.quantity.into(),
            delivery.amount.units().into(),
            delivery.at.date.to_string().into(),
            delivery.at.time.to_string().into(),
            delivery.at.utc_offset_minutes.into(),
            self.tac.clone().into(),
            certified.gtac.to_string().into(),
            hex::encode(encode(&self.record).as_slice()).into(),
        ]
    }
}

fn written(rows: &[Row], format: ExportFormat) -> Vec<u8> {
    match format {
        ExportFormat::Csv => {
            let head = COLUMNS.join(",");
            // No value of ours has a comma or a quote.
            let line = |row: &Row| row.values().map(|value| plain(&value)).join(",");
            let lines: Vec<String> = std::iter::once(head).chain(rows.iter().map(line)).collect();
            (lines.join("\n") + "\n").into_bytes()
        }
        ExportFormat::Jsonl => {
            let line = |row: &Row| {
                let named = COLUMNS.iter().map(|name| (*name).to_owned()).zip(row.values());
                format!("{}\n", Value::Object(named.collect()))
            };
            rows.iter().map(line).collect::<String>().into_bytes()
        }
        ExportFormat::Bin => {
            let framed = |row: &Row| {
                let bytes = encode(&row.record);
                let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
                [&length.to_be_bytes(), bytes.as_slice()].concat()
            };
            rows.iter().flat_map(framed).collect()
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
