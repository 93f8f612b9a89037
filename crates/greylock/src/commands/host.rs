//! `greylock host`: what an operator looks at and decides.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use host::{
    About, Class, Ending, Holes, Notice, Outcome, OutcomeRow, PurchaseEnd, PurchaseRow, StationId,
};
use serde_json::{Value, json};
use wire::{Amount, LockId, Tid};

use super::{decide, host_backup, host_serve};
use crate::centre::{CentreFolder, FolderCentre, folder_of, look_at_centre};
use crate::cli::{HostCommand, HostHolesArgs, HostInitArgs, HostNoticesArgs, HostOutcomesArgs};
use crate::error::Error;
use crate::output::{Context, Report};

/// Does what the operator asks.
///
/// # Errors
/// A centre that cannot be opened, or what it refuses.
pub(crate) fn run(command: &HostCommand, context: &mut Context<'_>) -> Result<Report, Error> {
    match command {
        HostCommand::Init(args) => init(args, context),
        HostCommand::Serve(args) => host_serve::run(args, context),
        HostCommand::Backup(args) => host_backup::run(args, context),
        HostCommand::Outcomes(args) => outcomes(args),
        HostCommand::Notices(args) => notices(args),
        HostCommand::Decide(args) => decide::run(args, context),
        HostCommand::Holes(args) => holes(args),
    }
}

fn look(host: &str) -> Result<FolderCentre, Error> {
    look_at_centre(&folder_of(host)?)
}

/// An empty list is said to be one.
fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing to list\n".to_owned() } else { text }
}

fn init(args: &HostInitArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    CentreFolder::make(&args.dir, &args.keys, context.io.random)?;
    let url = format!("file:{}", args.dir.display());
    let text = format!("centre made in {}; stations reach it as {url}\n", args.dir.display());
    Ok(Report::done(
        json!({ "outcome": "done", "dir": args.dir.display().to_string(), "host": url }),
        text,
    ))
}

fn outcomes(args: &HostOutcomesArgs) -> Result<Report, Error> {
    let centre = look(&args.host)?;
    let wanted = |row: &OutcomeRow| {
        args.tid.is_none_or(|tid| tid == row.tid)
            && args.asn.is_none_or(|asn| row.lock.is_some_and(|lock| lock.asn == asn))
    };
    let rows: Vec<OutcomeRow> = centre.outcomes().into_iter().filter(wanted).collect();
    let mut text = rows.iter().fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{}", outcome_text(row));
        text
    });
    let wanted = |row: &PurchaseRow| {
        args.tid.is_none_or(|tid| tid == row.terms.id.tid)
            && args.asn.is_none_or(|asn| asn == row.terms.id.asn)
    };
    let purchases: Vec<PurchaseRow> = centre.purchases().into_iter().filter(wanted).collect();
    for row in &purchases {
        text.push_str(&purchase_text(row));
    }
    let rows = rows.iter().map(outcome_document);
    let station = |row: &PurchaseRow| host::Books::station_of(centre.books(), row.terms.id.tid);
    let bought = purchases.iter().map(|row| purchase_document(row, station(row)));
    let rows: Vec<Value> = rows.chain(bought).collect();
    Ok(Report::done(json!({ "outcomes": rows }), or_nothing(text)))
}

fn outcome_document(row: &OutcomeRow) -> Value {
    json!({
        "outcome": row.outcome.map(Outcome::name),
        "tid": row.tid.to_string(),
        "ttc": row.ttc.0,
        "asn": row.lock.map(|lock| lock.asn.to_string()),
        "purse": row.lock.map(|lock| lock.purse.to_string()),
        "ctc": row.lock.map(|lock| lock.ctc),
        "amount": row.amount.map(Amount::units),
        "settled": row.ending.map(|ending| ending.amount().units()),
        "settled_by": row.ending.map(Ending::name),
        "times_proved": row.times_proved,
        "quarantined": row.quarantined,
        "station": row.station.as_ref().map(ToString::to_string),
    })
}

/// A purchase has the fields of a lock's outcome.
fn purchase_document(row: &PurchaseRow, station: Option<StationId>) -> Value {
    let LockId { asn, purse, ctc, tid, ttc } = row.terms.id;
    let paid = !matches!(row.end, PurchaseEnd::Open | PurchaseEnd::Void);
    let ended = row.end != PurchaseEnd::Open;
    json!({
        "outcome": purchase_name(row),
        "tid": tid.to_string(),
        "ttc": ttc.0,
        "asn": asn.to_string(),
        "purse": purse.to_string(),
        "ctc": ctc,
        "amount": row.terms.amount.units(),
        "settled": paid.then(|| row.terms.amount.units()),
        "settled_by": ended.then(|| row.end.name()),
        "times_proved": row.end == PurchaseEnd::Tac,
        "quarantined": 0,
        "station": station.map(|station| station.0),
    })
}

const fn purchase_name(row: &PurchaseRow) -> &'static str {
    match row.end {
        PurchaseEnd::Open => Outcome::PurchaseUnknown.name(),
        PurchaseEnd::Void => Outcome::Void.name(),
        _ => Outcome::Purchase.name(),
    }
}

fn purchase_text(row: &PurchaseRow) -> String {
    let (id, amount) = (row.terms.id, row.terms.amount);
    let (name, end) = (purchase_name(row), row.end.name());
    format!(
        "{}/{}  {name}  card {} {} number {}, {amount}, settled by {end}\n",
        id.tid, id.ttc, id.asn, id.purse, id.ctc
    )
}

fn outcome_text(row: &OutcomeRow) -> String {
    let outcome = row.outcome.map_or("quarantined", |outcome| outcome.name());
    let lock = row.lock.map_or("card unknown".to_owned(), |lock| {
        format!("card {} {} number {}", lock.asn, lock.purse, lock.ctc)
    });
    let amount = row.amount.map_or(String::new(), |amount| format!(", {amount}"));
    let settled = row.ending.map_or(String::new(), |ending| {
        format!(", settled with {} by {}", ending.amount(), ending.name())
    });
    format!("{}/{}  {outcome}  {lock}{amount}{settled}", row.tid, row.ttc)
}

fn notices(args: &HostNoticesArgs) -> Result<Report, Error> {
    let centre = look(&args.host)?;
    let mut text = String::new();
    let mut rows = Vec::new();
    for notice in centre.notices() {
        let code = notice.code;
        let about = about_text(&notice.about);
        let over = notice.about.lock.is_some_and(|lock| is_over(&centre, &lock));
        text.push_str(&notice_text(&notice, &about, over));
        rows.push(json!({
            "code": code.name(),
            "class": class_name(code.class()),
            "about": about,
            "asn": notice.about.asn.map(|asn| asn.to_string()),
            "purse": notice.about.lock.map(|lock| lock.purse.to_string()),
            "ctc": notice.about.lock.map(|lock| lock.ctc),
            "tid": notice.about.number.map(|(tid, _)| tid.to_string()),
            "ttc": notice.about.number.map(|(_, ttc)| ttc.0),
            "date": notice.at.date.to_string(),
            "time": notice.at.time.to_string(),
            "words": code.words(),
            "what_to_do": code.what_to_do(),
            "detail": notice.detail,
            "lock_settled": over,
        }));
    }
    let waiting = decide::waiting(&centre);
    for row in &waiting {
        text.push_str(&decide::text(row));
    }
    let proposals: Vec<Value> = waiting.iter().map(decide::document).collect();
    Ok(Report::done(json!({ "notices": rows, "proposals": proposals }), or_nothing(text)))
}

/// The lock has ended since: what was to be done about it may be past.
fn is_over(centre: &FolderCentre, lock: &LockId) -> bool {
    let decided = host::Books::decisions_of(centre.books(), lock.asn);
    decided.iter().any(|row| row.lock == *lock && row.mac3.is_some())
        || centre.outcomes().iter().any(|row| row.lock == Some(*lock) && row.ending.is_some())
        || centre
            .purchases()
            .iter()
            .any(|row| row.terms.id == *lock && row.end != PurchaseEnd::Open)
}

fn notice_text(notice: &Notice, about: &str, over: bool) -> String {
    let (code, detail) = (notice.code, &notice.detail);
    let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
    let over = if over { ", which is settled now" } else { "" };
    let (class, name) = (class_name(code.class()), code.name());
    let (words, act) = (code.words(), code.what_to_do());
    format!("{class}: {name} {about}{over}\n  {words}{detail}\n  what to do: {act}\n")
}

fn about_text(about: &About) -> String {
    let number = about.number.map(|(tid, ttc)| format!("lock {tid}/{ttc}"));
    let card = about.asn.map(|asn| format!("card {asn}"));
    let station = about.station.as_ref().map(|station| format!("station {station}"));
    let parts: Vec<String> = [number, card, station].into_iter().flatten().collect();
    parts.join(", ")
}

const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Quarantine => "quarantine",
        Class::Alarm => "alarm",
        Class::Claim => "claim",
        Class::Wait => "wait",
        Class::Information => "information",
    }
}

fn holes(args: &HostHolesArgs) -> Result<Report, Error> {
    let centre = look(&args.host)?;
    let heard: BTreeSet<Tid> = centre.outcomes().iter().map(|row| row.tid).collect();
    let tids: Vec<Tid> =
        heard.into_iter().filter(|tid| args.tid.is_none_or(|wanted| wanted == *tid)).collect();
    let (mut text, mut rows) = (String::new(), Vec::new());
    for tid in tids {
        let holes = centre.holes(tid);
        let ranges: Vec<(u32, u32)> =
            holes.missing.iter().map(|range| (*range.start(), *range.end())).collect();
        let _ = writeln!(text, "{}", holes_text(tid, &holes));
        rows.push(json!({
            "tid": tid.to_string(),
            "watermark": holes.watermark,
            "highest": holes.highest,
            "missing": ranges.iter().map(|(first, last)| json!({ "first": first, "last": last })).collect::<Vec<_>>(),
        }));
    }
    Ok(Report::done(json!({ "psams": rows }), or_nothing(text)))
}

fn holes_text(tid: Tid, holes: &Holes) -> String {
    let missing: Vec<String> = holes
        .missing
        .iter()
        .map(|range| match (range.start(), range.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        })
        .collect();
    let missing = if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") };
    let upto = holes.watermark.map_or("nothing yet".to_owned(), |ttc| format!("all up to {ttc}"));
    format!("{tid}: heard {upto}, missing {missing}")
}
