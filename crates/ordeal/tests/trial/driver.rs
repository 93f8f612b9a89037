//! One card's life at all stations, told over the network until each word of it is acknowledged.

use host::{Decision, Input, TransferDecision, Way};
use ordeal::client::Who;
use serde_json::{Value, json};
use wire::{Mac, Purse, Report, Scheme, Stamp};

use crate::dice::Dice;
use crate::support::{T2, TestCard, at};
use crate::town::{Caller, Decided, Heard, Town, Wrong, asn, locked, station};

/// Most reports of a batch.
const BATCH: usize = 6;

pub struct Driver<'a> {
    caller: Caller<'a>,
    card: TestCard,
    dice: Dice,
    minute: u8,
    /// Reports that are not acknowledged.
    outbox: Vec<(String, Report)>,
    /// What was acknowledged, in its order.
    told: Vec<Input>,
}

/// How one refuelling goes, or what is done in its place.
#[derive(Clone, Copy, Debug)]
enum Story {
    Sale,
    TacSeen,
    Unlocked { record: bool, receipt: bool },
    Bought,
    BoughtAndLateTold,
    Loaded,
    Void,
    NeverReachedTheCard,
}

const STORIES: [Story; 10] = [
    Story::Sale,
    Story::TacSeen,
    Story::Unlocked { record: true, receipt: true },
    Story::Unlocked { record: true, receipt: false },
    Story::Unlocked { record: false, receipt: true },
    Story::Bought,
    Story::BoughtAndLateTold,
    Story::Loaded,
    Story::Void,
    Story::NeverReachedTheCard,
];

pub fn report_hex(report: &Report) -> String {
    hex::encode(wire::record::encode(report).to_vec())
}

fn text<T: std::str::FromStr>(document: &Value, field: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    document[field].as_str().unwrap_or_else(|| panic!("{field}: {document}")).parse().unwrap()
}

/// The moment that a decision carries.
fn stamp(document: &Value) -> Stamp {
    let (date, time) = (document["date"].as_str().unwrap(), document["time"].as_str().unwrap());
    let part = |text: &str, from: usize, to: usize| text[from..to].parse::<u16>().unwrap();
    let small = |text: &str, from: usize| u8::try_from(part(text, from, from + 2)).unwrap();
    Stamp {
        date: wire::Date::new(part(date, 0, 4), small(date, 4), small(date, 6)).unwrap(),
        time: wire::Time::new(small(time, 0), small(time, 2), small(time, 4)).unwrap(),
        utc_offset_minutes: 0,
    }
}

impl<'a> Driver<'a> {
    pub fn new(town: &'a Town, card: u8, seed: u64) -> Self {
        Self {
            caller: Caller::new(town),
            card: TestCard::with(asn(card), Scheme::Seed),
            dice: Dice::new(seed ^ u64::from(card) << 32),
            minute: 0,
            outbox: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Until the town ends; what was acknowledged.
    pub fn run(mut self) -> Vec<Input> {
        self.caller.register();
        let mut turn = self.caller.turn();
        while !self.caller.town.is_over() {
            let story = STORIES[self.dice.index(STORIES.len())];
            self.play(story);
            if self.dice.one_in(2) {
                self.send_some();
            }
            // A new server is asked what the one before acknowledged.
            if turn != self.caller.turn() || self.dice.one_in(5) {
                turn = self.caller.turn();
                self.hear_again();
                self.decide_again();
            }
        }
        self.send_all();
        self.told
    }

    fn report(&mut self, report: Report) {
        let from = match report.lock() {
            Some((tid, _)) => station(tid),
            None => station(crate::town::tid(self.dice.index(crate::town::STATIONS))),
        };
        self.outbox.push((from, report));
    }

    fn send_all(&mut self) {
        while !self.outbox.is_empty() {
            self.send_some();
        }
    }

    /// One batch of one station, some of it twice.
    fn send_some(&mut self) {
        let Some((from, _)) = self.outbox.get(self.dice.index(self.outbox.len())).cloned() else {
            return;
        };
        let reports = self.outbox.iter().filter(|(other, _)| *other == from);
        let mut batch: Vec<Report> = reports.map(|(_, report)| *report).take(BATCH).collect();
        let sent = batch.len();
        if self.dice.one_in(3) {
            batch.push(batch[self.dice.index(sent)]);
        }
        let hex: Vec<String> = batch.iter().map(report_hex).collect();
        let who = Who::Station(from.clone());
        let answered = self.caller.well(&who, "/v1/reports", Some(&json!({ "reports": hex })));
        for (report, answer) in batch.iter().zip(answered["answers"].as_array().unwrap()) {
            assert_eq!(answer["final"], true, "{report:?}: {answer}");
            assert!(answer["problem"].is_null(), "{report:?}: {answer}");
            let (station, report) = (from.clone(), *report);
            self.told.push(Input::Hear { station, report, now: at(200) });
        }
        self.outbox.retain(|(other, report)| *other != from || !batch.contains(report));
        let heard = batch.into_iter().map(|report| Heard { station: from.clone(), report });
        locked(&self.caller.town.heard).extend(heard);
    }

    /// A report that somebody's station had an answer to is a repeat for ever.
    fn hear_again(&mut self) {
        let known = {
            let heard = locked(&self.caller.town.heard);
            heard.get(self.dice.index(heard.len())).cloned()
        };
        let Some(Heard { station, report }) = known else { return };
        let body = json!({ "reports": [report_hex(&report)] });
        let answered = self.caller.well(&Who::Station(station), "/v1/reports", Some(&body));
        let answer = &answered["answers"][0];
        if answer["news"] != "repeat" {
            self.caller.town.found(Wrong::Lost, format!("{report:?}: now {answer}"));
        }
    }

    /// The same session of a card gets the same answer for ever.
    fn decide_again(&mut self) {
        let known = {
            let decided = locked(&self.caller.town.decided);
            decided.get(self.dice.index(decided.len())).cloned()
        };
        let Some(Decided { station, path, body, answer }) = known else { return };
        let now = self.caller.well(&Who::Station(station), path, Some(&body));
        if now != answer {
            let what = format!("{path} {body}: was {answer}, is {now}");
            self.caller.town.found(Wrong::Changed, what);
        }
    }

    fn decide(&mut self, station: String, path: &'static str, body: Value) -> Value {
        let answer = self.caller.well(&Who::Station(station.clone()), path, Some(&body));
        let decided = Decided { station, path, body, answer: answer.clone() };
        locked(&self.caller.town.decided).push(decided);
        answer
    }

    fn play(&mut self, story: Story) {
        self.minute = (self.minute + 3) % 180;
        let (now, end) = (at(self.minute), at(self.minute + 1));
        let amount = self.dice.amount(1, 60);
        if self.card.balance < 1_000 {
            return self.load(5_000);
        }
        let town = self.caller.town;
        let mut psam = locked(&town.psams[self.dice.index(town.psams.len())]);
        match story {
            Story::Void => {
                let (ttc, _) = psam.draw();
                self.report(Report::Void(psam.tid, ttc));
            }
            Story::NeverReachedTheCard => {
                let terms = self.card.clone().lock(&mut psam, now).terms;
                self.report(Report::NoDispense(terms));
            }
            Story::Bought | Story::BoughtAndLateTold => {
                let terms = self.card.begin_purchase(&mut psam, amount, now);
                let answer = self.card.pay(&terms);
                if matches!(story, Story::BoughtAndLateTold) {
                    self.report(Report::PurchaseUnknown(terms));
                }
                self.report(Report::Purchase(terms, answer));
            }
            Story::Loaded => {
                drop(psam);
                self.load(amount);
            }
            Story::Sale | Story::TacSeen | Story::Unlocked { .. } => {
                let grey = self.card.lock(&mut psam, now);
                let record = psam.claim(&grey, amount, end);
                drop(psam);
                self.refuel(story, (grey.terms, record));
            }
        }
    }

    fn refuel(&mut self, story: Story, (terms, record): (wire::LockTerms, wire::ClaimedRecord)) {
        match story {
            Story::TacSeen => {
                self.card.debit(&record);
                self.report(Report::TacSeen(self.card.asn, self.card.unread()));
                self.report(Report::Grey(record));
            }
            Story::Unlocked { record: known, receipt } => {
                self.report(if known { Report::Grey(record) } else { Report::NoDispense(terms) });
                self.send_all();
                self.unlock(receipt);
            }
            _ => {
                let tac = self.card.debit(&record);
                self.report(Report::Sale(record, tac));
            }
        }
    }

    fn unlock(&mut self, receipt: bool) {
        let (otc, asn, purse) = (self.card.otc, self.card.asn, Purse::Ed);
        let tid = crate::town::tid(self.dice.index(crate::town::STATIONS));
        let mut request = self.card.ask(tid, at(0));
        let body = json!({
            "asn": asn.to_string(), "tid": tid.to_string(),
            "status": hex::encode(&*request.status.encode()),
            "init": hex::encode(&*request.init.encode()),
        });
        let answer = self.decide(station(tid), "/v1/unlocks", body);
        let given = &answer["decision"];
        // The same second for the rules in memory.
        request.now = stamp(given);
        let amount = wire::Amount::new(u32::try_from(given["amount"].as_u64().unwrap()).unwrap());
        let Stamp { date, time, .. } = request.now;
        let mac2: Mac = text(given, "mac2");
        let decision = Decision { amount: amount.unwrap(), date, time, mac2 };
        self.told.push(Input::Unlock(request));
        let mac3 = self.card.obey(&decision);
        if !receipt {
            let unread = Report::TacSeen(asn, self.card.unread());
            return self.report(unread);
        }
        let body = json!({
            "asn": asn.to_string(), "purse": "ed", "otc": otc, "mac3": mac3.to_string(),
        });
        self.caller.well(&Who::Station(station(tid)), "/v1/receipts", Some(&body));
        self.told.push(Input::Confirm { asn, purse: Some(purse), otc, mac3, now: at(201) });
    }

    fn load(&mut self, amount: u32) {
        let mut asked = self.card.ask_transfer(Way::Load, amount, at(0));
        let (asn, purse, otc, way) = (self.card.asn, Purse::Ed, asked.init.otc, Way::Load);
        let body = json!({
            "way": "load", "asn": asn.to_string(), "tid": T2.to_string(), "purse": "ed",
            "amount": amount, "init": hex::encode(&*asked.init.encode()),
        });
        let answer = self.decide(station(T2), "/v1/transfers", body);
        asked.now = stamp(&answer);
        let Stamp { date, time, .. } = asked.now;
        self.told.push(Input::Transfer(asked));
        let decision = TransferDecision { date, time, mac2: text(&answer, "mac2") };
        let tac = self.card.obey_transfer(&asked, &decision);
        let body = json!({
            "way": "load", "asn": asn.to_string(), "purse": "ed", "otc": otc, "tac": tac.to_string(),
        });
        self.caller.well(&Who::Station(station(T2)), "/v1/transfers/proofs", Some(&body));
        self.told.push(Input::ConfirmTransfer { way, asn, purse, otc, tac, now: at(201) });
    }
}
