//! How a visit at a station ended, as the documents that the same commands print with a PSAM and a journal at hand.

use api::site::Outcome;
use serde_json::{Value, json};
use wire::Amount;

use crate::media::Place;
use crate::output::{Exit, Report};

/// A visit that ended.
pub(super) struct Ended<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) card: &'a Place,
    pub(super) station: &'a str,
}

impl Ended<'_> {
    /// Of `refuel`.
    pub(super) fn refuelling(&self) -> Report {
        let outcome = self.outcome;
        let document = self.document(&outcome.outcome);
        let text = match outcome.outcome.as_str() {
            "settled" => format!(
                "{}settled: {} delivered and debited, {} before, {} after\n",
                self.freed(),
                money(Some(outcome.amount)),
                money(outcome.balance_before),
                money(outcome.balance_after),
            ),
            "escaped" => format!(
                "{}escaped: {} delivered, the lock is in the station's journal\n",
                self.freed(),
                money(Some(outcome.amount)),
            ),
            other => format!("{}{other}: nothing was delivered\n", self.freed()),
        };
        self.ending(document, text, "settled")
    }

    /// Of `unlock`.
    pub(super) fn unlock(&self) -> Report {
        let outcome = self.outcome;
        let said = match outcome.outcome.as_str() {
            "unlocked" => "settled",
            "nothing" => "refused",
            other => other,
        };
        let mut document = self.document(said);
        if outcome.outcome == "nothing" && outcome.reason.is_none() {
            document["reason"] = "the card is not grey: there is nothing to unlock".into();
        }
        let text = match said {
            "settled" => format!(
                "unlocked ({}): {} debited, {} after\n",
                outcome.how.as_deref().unwrap_or("done"),
                money(Some(outcome.amount)),
                money(outcome.balance_after),
            ),
            _ => format!("{said}: nothing was changed\n"),
        };
        self.ending(document, text, "settled")
    }

    /// Of `load`, `unload` and `purchase`.
    pub(super) fn payment(&self, did: &str) -> Report {
        let outcome = self.outcome;
        let said = if outcome.outcome == "done" { did } else { &outcome.outcome };
        let document = self.document(said);
        let text = match said == did {
            true => format!(
                "{}{did}: {}, {} before, {} after\n",
                self.freed(),
                money(Some(outcome.amount)),
                money(outcome.balance_before),
                money(outcome.balance_after),
            ),
            false => format!("{}{said}\n", self.freed()),
        };
        self.ending(document, text, did)
    }

    /// The exit code follows the document's outcome.
    fn ending(&self, document: Value, text: String, good: &str) -> Report {
        let said = document["outcome"].as_str().unwrap_or_default().to_owned();
        let exit = match said.as_str() {
            said if said == good => return Report::done(document, text),
            "refused" => Exit::Refused,
            _ => Exit::Lost,
        };
        let reason = document["reason"].as_str().map_or(said, str::to_owned);
        Report::done(document, text).ending(exit, reason)
    }

    fn document(&self, said: &str) -> Value {
        let outcome = self.outcome;
        let lock = outcome.lock.as_ref();
        let freed = outcome.freed.map(|amount| json!({ "how": outcome.how, "amount": amount }));
        let card = self.card.to_string();
        json!({
            "outcome": said,
            "how": outcome.how,
            "amount": outcome.amount,
            "quantity": outcome.quantity,
            "balance_before": outcome.balance_before,
            "balance_after": outcome.balance_after,
            "asn": outcome.asn,
            "purse": lock.map(|lock| &lock.purse),
            "ctc": lock.map(|lock| lock.ctc),
            "tid": lock.map(|lock| &lock.tid),
            "ttc": lock.map(|lock| lock.ttc),
            "tac": outcome.tac,
            "gtac": outcome.gtac,
            "record": outcome.record,
            "apdus": outcome.apdus,
            "reason": outcome.reason,
            "refusal": outcome.refusal,
            "unlocked": freed,
            "card": Some(card).filter(|card| !card.is_empty()),
            "psam": null,
            "station": self.station,
            "nozzle": outcome.nozzle,
            "visit": outcome.visit,
        })
    }

    fn freed(&self) -> String {
        let freed = self.outcome.freed.and_then(Amount::new);
        freed.map_or_else(String::new, |freed| {
            format!("the card was freed first: {freed} debited\n")
        })
    }
}

fn money(units: Option<u32>) -> String {
    units.and_then(Amount::new).map_or_else(|| "unknown".to_owned(), |amount| amount.to_string())
}
