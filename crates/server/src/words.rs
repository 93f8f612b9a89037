//! The rules' answers as documents.

use ::api::{ledger, operate, register};
use host::{
    Class, Holes, News, Notice, OutcomeRow, Posting, ProposalRow, PurchaseRow, PurseOpening,
    Ruling, StationId,
};
use store::Numbered;
use wire::{Amount, LockId, Purse};

use crate::problem::Refused;

pub(crate) const fn purse_name(purse: Purse) -> &'static str {
    match purse {
        Purse::Ed => "ed",
        Purse::Ep => "ep",
    }
}

pub(crate) fn purse(name: &str) -> Result<Purse, Refused> {
    let known = Purse::ALL.into_iter().find(|known| purse_name(*known) == name);
    known.ok_or_else(|| Refused::malformed("purse: want ed or ep"))
}

/// A lock by its whole id.
#[must_use]
pub fn lock(lock: &LockId) -> operate::Lock {
    operate::Lock {
        asn: lock.asn.to_string(),
        purse: purse_name(lock.purse).to_owned(),
        ctc: lock.ctc,
        tid: lock.tid.to_string(),
        ttc: lock.ttc.0,
    }
}

/// A lock by its whole id, read.
///
/// # Errors
/// A field that is no id.
pub fn lock_id(lock: &operate::Lock) -> Result<LockId, Refused> {
    use crate::body::parsed;
    Ok(LockId {
        asn: parsed("asn", &lock.asn)?,
        purse: purse(&lock.purse)?,
        ctc: lock.ctc,
        tid: parsed("tid", &lock.tid)?,
        ttc: wire::Ttc(lock.ttc),
    })
}

pub(crate) const fn news_name(news: News) -> &'static str {
    match news {
        News::First => "first",
        News::Upgrade => "upgrade",
        News::Repeat => "repeat",
        News::Quarantined(_) => "quarantined",
    }
}

/// One lock of which something was heard.
#[must_use]
pub fn outcome(row: &OutcomeRow) -> operate::Outcome {
    operate::Outcome {
        outcome: row.outcome.map(|outcome| outcome.name().to_owned()),
        tid: row.tid.to_string(),
        ttc: row.ttc.0,
        asn: row.lock.map(|lock| lock.asn.to_string()),
        purse: row.lock.map(|lock| purse_name(lock.purse).to_owned()),
        ctc: row.lock.map(|lock| lock.ctc),
        amount: row.amount.map(Amount::units),
        settled: row.ending.map(|ending| ending.amount().units()),
        settled_by: row.ending.map(|ending| ending.name().to_owned()),
        times_proved: row.times_proved,
        quarantined: row.quarantined,
        station: row.station.as_ref().map(ToString::to_string),
    }
}

/// One purchase of which something was heard; `station` owns its TID.
#[must_use]
pub fn purchase(row: &PurchaseRow, station: Option<StationId>) -> operate::Purchase {
    let id = row.terms.id;
    operate::Purchase {
        end: row.end.name().to_owned(),
        owed: row.owed,
        tid: id.tid.to_string(),
        ttc: id.ttc.0,
        asn: id.asn.to_string(),
        purse: purse_name(id.purse).to_owned(),
        ctc: id.ctc,
        amount: row.terms.amount.units(),
        station: station.map(|station| station.0),
    }
}

pub(crate) const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Alarm => "alarm",
        Class::Claim => "claim",
        Class::Quarantine => "quarantine",
        Class::Wait => "wait",
        Class::Information => "information",
    }
}

/// A notice; `lock_settled` when its lock has ended since.
#[must_use]
pub fn notice(notice: &Notice, lock_settled: bool) -> operate::Notice {
    let (code, about) = (notice.code, &notice.about);
    operate::Notice {
        code: code.name().to_owned(),
        class: class_name(code.class()).to_owned(),
        words: code.words().to_owned(),
        what_to_do: code.what_to_do().to_owned(),
        detail: notice.detail.clone(),
        lock: about.lock.as_ref().map(lock),
        tid: about.number.map(|(tid, _)| tid.to_string()),
        ttc: about.number.map(|(_, ttc)| ttc.0),
        asn: about.asn.map(|asn| asn.to_string()),
        station: about.station.as_ref().map(ToString::to_string),
        date: notice.at.date.to_string(),
        time: notice.at.time.to_string(),
        lock_settled,
    }
}

/// A proposal, approved or not.
#[must_use]
pub fn ruling(row: &ProposalRow) -> operate::RulingState {
    let (name, amount) = match row.ruling {
        Ruling::Unlock(amount) => ("unlock", i64::from(amount.units())),
        Ruling::Debited(amount) => ("debited", i64::from(amount.units())),
        Ruling::Claim { amount, accepted: true } => ("claim_accepted", amount),
        Ruling::Claim { amount, accepted: false } => ("claim_rejected", amount),
    };
    operate::RulingState {
        lock: lock(&row.lock),
        ruling: name.to_owned(),
        amount,
        maker: row.maker.clone(),
        checker: row.approved.as_ref().map(|(checker, _)| checker.clone()),
        reason: row.reason.clone(),
    }
}

/// A ruling, read.
///
/// # Errors
/// A name that is no ruling's, or an amount that it cannot have.
pub fn ruling_of(asked: &operate::Ruling) -> Result<Ruling, Refused> {
    let wrong = || Refused::malformed("amount: out of range for this ruling");
    let units = || u32::try_from(asked.amount).ok().and_then(Amount::new).ok_or_else(wrong);
    let claim = |accepted| Ruling::Claim { amount: asked.amount, accepted };
    match asked.ruling.as_str() {
        "unlock" => units().map(Ruling::Unlock),
        "debited" => units().map(Ruling::Debited),
        "claim_accepted" => Ok(claim(true)),
        "claim_rejected" => Ok(claim(false)),
        _ => Err(Refused::malformed(
            "ruling: want unlock, debited, claim_accepted or claim_rejected",
        )),
    }
}

/// What is missing of one PSAM.
#[must_use]
pub fn holes(tid: wire::Tid, holes: &Holes) -> operate::Holes {
    let range = |range: &std::ops::RangeInclusive<u32>| operate::Range {
        first: *range.start(),
        last: *range.end(),
    };
    operate::Holes {
        tid: tid.to_string(),
        watermark: holes.watermark,
        highest: holes.highest,
        missing: holes.missing.iter().map(range).collect(),
    }
}

pub(crate) fn posting(posting: &Numbered<Posting>) -> ledger::Posting {
    let row = &posting.row;
    let entry = |(source, target, amount): (&host::Account, &host::Account, i64)| ledger::Entry {
        source: source.to_string(),
        target: target.to_string(),
        amount,
    };
    let lock = row.lock.map(|lock| hex::encode(wire::record::encode(&lock).to_vec()));
    ledger::Posting {
        number: posting.number,
        reason: row.reason.name().to_owned(),
        asn: row.asn.map(|asn| asn.to_string()),
        lock,
        date: row.at.date.to_string(),
        time: row.at.time.to_string(),
        entries: store::moves(&row.lines).into_iter().map(entry).collect(),
    }
}

pub(crate) fn expiry(asked: Option<&str>) -> Result<Option<wire::Date>, Refused> {
    let date = |text: &str| {
        let bytes = hex::decode(text).ok()?.try_into().ok()?;
        wire::Date::from_bytes(bytes)
    };
    let wrong = || Refused::malformed("expiry: want a day as YYYYMMDD");
    asked.map(|text| date(text).ok_or_else(wrong)).transpose()
}

pub(crate) fn chip(asked: Option<&str>) -> Result<Option<host::Chip>, Refused> {
    asked.map(|text| crate::body::parsed("chip", text)).transpose()
}

pub(crate) fn operation(line: &Numbered<store::Operation>) -> operate::Operation {
    let store::Operation { signature, call, about, answer } = line.row.clone();
    operate::Operation {
        number: line.number,
        operator: signature.operator,
        request_id: signature.request,
        resource: signature.resource,
        call,
        about,
        answer,
        date: signature.at.date.to_string(),
        time: signature.at.time.to_string(),
    }
}

pub(crate) fn opening(opening: &PurseOpening) -> register::PurseOpening {
    register::PurseOpening {
        balance: opening.balance.units(),
        limit: opening.limit.units(),
        ctc: opening.ctc,
        otc: opening.otc,
    }
}

pub(crate) fn opening_of(
    field: &str,
    asked: &register::PurseOpening,
) -> Result<PurseOpening, Refused> {
    let wrong = |what: &str| Refused::malformed(format!("{field}.{what}: out of range"));
    Ok(PurseOpening {
        balance: Amount::new(asked.balance).ok_or_else(|| wrong("balance"))?,
        limit: wire::Limit::new(asked.limit).ok_or_else(|| wrong("limit"))?,
        ctc: asked.ctc,
        otc: asked.otc,
    })
}

fn alarm(alarm: &host::Alarm) -> register::Alarm {
    register::Alarm { code: alarm.code.name().to_owned(), evidence: alarm.evidence.clone() }
}

/// Alarms that stand, and what operators did.
#[must_use]
pub fn life(life: &host::Life) -> register::Life {
    let act = |(number, act): (u32, &host::Act)| register::Act {
        number,
        measure: act.measure.name().to_owned(),
        maker: act.maker.clone(),
        reason: act.reason.clone(),
        date: act.at.date.to_string(),
        time: act.at.time.to_string(),
        needs_two: act.measure.needs_two(),
        checker: act.approved.as_ref().map(|(checker, _)| checker.clone()),
        alarms: act.alarms.iter().map(alarm).collect(),
        chip: act.chip.map(|chip| chip.to_string()),
    };
    register::Life {
        chip: life.chip.map(|chip| chip.to_string()),
        alarms: life.standing_alarms().iter().map(alarm).collect(),
        acts: (0..).zip(&life.acts).map(act).collect(),
    }
}
