//! Calls of the rules as requests, and the rules' answers as documents.

use host::{Answer, Books as _, Input, News, Output, Ruling, SwitchAnswer, UnlockAnswer, Way};
use serde_json::{Value, json};
use sim::centre::Rules;
use wire::{Asn, LockId, Purse, Stamp, Tid};

use crate::office::Answered;

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    Station(String),
    Operator(String),
}

/// A request.
pub(crate) struct Asked {
    pub(crate) who: Who,
    pub(crate) path: String,
    pub(crate) body: Value,
}

const fn purse_name(purse: Purse) -> &'static str {
    match purse {
        Purse::Ed => "ed",
        Purse::Ep => "ep",
    }
}

const fn way_name(way: Way) -> &'static str {
    match way {
        Way::Load => "load",
        Way::Unload => "unload",
    }
}

/// The station that speaks for a terminal.
fn owner(rules: &Rules, tid: Tid) -> Who {
    let owner = rules.books().station_of(tid);
    Who::Station(owner.map_or("nobody".to_owned(), |station| station.to_string()))
}

fn anybody() -> Who {
    Who::Station("anybody".to_owned())
}

fn ruling(lock: LockId, ruling: Ruling, reason: &str) -> Value {
    let (name, amount) = match ruling {
        Ruling::Unlock(amount) => ("unlock", i64::from(amount.units())),
        Ruling::Debited(amount) => ("debited", i64::from(amount.units())),
        Ruling::Claim { amount, accepted: true } => ("claim_accepted", amount),
        Ruling::Claim { amount, accepted: false } => ("claim_rejected", amount),
    };
    let LockId { asn, purse, ctc, tid, ttc } = lock;
    let lock = json!({
        "asn": asn.to_string(), "purse": purse_name(purse), "ctc": ctc, "tid": tid.to_string(), "ttc": ttc.0,
    });
    json!({ "lock": lock, "ruling": name, "amount": amount, "reason": reason })
}

/// The request of a call; none where the interface has no such call.
pub(crate) fn request(rules: &Rules, input: &Input) -> Option<Asked> {
    let (who, path, body) = match input {
        Input::Hear { station, report, .. } => {
            let report = hex::encode(wire::record::encode(report).to_vec());
            (
                Who::Station(station.clone()),
                "/v1/reports".to_owned(),
                json!({ "reports": [report] }),
            )
        }
        Input::Unlock(request) => {
            let body = json!({
                "asn": request.asn.to_string(), "tid": request.tid.to_string(),
                "status": hex::encode(&*request.status.encode()),
                "init": hex::encode(&*request.init.encode()),
            });
            (owner(rules, request.tid), "/v1/unlocks".to_owned(), body)
        }
        Input::Confirm { asn, purse, otc, mac3, .. } => {
            let body = json!({
                "asn": asn.to_string(), "purse": purse.map(purse_name), "otc": otc,
                "mac3": mac3.to_string(),
            });
            (anybody(), "/v1/receipts".to_owned(), body)
        }
        Input::Transfer(request) => {
            let body = json!({
                "way": way_name(request.way), "asn": request.asn.to_string(),
                "tid": request.tid.to_string(), "purse": purse_name(request.purse),
                "amount": request.amount.units(), "init": hex::encode(&*request.init.encode()),
                "account": request.account.map(|account| account.to_string()),
            });
            (owner(rules, request.tid), "/v1/transfers".to_owned(), body)
        }
        Input::ConfirmTransfer { way, asn, purse, otc, tac, .. } => {
            let body = json!({
                "way": way_name(*way), "asn": asn.to_string(), "purse": purse_name(*purse),
                "otc": otc, "tac": tac.to_string(),
            });
            (anybody(), "/v1/transfers/proofs".to_owned(), body)
        }
        Input::RegisterCard { .. } | Input::RegisterPsam { .. } => return registering(input),
        _ => return of_operators(input),
    };
    Some(Asked { who, path, body })
}

fn of_operators(input: &Input) -> Option<Asked> {
    let operator = || Who::Operator("Olga".to_owned());
    let of_card = |asn: &Asn, what: &str| format!("/v1/cards/{asn}/{what}");
    let (who, path, body) = match input {
        Input::Propose(proposal) => {
            let body = ruling(proposal.lock, proposal.ruling, &proposal.reason);
            (Who::Operator(proposal.maker.clone()), "/v1/rulings".to_owned(), body)
        }
        Input::Approve(approval) => {
            let body = ruling(approval.lock, approval.ruling, "");
            let path = "/v1/rulings/approvals".to_owned();
            (Who::Operator(approval.checker.clone()), path, body)
        }
        Input::Unblock { asn, version, challenge, .. } => {
            let body = json!({ "challenge": hex::encode(challenge), "key_version": version });
            (operator(), of_card(asn, "unblock"), body)
        }
        Input::Replace(order) => {
            let host::ReplaceOrder { asn, maker, checker, reason, .. } = order;
            let body = json!({ "maker": maker, "checker": checker, "reason": reason });
            (Who::Operator(maker.clone()), of_card(asn, "replacement"), body)
        }
        Input::OpenPrepaid(account) => {
            let stations: Vec<String> = account.stations.iter().map(ToString::to_string).collect();
            let name = account.name.to_string();
            let body = json!({ "name": name, "holder": account.holder, "stations": stations });
            (operator(), "/v1/prepaid".to_owned(), body)
        }
        Input::FundPrepaid(funding) => {
            let body = json!({ "reference": funding.reference, "amount": funding.amount });
            let path = format!("/v1/prepaid/{}/fundings", funding.name);
            (Who::Operator(funding.maker.clone()), path, body)
        }
        _ => return None,
    };
    Some(Asked { who, path, body })
}

fn registering(input: &Input) -> Option<Asked> {
    let (path, body) = match input {
        Input::RegisterCard { card, .. } => {
            let [ed, ep] = card.openings.map(|opening| {
                json!({
                    "balance": opening.balance.units(), "limit": opening.limit.units(),
                    "ctc": opening.ctc, "otc": opening.otc,
                })
            });
            let asn = card.asn.to_string();
            (
                "/v1/cards",
                json!({
                    "asn": asn, "ed": ed, "ep": ep, "key_version": card.key_version,
                    "expiry": card.expiry.map(|expiry| expiry.to_string()),
                }),
            )
        }
        Input::RegisterPsam { tid, station, .. } => {
            ("/v1/psams", json!({ "tid": tid.to_string(), "station": station }))
        }
        _ => return None,
    };
    Some(Asked { who: Who::Operator("Olga".to_owned()), path: path.to_owned(), body })
}

/// When the call is made, where that matters.
pub(crate) const fn time(input: &Input) -> Option<Stamp> {
    match input {
        Input::RegisterCard { now, .. }
        | Input::Hear { now, .. }
        | Input::Confirm { now, .. }
        | Input::ConfirmTransfer { now, .. }
        | Input::Unblock { now, .. }
        | Input::Change { now, .. } => Some(*now),
        Input::Unlock(request) => Some(request.now),
        Input::Transfer(request) => Some(request.now),
        Input::Propose(proposal) => Some(proposal.now),
        Input::Approve(approval) => Some(approval.now),
        Input::Switch(request) => Some(request.now),
        Input::Replace(order) => Some(order.now),
        Input::ConfirmIssue { now, .. } => Some(*now),
        Input::Act(order) => Some(order.now),
        Input::ApproveAct(approval) => Some(approval.now),
        Input::FundPrepaid(funding) => Some(funding.now),
        Input::RegisterPsam { .. } | Input::OpenPrepaid(_) => None,
    }
}

/// What the server's answer must have in it.
fn wanted(answer: &Answer) -> Value {
    match answer {
        Answer::Registered(registered) => json!({ "repeat": registered.repeat }),
        Answer::Heard(heard) => {
            let (news, reason) = match heard.news {
                News::First => ("first", None),
                News::Upgrade => ("upgrade", None),
                News::Repeat => ("repeat", None),
                News::Quarantined(code) => ("quarantined", Some(code.name())),
            };
            let outcome = heard.outcome.map(host::Outcome::name);
            json!({ "news": news, "reason": reason, "outcome": outcome })
        }
        Answer::Unlock(UnlockAnswer::Decided(decision)) => json!({ "decision": {
            "amount": decision.amount.units(), "date": decision.date.to_string(),
            "time": decision.time.to_string(), "mac2": decision.mac2.to_string(),
        }}),
        Answer::Unlock(UnlockAnswer::Wait(code)) => json!({ "wait": code.name() }),
        Answer::Confirmed(confirmed) => {
            json!({ "amount": confirmed.amount.units(), "repeat": confirmed.repeat })
        }
        Answer::Transfer(decision) => json!({
            "date": decision.date.to_string(), "time": decision.time.to_string(),
            "mac2": decision.mac2.to_string(),
        }),
        Answer::TransferConfirmed(confirmed) => {
            json!({ "amount": confirmed.amount.units(), "repeat": confirmed.repeat })
        }
        Answer::Ruled(row) => {
            let checker = row.approved.as_ref().map(|(checker, _)| checker);
            json!({ "maker": row.maker, "checker": checker, "reason": row.reason })
        }
        Answer::Unblocked(mac) | Answer::Switch(SwitchAnswer::Send(mac)) => {
            json!({ "mac": mac.to_string() })
        }
        Answer::Switch(SwitchAnswer::Done) => json!({ "mac": null }),
        Answer::Funded(funded) => {
            json!({ "balance": i64::try_from(funded.balance).ok(), "repeat": funded.repeat })
        }
        Answer::Acted(acted) => json!({ "number": acted.number, "repeat": acted.repeat }),
        Answer::Replaced(replaced) => json!({ "money": replaced.money, "repeat": replaced.repeat }),
    }
}

/// The answer of the one report of a batch stands for the batch.
fn document(answered: &Answered) -> &Value {
    answered.document["answers"].get(0).unwrap_or(&answered.document)
}

/// Whether the server answered what the rules answered.
pub(crate) fn compare(answered: &Answered, output: &Output) -> Result<(), String> {
    let given = document(answered);
    let agrees = match output {
        Ok(answer) => {
            let wanted = wanted(answer);
            let fields = wanted.as_object().into_iter().flatten();
            answered.status == 200 && { fields }.all(|(name, value)| given[name] == *value)
        }
        Err(refusal) => {
            let problem = given.get("problem").unwrap_or(given);
            let kind = problem["type"].as_str().unwrap_or_default();
            kind.strip_prefix(api::problem::TYPE_PREFIX) == Some(refusal.name())
        }
    };
    if agrees {
        return Ok(());
    }
    Err(format!("the rules answered {output:?}, the server {answered:?}"))
}

/// Whether an answer that was asked for again is the same, but that it may say that it is a repeat.
pub(crate) fn repeats(again: &Answered, before: &Answered) -> Result<(), String> {
    let plain = |answered: &Answered| {
        let mut document = document(answered).clone();
        if let Some(fields) = document.as_object_mut() {
            fields.remove("repeat");
            fields.remove("news");
        }
        (answered.status, document)
    };
    match plain(again) == plain(before) {
        true => Ok(()),
        false => Err(format!("first {before:?}, then {again:?}")),
    }
}
