//! `greylock host`: what an operator looks at and decides.

use std::fmt::Write as _;

use api::operate::{Holes, Notice, Outcome, Purchase};
use client::Wanted;
use serde_json::{Value, json};

use super::{decide, host_backup, host_life, host_serve, host_table};
use crate::centre::{CentreFolder, Office, To, open_office};
use crate::cli::{
    HostCommand, HostHolesArgs, HostInitArgs, HostNoticesArgs, HostOutcomesArgs, OperatorArgs,
};
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
        HostCommand::Table(args) => host_table::run(args, context),
        HostCommand::Outcomes(args) => outcomes(args, context),
        HostCommand::Notices(args) => notices(args, context),
        HostCommand::Decide(args) => decide::run(args, context),
        HostCommand::Holes(args) => holes(args, context),
        HostCommand::Card(args) => host_life::card(args, context),
        HostCommand::Psam(args) => host_life::psam(args, context),
        HostCommand::Account(command) => host_life::account(command, context),
    }
}

fn office(
    host: &str,
    caller: &OperatorArgs,
    context: &mut Context<'_>,
) -> Result<Box<dyn Office>, Error> {
    open_office(host, caller, To::Look, context.io.clock.now())
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

fn outcomes(args: &HostOutcomesArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = office(&args.host, &args.caller, context)?;
    let wanted = Wanted {
        asn: args.asn.map(|asn| asn.to_string()),
        tid: args.tid.map(|tid| tid.to_string()),
    };
    let (rows, purchases) = (office.outcomes(&wanted)?, office.purchases(&wanted)?);
    let text: String =
        rows.iter().map(outcome_text).chain(purchases.iter().map(purchase_text)).collect();
    let rows = rows.iter().map(|row| json!(row));
    let rows: Vec<Value> = rows.chain(purchases.iter().map(purchase_document)).collect();
    Ok(Report::done(json!({ "outcomes": rows }), or_nothing(text)))
}

/// A purchase has the fields of a lock's outcome.
fn purchase_document(row: &Purchase) -> Value {
    let paid = !["open", "void"].contains(&&*row.end);
    let ended = row.end != "open";
    json!({
        "outcome": purchase_name(row),
        "tid": row.tid,
        "ttc": row.ttc,
        "asn": row.asn,
        "purse": row.purse,
        "ctc": row.ctc,
        "amount": row.amount,
        "settled": paid.then_some(row.amount),
        "settled_by": ended.then_some(&row.end),
        "times_proved": row.end == "tac",
        "quarantined": 0,
        "station": row.station,
    })
}

fn purchase_name(row: &Purchase) -> &'static str {
    match row.end.as_str() {
        "open" => host::Outcome::PurchaseUnknown.name(),
        "void" => host::Outcome::Void.name(),
        _ => host::Outcome::Purchase.name(),
    }
}

fn purchase_text(row: &Purchase) -> String {
    let (name, end) = (purchase_name(row), &row.end);
    format!(
        "{}/{}  {name}  card {} {} number {}, {}, settled by {end}\n",
        row.tid, row.ttc, row.asn, row.purse, row.ctc, row.amount
    )
}

fn outcome_text(row: &Outcome) -> String {
    let outcome = row.outcome.as_deref().unwrap_or("quarantined");
    let lock = match (&row.asn, &row.purse, row.ctc) {
        (Some(asn), Some(purse), Some(ctc)) => format!("card {asn} {purse} number {ctc}"),
        _ => "card unknown".to_owned(),
    };
    let amount = row.amount.map_or(String::new(), |amount| format!(", {amount}"));
    let settled = match (row.settled, &row.settled_by) {
        (Some(settled), Some(by)) => format!(", settled with {settled} by {by}"),
        _ => String::new(),
    };
    format!("{}/{}  {outcome}  {lock}{amount}{settled}\n", row.tid, row.ttc)
}

fn notices(args: &HostNoticesArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = office(&args.host, &args.caller, context)?;
    let (notices, waiting) = (office.notices()?, office.proposals()?);
    let mut text: String = notices.iter().map(notice_text).collect();
    waiting.iter().for_each(|row| text.push_str(&decide::text(row)));
    let rows: Vec<Value> = notices.iter().map(notice_document).collect();
    let proposals: Vec<Value> = waiting.iter().map(decide::document).collect();
    Ok(Report::done(json!({ "notices": rows, "proposals": proposals }), or_nothing(text)))
}

fn notice_document(notice: &Notice) -> Value {
    json!({
        "code": notice.code,
        "class": notice.class,
        "about": about_text(notice),
        "asn": notice.asn,
        "purse": notice.lock.as_ref().map(|lock| &lock.purse),
        "ctc": notice.lock.as_ref().map(|lock| lock.ctc),
        "tid": notice.tid,
        "ttc": notice.ttc,
        "date": notice.date,
        "time": notice.time,
        "words": notice.words,
        "what_to_do": notice.what_to_do,
        "detail": notice.detail,
        "lock_settled": notice.lock_settled,
    })
}

fn notice_text(notice: &Notice) -> String {
    let Notice { code, class, words, what_to_do, detail, .. } = notice;
    let about = about_text(notice);
    let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
    let over = if notice.lock_settled { ", which is settled now" } else { "" };
    format!("{class}: {code} {about}{over}\n  {words}{detail}\n  what to do: {what_to_do}\n")
}

fn about_text(notice: &Notice) -> String {
    let number = notice.tid.as_ref().zip(notice.ttc);
    let number = number.map(|(tid, ttc)| format!("lock {tid}/{ttc}"));
    let card = notice.asn.as_ref().map(|asn| format!("card {asn}"));
    let station = notice.station.as_ref().map(|station| format!("station {station}"));
    let parts: Vec<String> = [number, card, station].into_iter().flatten().collect();
    parts.join(", ")
}

fn holes(args: &HostHolesArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = office(&args.host, &args.caller, context)?;
    let rows = office.holes(args.tid)?;
    let text = rows.iter().fold(String::new(), |mut text, holes| {
        let _ = writeln!(text, "{}", holes_text(holes));
        text
    });
    Ok(Report::done(json!({ "psams": rows }), or_nothing(text)))
}

fn holes_text(holes: &Holes) -> String {
    let missing: Vec<String> = holes
        .missing
        .iter()
        .map(|range| match (range.first, range.last) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        })
        .collect();
    let missing = if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") };
    let upto = holes.watermark.map_or("nothing yet".to_owned(), |ttc| format!("all up to {ttc}"));
    format!("{}: heard {upto}, missing {missing}", holes.tid)
}
