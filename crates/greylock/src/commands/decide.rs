//! `greylock host decide`: one operator proposes, another one approves.

use std::collections::BTreeSet;

use host::{Approval, Input, Proposal, ProposalRow, Ruling};
use serde_json::{Value, json};
use wire::{Amount, LockId, Tid, Ttc};

use crate::centre::{CentreFolder, FolderCentre, folder_of};
use crate::cli::{HostDecideArgs, RulingName};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// Proposes, or approves what was proposed.
///
/// # Errors
/// What the centre refuses: nothing is decided then.
pub(super) fn run(args: &HostDecideArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut folder = CentreFolder::open(&folder_of(&args.host)?)?;
    let lock = lock_to_decide(folder.centre(), args.tid, Ttc(args.ttc))?;
    let now = context.io.clock.now();
    let (input, said) = match (&args.maker, &args.checker) {
        (Some(maker), _) => {
            let amount = args.amount.ok_or_else(|| Error::usage("--maker needs --amount"))?;
            let proposal = Proposal {
                lock,
                ruling: ruling_of(args.ruling, amount),
                maker: maker.clone(),
                reason: args.reason.clone().unwrap_or_default(),
                now,
            };
            (Input::Propose(proposal), "proposed; a second operator must approve it")
        }
        (None, Some(checker)) => {
            let newest = newest_proposal(folder.centre(), &lock)?.ruling;
            // What is approved is what the checker saw.
            let ruling = args.amount.map_or(newest, |amount| with_amount(newest, amount));
            let approval = Approval { lock, ruling, checker: checker.clone(), now };
            (Input::Approve(approval), "approved")
        }
        (None, None) => return Err(Error::usage("either --maker or --checker is needed")),
    };
    let ruled = folder.apply(&input)?.map_err(|refusal| {
        Error::new(Fault::Centre, refusal.to_string()).with_document(json!({
            "refusal": refusal.name(),
            "lock": lock.to_string(),
        }))
    })?;
    let host::Answer::Ruled(row) = ruled else {
        return Err(Error::bug("the centre gave another answer than a ruling"));
    };
    let text = format!("lock {lock}: {} {said}\n", ruling_text(row.ruling));
    Ok(Report::done(document(&row), text))
}

/// A proposal, approved or not.
pub(super) fn document(row: &ProposalRow) -> Value {
    let lock = &row.lock;
    json!({
        "state": if row.approved.is_some() { "approved" } else { "proposed" },
        "asn": lock.asn.to_string(),
        "purse": lock.purse.to_string(),
        "ctc": lock.ctc,
        "tid": lock.tid.to_string(),
        "ttc": lock.ttc.0,
        "amount": ruled_amount(row.ruling),
        "maker": row.maker,
        "checker": row.approved.as_ref().map(|(checker, _)| checker),
        "reason": row.reason,
    })
}

fn ruling_of(name: RulingName, amount: Amount) -> Ruling {
    let units = i64::from(amount.units());
    match name {
        RulingName::Unlock => Ruling::Unlock(amount),
        RulingName::Debited => Ruling::Debited(amount),
        RulingName::StationClaimAccepted => Ruling::Claim { amount: units, accepted: true },
        RulingName::StationClaimRejected => Ruling::Claim { amount: units, accepted: false },
        RulingName::CardholderClaimAccepted => Ruling::Claim { amount: -units, accepted: true },
        RulingName::CardholderClaimRejected => Ruling::Claim { amount: -units, accepted: false },
    }
}

/// The same ruling over the amount that the checker saw.
fn with_amount(ruling: Ruling, seen: Amount) -> Ruling {
    match ruling {
        Ruling::Unlock(_) => Ruling::Unlock(seen),
        Ruling::Debited(_) => Ruling::Debited(seen),
        Ruling::Claim { amount, accepted } => {
            Ruling::Claim { amount: amount.signum() * i64::from(seen.units()), accepted }
        }
    }
}

const fn ruled_amount(ruling: Ruling) -> i64 {
    match ruling {
        Ruling::Unlock(amount) | Ruling::Debited(amount) => amount.units() as i64,
        Ruling::Claim { amount, .. } => amount.abs(),
    }
}

fn ruling_text(ruling: Ruling) -> String {
    let cents = ruled_amount(ruling);
    match ruling {
        Ruling::Unlock(_) => format!("{cents} cents"),
        Ruling::Debited(_) => format!("that the card was debited {cents} cents"),
        Ruling::Claim { amount, accepted } => {
            let whose = if amount < 0 { "cardholder" } else { "station" };
            let how = if accepted { "paid" } else { "not paid" };
            format!("that the {whose}'s claim over {cents} cents is {how}")
        }
    }
}

/// A proposal that waits, for a list.
pub(super) fn text(row: &ProposalRow) -> String {
    let ProposalRow { lock, maker, reason, .. } = row;
    let what = ruling_text(row.ruling);
    format!(
        "proposal: lock {}/{}, {what} proposed by {maker}: {reason}\n  what to do: another operator compares and approves it with --checker\n",
        lock.tid, lock.ttc
    )
}

/// Every proposal that waits for its checker.
pub(super) fn waiting(centre: &FolderCentre) -> Vec<ProposalRow> {
    named_locks(centre).iter().filter_map(|lock| waiting_proposal(centre, lock)).collect()
}

/// Every lock that a notice or an outcome names.
fn named_locks(centre: &FolderCentre) -> BTreeSet<LockId> {
    let told = centre.notices().into_iter().filter_map(|notice| notice.about.lock);
    told.chain(centre.outcomes().into_iter().filter_map(|row| row.lock)).collect()
}

/// The one lock of this number that a card waits with, or that a report named.
fn lock_to_decide(centre: &FolderCentre, tid: Tid, ttc: Ttc) -> Result<LockId, Error> {
    let mut named =
        named_locks(centre).into_iter().filter(|lock| (lock.tid, lock.ttc) == (tid, ttc));
    match (named.next(), named.next()) {
        (Some(lock), None) => Ok(lock),
        (None, _) => Err(Error::new(Fault::Centre, format!("the centre knows no lock {tid}/{ttc}"))
            .advice("a lock is known once its card asked to be unlocked or its station reported it: see `greylock host notices`")),
        (Some(_), Some(_)) => Err(Error::new(
            Fault::Centre,
            format!("different locks name {tid}/{ttc}"),
        )
        .advice("a card was copied or a message forged: see `greylock host notices`")),
    }
}

/// The proposal of a lock that waits for its checker.
fn waiting_proposal(centre: &FolderCentre, lock: &LockId) -> Option<ProposalRow> {
    let rows = host::Books::proposals(centre.books(), lock);
    rows.into_iter().rev().find(|row| row.approved.is_none())
}

fn newest_proposal(centre: &FolderCentre, lock: &LockId) -> Result<ProposalRow, Error> {
    waiting_proposal(centre, lock).ok_or_else(|| {
        Error::new(Fault::Centre, format!("nothing is proposed for lock {lock}")).advice(
            "propose first: greylock host decide --maker NAME --amount CENTS --reason TEXT …",
        )
    })
}
