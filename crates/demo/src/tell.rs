//! Events of stations and postings of the centre as lines of the timeline.

use api::operate::Lock;
use api::site::{Element, Exchange, Happened, Outcome};
use host::{Notice, Posting};

use crate::documents::{Detail, TimelineLine};
use crate::town::DECIMALS;

/// What a line is that says how a visit ended.
pub(crate) const ENDED: &str = "ended";
/// Nothing behind a line.
const NOTHING: Detail = Detail {
    command: None,
    answer: None,
    lock: None,
    fields: Vec::new(),
    said: Vec::new(),
    outcome: None,
};

/// Money for people: `12.34`.
#[must_use]
pub(crate) fn money(units: i64) -> String {
    let coin = 10_i64.pow(u32::from(DECIMALS));
    let sign = if units < 0 { "-" } else { "" };
    let units = units.unsigned_abs();
    let coin = coin.unsigned_abs();
    format!("{sign}{}.{:0width$}", units / coin, units % coin, width = usize::from(DECIMALS))
}

/// A line at a place.
#[must_use]
pub(crate) fn line(who: &str, what: &str, words: String) -> TimelineLine {
    TimelineLine {
        at: String::new(),
        world: String::new(),
        who: who.to_owned(),
        station: None,
        nozzle: None,
        what: what.to_owned(),
        words,
        detail: None,
    }
}

/// What a station tells; nothing for what is seen and not told.
#[must_use]
pub(crate) fn of_station(station: &str, happened: &Happened) -> Option<TimelineLine> {
    let told = match happened {
        Happened::Apdu { nozzle, exchange } => of_exchange(*nozzle, exchange),
        Happened::Journal { nozzle, step, lock, words } => TimelineLine {
            nozzle: *nozzle,
            detail: lock
                .as_ref()
                .map(|lock| Box::new(Detail { lock: Some(lock.clone()), ..NOTHING })),
            ..line("station", step, words.clone())
        },
        Happened::Ended { outcome } => of_outcome(outcome),
        Happened::Centre { words, .. } => line("station", "line", words.clone()),
        Happened::List { list, standing, words } => {
            let (name, rows) = (list.replace('_', " "), standing.rows);
            let rows = format!("{rows} {}", if rows == 1 { "row" } else { "rows" });
            let words = words.replace("the list", &format!("the {name}"));
            line("station", list, format!("{words}, {rows}"))
        }
        Happened::Warned { warning, on } => TimelineLine {
            nozzle: warning.nozzle,
            ..line(
                "station",
                &warning.name,
                match on {
                    true => warning.words.clone(),
                    false => format!("no more: {}", warning.words),
                },
            )
        },
        Happened::Nozzle { .. } | Happened::Unknown => return None,
    };
    Some(TimelineLine { station: Some(station.to_owned()), ..told })
}

fn of_exchange(nozzle: u8, exchange: &Exchange) -> TimelineLine {
    let named = |elements: &[Element]| {
        let elements = elements.iter();
        elements.map(|element| (element.name.clone(), element.value.clone())).collect()
    };
    let detail = Detail {
        command: Some(exchange.command.clone()),
        answer: exchange.answer.clone(),
        fields: named(&exchange.asked),
        said: named(&exchange.said),
        ..NOTHING
    };
    let told = line(&exchange.chip, "apdu", exchange.words.clone());
    TimelineLine { nozzle: Some(nozzle), detail: Some(Box::new(detail)), ..told }
}

fn of_outcome(outcome: &Outcome) -> TimelineLine {
    let mut words = format!("{} ended: {}", outcome.what, outcome.outcome);
    if outcome.amount > 0 {
        words.push_str(&format!(", {}", money(i64::from(outcome.amount))));
    }
    if let Some(reason) = &outcome.reason {
        words.push_str(&format!(" ({reason})"));
    }
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Option<String>| {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    };
    field("balance before", outcome.balance_before.map(|units| money(i64::from(units))));
    field("balance after", outcome.balance_after.map(|units| money(i64::from(units))));
    field("how", outcome.how.clone());
    field("freed before", outcome.freed.map(|units| money(i64::from(units))));
    field("TAC", outcome.tac.clone());
    field("record", outcome.record.clone());
    let (lock, outcome_of) = (outcome.lock.clone(), Some(outcome.clone()));
    let detail = Detail { lock, fields, outcome: outcome_of, ..NOTHING };
    TimelineLine {
        nozzle: Some(outcome.nozzle),
        detail: Some(Box::new(detail)),
        ..line("station", ENDED, words)
    }
}

/// Money that moved at the centre.
#[must_use]
pub(crate) fn of_posting(posting: &Posting) -> TimelineLine {
    let mut fields = Vec::new();
    for (account, amount) in posting.lines.iter() {
        fields.push((account.to_string(), money(amount)));
    }
    let moved: i64 = posting.lines.iter().map(|(_, amount)| amount.max(0)).sum();
    let words = format!("{}: {} booked", posting.reason.name().replace('_', " "), money(moved));
    let detail = Detail { lock: posting.lock.map(of_lock), fields, ..NOTHING };
    TimelineLine { detail: Some(Box::new(detail)), ..line("centre", "posting", words) }
}

/// What the centre tells its operators.
#[must_use]
pub(crate) fn of_notice(notice: &Notice) -> TimelineLine {
    let code = notice.code.name();
    let words = format!("{}: {}", code.replace('_', " "), notice.detail);
    let detail = Detail { lock: notice.about.lock.map(of_lock), ..NOTHING };
    TimelineLine { detail: Some(Box::new(detail)), ..line("centre", code, words) }
}

/// A lock as documents have it.
#[must_use]
pub(crate) fn of_lock(lock: wire::LockId) -> Lock {
    let purse = match lock.purse {
        wire::Purse::Ed => "ed",
        wire::Purse::Ep => "ep",
    };
    Lock {
        asn: lock.asn.to_string(),
        purse: purse.to_owned(),
        ctc: lock.ctc,
        tid: lock.tid.to_string(),
        ttc: lock.ttc.0,
    }
}
