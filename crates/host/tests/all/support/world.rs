//! One card's life at two stations, told to the rules as it happens: what any store of the books is held against.
use super::*;
use host::{
    Answer, Centre, Input, Measure, MemoryBooks, Output, Ruling, Subject, TransferRequest, Way,
};
use proptest::prelude::*;

/// How one refuelling goes.
#[derive(Clone, Copy, Debug)]
pub enum Story {
    Sale,
    GreyThenTacSeen,
    TacCleared,
    NoDispenseUnlocked,
    RecordUnlocked,
    Mac3InStatus,
    Mac3Lost,
    Unproved,
    RuledThenLateRecord,
    Void,
    NeverReachedTheCard,
    Bought,
    BoughtAndLateTold,
    Loaded,
    BlockedAndLoaded,
    Retired,
    Prepaid,
}

pub const STORIES: [Story; 17] = [
    Story::Sale,
    Story::GreyThenTacSeen,
    Story::TacCleared,
    Story::NoDispenseUnlocked,
    Story::RecordUnlocked,
    Story::Mac3InStatus,
    Story::Mac3Lost,
    Story::Unproved,
    Story::RuledThenLateRecord,
    Story::Void,
    Story::NeverReachedTheCard,
    Story::Bought,
    Story::BoughtAndLateTold,
    Story::Loaded,
    Story::BlockedAndLoaded,
    Story::Retired,
    Story::Prepaid,
];

/// Inputs in the order in which they came, and those of them that may come in any order.
pub struct World {
    pub host: Host,
    pub card: TestCard,
    pub psams: [TestPsam; 2],
    pub minute: u8,
    pub log: Vec<(Input, Output)>,
    pub loose: Vec<Input>,
    pub pending: u32,
    pub ruled_off: i64,
}

pub fn station_of(report: &Report) -> String {
    let north = report.lock().is_none_or(|(tid, _)| tid == T1);
    if north { NORTH.to_owned() } else { SOUTH.to_owned() }
}

pub fn start() -> (Host, Vec<Input>) {
    let host = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    let cards =
        [CARD, OTHER].map(|asn| Input::RegisterCard { card: opening(asn), chip: None, now: at(0) });
    let psams = [(T1, NORTH), (T2, SOUTH)].map(|(tid, station)| Input::RegisterPsam {
        tid,
        station: station.to_owned(),
        expiry: None,
        chip: None,
    });
    (host, cards.into_iter().chain(psams).collect())
}

impl World {
    pub fn new() -> Self {
        let (host, inputs) = start();
        let mut world = Self {
            host,
            card: TestCard::new(CARD),
            psams: [TestPsam::new(T1), TestPsam::new(T2)],
            minute: 1,
            log: Vec::new(),
            loose: Vec::new(),
            pending: 0,
            ruled_off: 0,
        };
        inputs.into_iter().for_each(|input| world.tell(input));
        world
    }

    pub fn tell(&mut self, input: Input) {
        let output = self.host.apply(&input);
        self.log.push((input, output));
    }

    /// Told at once, and again at any time.
    pub fn tell_loosely(&mut self, input: Input) {
        self.loose.push(input.clone());
        self.tell(input);
    }

    pub fn report(&mut self, report: Report) {
        let station = station_of(&report);
        self.tell_loosely(Input::Hear { station, report, now: at(200) });
    }

    pub fn play(&mut self, story: Story, psam: usize, amount: u32) {
        self.minute += 4;
        let now = at(self.minute);
        let psam = &mut self.psams[psam];
        match story {
            Story::Void => {
                let (ttc, _) = psam.draw();
                let report = Report::Void(psam.tid, ttc);
                return self.report(report);
            }
            Story::NeverReachedTheCard => {
                let terms = self.card.clone().lock(psam, now).terms;
                return self.report(Report::NoDispense(terms));
            }
            Story::Bought | Story::BoughtAndLateTold => {
                let (terms, answer) = self.card.purchase(psam, amount, self.minute);
                if matches!(story, Story::BoughtAndLateTold) {
                    self.report(Report::PurchaseUnknown(terms));
                }
                return self.report(Report::Purchase(terms, answer));
            }
            Story::Loaded => return self.load(amount, now),
            Story::BlockedAndLoaded => return self.block_and_load(amount, now),
            Story::Prepaid => return self.prepaid(amount, now),
            Story::Retired => return self.bar_psam(amount.is_multiple_of(2)),
            _ => {}
        }
        let grey = self.card.lock(psam, now);
        let record = psam.claim(&grey, amount, at(self.minute + 1));
        match story {
            Story::Sale => {
                let tac = self.card.debit(&record);
                self.report(Report::Sale(record, tac));
            }
            Story::GreyThenTacSeen => {
                self.card.debit(&record);
                let seen = Report::TacSeen(CARD, self.card.unread());
                self.report(seen);
                self.report(Report::Grey(record));
            }
            Story::TacCleared => {
                self.card.debit(&record);
                self.report(Report::Sale(record, Mac([1; 4])));
            }
            Story::NoDispenseUnlocked => {
                self.report(Report::NoDispense(grey.terms));
                self.unlock(true);
            }
            Story::RecordUnlocked => {
                self.report(Report::Grey(record));
                self.unlock(true);
            }
            Story::Mac3InStatus => {
                self.report(Report::Grey(record));
                self.unlock(false);
                let seen = Report::TacSeen(CARD, self.card.unread());
                self.report(seen);
            }
            Story::Mac3Lost => {
                self.report(Report::Grey(record));
                self.unlock(false);
            }
            Story::Unproved => {
                self.report(unproved(&grey, amount, at(self.minute + 1)));
                self.rule(grey.terms.id, amount);
                self.unlock(true);
            }
            Story::RuledThenLateRecord => {
                drop(self.ask());
                self.rule(grey.terms.id, amount / 2);
                self.unlock(true);
                self.report(Report::Grey(record));
                self.ruled_off += i64::from(amount - amount / 2);
            }
            Story::Void
            | Story::NeverReachedTheCard
            | Story::Bought
            | Story::BoughtAndLateTold
            | Story::Loaded
            | Story::BlockedAndLoaded
            | Story::Retired
            | Story::Prepaid => {}
        }
    }

    pub fn load(&mut self, amount: u32, now: Stamp) {
        let asked = self.card.ask_transfer(Way::Load, amount, now);
        self.transfer(asked);
    }

    /// A load that a prepaid account pays, or an unload that it gets.
    fn prepaid(&mut self, amount: u32, now: Stamp) {
        self.tell_loosely(Input::OpenPrepaid(account("shop")));
        self.tell_loosely(Input::FundPrepaid(funding(
            "shop",
            &format!("{} {}", now.date, now.time),
            i64::from(amount) + 1,
        )));
        let way = if amount.is_multiple_of(2) { Way::Load } else { Way::Unload };
        let asked = self.card.ask_transfer(way, amount, now);
        self.transfer(TransferRequest { account: Some(name("shop")), ..asked });
    }

    fn transfer(&mut self, asked: TransferRequest) {
        self.tell(Input::Transfer(asked));
        let Ok(Answer::Transfer(decision)) = self.log.last().unwrap().1 else { panic!("refused") };
        let tac = self.card.obey_transfer(&asked, &decision);
        let (way, asn, purse, otc) = (asked.way, CARD, Purse::Ed, asked.init.otc);
        self.tell_loosely(Input::ConfirmTransfer { way, asn, purse, otc, tac, now: at(201) });
    }

    /// An operator's order, as the next in the history; again, it changes nothing.
    pub fn act(&mut self, subject: Subject, measure: Measure) {
        let seen = acts_of(&self.host, subject);
        self.tell(Input::Act(act(subject, measure, seen)));
        if let Some((input, Ok(_))) = self.log.last() {
            self.loose.push(input.clone());
        }
    }

    /// While the card is blocked or lost its loads are refused, and afterwards they are not.
    fn block_and_load(&mut self, amount: u32, now: Stamp) {
        let (on, off) = if amount.is_multiple_of(2) {
            (Measure::Block, Measure::LiftBlock)
        } else {
            (Measure::ReportLost, Measure::ReportFound)
        };
        self.act(Subject::Card(CARD), on);
        let asked = self.card.ask_transfer(Way::Load, amount, now);
        self.tell(Input::Transfer(asked));
        assert!(self.log.last().unwrap().1.is_err());
        self.act(Subject::Card(CARD), off);
    }

    /// The PSAM of a third station, through which nothing here goes, is blocked or retired by two persons.
    fn bar_psam(&mut self, retire: bool) {
        let station = NORTH.to_owned();
        let chip = Some(host::Chip([3; 10]));
        self.tell(Input::RegisterPsam { tid: T3, station, expiry: None, chip });
        let measure = if retire { Measure::Retire } else { Measure::Block };
        let seen = acts_of(&self.host, Subject::Psam(T3));
        self.act(Subject::Psam(T3), measure);
        let approval = Input::ApproveAct(act_approval(Subject::Psam(T3), seen));
        if matches!(self.log.last(), Some((_, Ok(_)))) && retire {
            self.tell_loosely(approval);
        } else {
            self.tell(approval);
        }
    }

    pub fn ask(&mut self) -> Output {
        let request = self.card.ask(T2, at(self.minute + 2));
        self.tell(Input::Unlock(request));
        self.log.last().unwrap().1.clone()
    }

    pub fn unlock(&mut self, confirmed: bool) {
        let otc = self.card.otc;
        let Ok(host::Answer::Unlock(answer)) = self.ask() else { panic!("refused") };
        let mac3 = self.card.obey(&decided(Ok(answer)));
        if confirmed {
            let (asn, purse, now) = (CARD, Some(Purse::Ed), at(201));
            self.tell_loosely(Input::Confirm { asn, purse, otc, mac3, now });
        }
    }

    pub fn rule(&mut self, lock: wire::LockId, amount: u32) {
        let ruling = Ruling::Unlock(cents(amount));
        self.tell(Input::Propose(proposal(lock, ruling)));
        self.tell(Input::Approve(approval(lock, ruling)));
    }

    /// The card's last lock stays grey, and its record is heard.
    pub fn end_grey(&mut self, amount: u32) {
        self.minute += 4;
        let grey = self.card.lock(&mut self.psams[0], at(self.minute));
        let record = self.psams[0].claim(&grey, amount, at(self.minute + 1));
        self.report(Report::Grey(record));
        self.pending = amount;
    }
}

pub fn stories() -> impl Strategy<Value = Vec<(Story, usize, u32)>> {
    let story = prop::sample::select(STORIES.to_vec());
    prop::collection::vec((story, 0..2_usize, 0..4_000_u32), 1..9)
}

pub fn world(stories: &[(Story, usize, u32)], last: Option<u32>) -> World {
    let mut world = World::new();
    stories.iter().for_each(|(story, psam, amount)| world.play(*story, *psam, *amount));
    if let Some(amount) = last {
        world.end_grey(amount);
    }
    world
}

/// Reports by the wrong station, so that refusals are replayed too.
pub fn garbled(input: Input) -> Input {
    match input {
        Input::Hear { station, report, now } if report.lock().is_some_and(|(_, t)| t == Ttc(1)) => {
            Input::Hear { station: format!("not {station}"), report, now }
        }
        other => other,
    }
}

/// What an unlock needed stays where it was; all other reports and receipts are late.
pub fn late_and_fixed(told: &World) -> (Vec<Input>, Vec<Input>) {
    let decided: Vec<(wire::Tid, Ttc)> =
        told.host.decisions().iter().map(|row| (row.lock.tid, row.lock.ttc)).collect();
    let is_late = |input: &Input| match input {
        Input::Hear { report: Report::TacSeen(..), .. }
        | Input::Confirm { .. }
        | Input::ConfirmTransfer { .. } => true,
        Input::Hear { report, .. } => match report.lock() {
            Some(number) if decided.contains(&number) => is_late_record(told, number),
            _ => true,
        },
        _ => false,
    };
    let inputs = told.log.iter().map(|(input, _)| input.clone()).skip(start().1.len());
    inputs.partition(is_late)
}

/// A record that came after operators had decided without it.
pub fn is_late_record(told: &World, number: (wire::Tid, Ttc)) -> bool {
    let rows = told.host.decisions();
    let row = rows.iter().find(|row| (row.lock.tid, row.lock.ttc) == number);
    row.is_some_and(|row| {
        matches!(&row.ground, host::Ground::Operators { basis: host::Code::Missing, .. })
    })
}
