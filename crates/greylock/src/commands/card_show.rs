//! `greylock card show`.

use std::fmt::Write as _;

use card::{Application, DebitKind, LastDebit, LockView, PurseView, View};
use keys_file::scheme_name;
use nvm::Kind;
use perso::CardGroupings;
use serde_json::{Value, json};
use wire::files::LogRecord;
use wire::{GreyState, Purse, amount};

use super::blank;
use super::card_issue::shown_date;
use super::chip_show;
use crate::cli::CardShowArgs;
use crate::error::Error;
use crate::media::{Place, look_at_blank, look_at_card};
use crate::output::Report;

/// Looks at a card; its image stays as it is.
pub(crate) fn run(args: &CardShowArgs) -> Result<Report, Error> {
    if let Place::Reader(part) = &args.card {
        return chip_show::card(part);
    }
    if let Some(blank) = look_at_blank::<CardGroupings>(&args.card)? {
        return Ok(blank::shown(&blank, Kind::Card));
    }
    let view = look_at_card(&args.card)?;
    Ok(Report::done(document(&view), text(&view)))
}

/// The state in one word: a locked application comes before what the lock does to the money.
const fn state(view: &View) -> &'static str {
    match (view.application, view.status.state) {
        (Application::CardBlocked, _) => "card_blocked",
        (Application::Locked | Application::LockedForGood, _) => "app_locked",
        (Application::Open, GreyState::Grey) => "grey",
        (Application::Open, GreyState::Debited | GreyState::UnlockedOnline) => "tac_unread",
        (Application::Open, GreyState::Unlocked) => "unlocked",
    }
}

fn lock(view: &View) -> Option<&LockView> {
    view.purses.iter().find_map(|purse| purse.lock.as_ref())
}

fn purses(view: &View) -> impl Iterator<Item = (Purse, &PurseView)> {
    Purse::ALL.into_iter().zip(&view.purses)
}

/// The document of `--json`.
pub(crate) fn document(view: &View) -> Value {
    let public = &view.public;
    json!({
        "asn": public.asn().to_string(),
        "state": state(view),
        "purses": purses(view).map(purse_document).collect::<Vec<_>>(),
        "lock": lock(view).map(lock_document),
        "log": view.log.records().map(log_document).collect::<Vec<_>>(),
        "tac_unread": view.last_debit.is_some_and(|debit| debit.unread),
        "last_debit": view.last_debit.as_ref().map(debit_document),
        "last_locked": view.last_locked.map(|purse| purse.to_string()),
        "application": application(view),
        "error_counter": view.error_counter,
        "error_limit": view.error_limit,
        "unblock_failures": view.unblock_failures,
        "pin_tries": view.pin_tries,
        "aid": hex::encode(view.aid.as_slice()),
        "issuer": hex::encode(public.issuer),
        "start": public.start.to_string(),
        "expiry": public.expiry.to_string(),
        "levels": public.levels(),
        "scheme": public.scheme().map(scheme_name),
        "numbers_drawn": view.numbers_drawn,
        "key_version": view.maintenance_key.version,
        "algorithm": format!("{:02x}", view.maintenance_key.algorithm),
        "next_key_version": view.next_key.map(|key| key.version),
    })
}

const fn application(view: &View) -> &'static str {
    match view.application {
        Application::Open => "open",
        Application::Locked => "locked",
        Application::LockedForGood => "locked_for_good",
        Application::CardBlocked => "card_blocked",
    }
}

fn purse_document((purse, view): (Purse, &PurseView)) -> Value {
    json!({
        "purse": purse.to_string(),
        "balance": view.balance.units(),
        "overdraft": view.limit.units(),
        "money": amount::money(view.balance, view.limit),
        "ctc": view.ctc,
        "otc": view.otc,
    })
}

fn lock_document(lock: &LockView) -> Value {
    let terms = &lock.terms;
    json!({
        "tid": terms.tid.to_string(),
        "ttc": terms.ttc.0,
        "date": terms.date.to_string(),
        "time": terms.time.to_string(),
        "balance": terms.balance.units(),
        "gtac": lock.gtac.to_string(),
        "mac2": lock.mac2.to_string(),
        "purse": terms.purse.to_string(),
        "ctc": terms.ctc,
        "icc": terms.icc.to_string(),
        "trn": lock.trn.to_string(),
        "key_index": lock.key_index,
        "key_version": lock.key.version,
        "algorithm": format!("{:02x}", lock.key.algorithm),
        "scheme": scheme_name(terms.scheme),
    })
}

pub(super) fn log_document(record: &LogRecord) -> Value {
    json!({
        "sequence": record.sequence,
        "tag": format!("{:02x}", record.tag.byte()),
        "purse": record.tag.purse.to_string(),
        "amount": record.amount.units(),
        "overdraft": record.limit.units(),
        "tid": record.tid.to_string(),
        "date": record.date.to_string(),
        "time": record.time.to_string(),
    })
}

fn debit_document(debit: &LastDebit) -> Value {
    let (how, number, code) = match debit.kind {
        DebitKind::Terminal(ttc) => ("terminal", ("ttc", ttc.0), "tac"),
        DebitKind::Online(otc) => ("online", ("otc", u32::from(otc)), "mac3"),
    };
    json!({
        "how": how,
        "unread": debit.unread,
        "purse": debit.purse.to_string(),
        "amount": debit.amount.units(),
        "tid": debit.tid.to_string(),
        number.0: number.1,
        "date": debit.date.to_string(),
        "time": debit.time.to_string(),
        code: debit.code.to_string(),
    })
}

fn text(view: &View) -> String {
    let mut text = String::new();
    write_text(&mut text, view).unwrap_or_default();
    text
}

fn write_text(out: &mut String, view: &View) -> std::fmt::Result {
    let public = &view.public;
    writeln!(out, "card {}, {}", public.asn(), state(view).replace('_', " "))?;
    writeln!(
        out,
        "  valid {} to {}, PIN tries {}",
        shown_date(public.start),
        shown_date(public.expiry),
        view.pin_tries
    )?;
    if let Some(next) = view.next_key {
        let version = view.maintenance_key.version;
        writeln!(out, "  keys of version {version}, can be switched to {}", next.version)?;
    }
    for (purse, view) in purses(view) {
        let (balance, limit) = (view.balance, view.limit);
        let money = amount::money(balance, limit);
        write!(
            out,
            "  {purse}  can spend {balance}: money {money}, overdraft limit {};",
            limit.units()
        )?;
        writeln!(out, " off-line number {}, on-line number {}", view.ctc, view.otc)?;
    }
    if let Some(lock) = lock(view) {
        let terms = &lock.terms;
        writeln!(
            out,
            "  grey lock of {} by terminal {}, number {}",
            terms.purse, terms.tid, terms.ttc
        )?;
        writeln!(
            out,
            "    {} {}, balance {}, GTAC {}",
            shown_date(terms.date),
            shown_time(terms.time),
            terms.balance,
            lock.gtac
        )?;
    }
    if let Some(debit) = view.last_debit.filter(|debit| debit.unread) {
        writeln!(
            out,
            "  last debit unread: {} by terminal {}, code {}",
            debit.amount, debit.tid, debit.code
        )?;
    }
    if view.error_counter > 0 || view.application != Application::Open {
        writeln!(
            out,
            "  application {}, {} of {} wrong codes counted",
            application(view).replace('_', " "),
            view.error_counter,
            view.error_limit
        )?;
    }
    view.log.records().try_for_each(|record| write_record(out, record))
}

pub(super) fn write_record(out: &mut String, record: &LogRecord) -> std::fmt::Result {
    let (date, time) = (shown_date(record.date), shown_time(record.time));
    let kind = match record.tag.kind {
        wire::Kind::Load => "load",
        wire::Kind::Unload => "unload",
        wire::Kind::Purchase => "purchase",
        wire::Kind::Overdraft => "overdraft limit",
        wire::Kind::Lock | wire::Kind::Characterized => "lock",
        wire::Kind::Debit => "debit",
        wire::Kind::Unlock => "unlock on-line",
    };
    writeln!(
        out,
        "  log  {date} {time}  {} {kind} {}, number {}, terminal {}",
        record.tag.purse, record.amount, record.sequence, record.tid
    )
}

/// `hh:mm:ss`.
fn shown_time(time: wire::Time) -> String {
    let (hour, minute, second) = time.hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}
