//! `greylock host decide`: one operator proposes, another one approves.

use std::collections::BTreeSet;

use api::operate::{Lock, Ruling, RulingState};
use client::Wanted;
use serde_json::{Value, json};
use wire::Amount;

use crate::centre::{Office, To, open_office};
use crate::cli::{HostDecideArgs, RulingName};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// Proposes, or approves what was proposed.
///
/// # Errors
/// What the centre refuses: nothing is decided then.
pub(super) fn run(args: &HostDecideArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = open_office(&args.host, &args.caller, To::Change, context.io.clock.now())?;
    let lock = lock_to_decide(&mut *office, args)?;
    let named = shown(&lock);
    let (ruled, said) = match (&args.maker, &args.checker) {
        (Some(maker), _) => {
            let amount = args.amount.ok_or_else(|| Error::usage("--maker needs --amount"))?;
            let (ruling, amount) = ruling_of(args.ruling, amount);
            let reason = args.reason.clone().unwrap_or_default();
            let ruling = Ruling { lock, ruling: ruling.to_owned(), amount, reason };
            (office.propose(&ruling, maker), "proposed; a second operator must approve it")
        }
        (None, Some(checker)) => {
            // What is approved is what the checker saw.
            let (ruling, amount) = match (newest_proposal(&mut *office, &lock), args.amount) {
                (Ok(newest), seen) => {
                    let amount = seen.map_or(newest.amount, |seen| with_amount(&newest, seen));
                    (newest.ruling, amount)
                }
                // An approval whose answer was lost: the centre knows it, and answers it again.
                (Err(_), Some(seen)) => {
                    let (ruling, amount) = ruling_of(args.ruling, seen);
                    (ruling.to_owned(), amount)
                }
                (Err(error), None) => return Err(error),
            };
            let ruling = Ruling { lock, ruling, amount, reason: String::new() };
            (office.approve(&ruling, checker), "approved")
        }
        (None, None) => return Err(Error::usage("either --maker or --checker is needed")),
    };
    let row = ruled.map_err(|error| about(error, &named))?;
    let text = format!("lock {named}: {} {said}\n", ruling_text(&row));
    Ok(Report::done(document(&row), text))
}

/// A refusal names the lock.
fn about(mut error: Error, lock: &str) -> Error {
    if let Some(document) = &mut error.document {
        document["lock"] = lock.into();
    }
    error
}

/// As a lock id prints.
fn shown(lock: &Lock) -> String {
    match server::words::lock_id(lock) {
        Ok(id) => id.to_string(),
        Err(_) => format!("{}/{}", lock.tid, lock.ttc),
    }
}

/// A proposal, approved or not.
pub(super) fn document(row: &RulingState) -> Value {
    let lock = &row.lock;
    json!({
        "state": if row.checker.is_some() { "approved" } else { "proposed" },
        "asn": lock.asn,
        "purse": lock.purse,
        "ctc": lock.ctc,
        "tid": lock.tid,
        "ttc": lock.ttc,
        "amount": row.amount.abs(),
        "maker": row.maker,
        "checker": row.checker,
        "reason": row.reason,
    })
}

/// Name and amount as the interface has them: a cardholder's claim is negative.
fn ruling_of(name: RulingName, amount: Amount) -> (&'static str, i64) {
    let units = i64::from(amount.units());
    match name {
        RulingName::Unlock => ("unlock", units),
        RulingName::Debited => ("debited", units),
        RulingName::StationClaimAccepted => ("claim_accepted", units),
        RulingName::StationClaimRejected => ("claim_rejected", units),
        RulingName::CardholderClaimAccepted => ("claim_accepted", -units),
        RulingName::CardholderClaimRejected => ("claim_rejected", -units),
    }
}

/// The same ruling over the amount that the checker saw.
fn with_amount(proposed: &RulingState, seen: Amount) -> i64 {
    let sign = if proposed.amount < 0 { -1 } else { 1 };
    sign * i64::from(seen.units())
}

fn ruling_text(row: &RulingState) -> String {
    let cents = row.amount.abs();
    let whose = if row.amount < 0 { "cardholder" } else { "station" };
    match row.ruling.as_str() {
        "debited" => format!("that the card was debited {cents} cents"),
        "claim_accepted" => format!("that the {whose}'s claim over {cents} cents is paid"),
        "claim_rejected" => format!("that the {whose}'s claim over {cents} cents is not paid"),
        _ => format!("{cents} cents"),
    }
}

/// A proposal that waits, for a list.
pub(super) fn text(row: &RulingState) -> String {
    let RulingState { lock, maker, reason, .. } = row;
    let what = ruling_text(row);
    format!(
        "proposal: lock {}/{}, {what} proposed by {maker}: {reason}\n  what to do: another operator compares and approves it with --checker\n",
        lock.tid, lock.ttc
    )
}

/// The one lock of this number that a card waits with, or that a report named.
fn lock_to_decide(office: &mut dyn Office, args: &HostDecideArgs) -> Result<Lock, Error> {
    let (tid, ttc) = (args.tid.to_string(), args.ttc);
    let wanted = Wanted { asn: None, tid: Some(tid.clone()) };
    let told = office.notices()?.into_iter().filter_map(|notice| notice.lock);
    let heard = office.outcomes(&wanted)?.into_iter().filter_map(|row| {
        let (asn, purse, ctc) = (row.asn?, row.purse?, row.ctc?);
        Some(Lock { asn, purse, ctc, tid: row.tid, ttc: row.ttc })
    });
    let key = |lock: Lock| (lock.asn, lock.purse, lock.ctc);
    let named: BTreeSet<(String, String, u16)> =
        told.chain(heard).filter(|lock| lock.tid == tid && lock.ttc == ttc).map(key).collect();
    let mut named = named.into_iter();
    match (named.next(), named.next()) {
        (Some((asn, purse, ctc)), None) => Ok(Lock { asn, purse, ctc, tid, ttc }),
        (None, _) => Err(Error::new(Fault::Centre, format!("the centre knows no lock {tid}/{ttc}"))
            .advice("a lock is known once its card asked to be unlocked or its station reported it: see `greylock host notices`")),
        (Some(_), Some(_)) => Err(Error::new(
            Fault::Centre,
            format!("different locks name {tid}/{ttc}"),
        )
        .advice("a card was copied or a message forged: see `greylock host notices`")),
    }
}

fn newest_proposal(office: &mut dyn Office, lock: &Lock) -> Result<RulingState, Error> {
    let waiting = office.proposals()?.into_iter().rev().find(|row| row.lock == *lock);
    waiting.ok_or_else(|| {
        Error::new(Fault::Centre, format!("nothing is proposed for lock {}", shown(lock))).advice(
            "propose first: greylock host decide --maker NAME --amount CENTS --reason TEXT …; if it was approved and the answer lost, approve again with --amount",
        )
    })
}
