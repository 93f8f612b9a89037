//! The life of cards and PSAMs: states, what each refuses, and orders that come late, twice or from somebody else.
use crate::support::*;
use host::{
    Books as _, CardOpening, Chip, Code, Measure, Refusal, State, Subject, TransferRequest,
    UnlockAnswer, Way,
};
use wire::{Asn, Date, Report};

const HERS: Subject = Subject::Card(CARD);
const FIRST: Chip = Chip([0xC1; 10]);
const SECOND: Chip = Chip([0xC2; 10]);
const NEW: Asn = Asn([0x11; 8]);

impl Scene {
    fn act(&mut self, subject: Subject, measure: Measure) -> Result<host::Acted, Refusal> {
        let seen = acts_of(&self.host, subject);
        self.host.act(&act(subject, measure, seen))
    }

    /// With a second person's approval.
    fn act_of_two(&mut self, subject: Subject, measure: Measure) -> Result<State, Refusal> {
        let number = self.act(subject, measure)?.number;
        Ok(self.host.approve_act(&act_approval(subject, number))?.state)
    }

    fn state(&self, subject: Subject) -> State {
        self.host.state_of(subject, at(0).date).unwrap()
    }

    fn load(&mut self, way: Way, minute: u8) -> Result<(), Refusal> {
        let asked = self.card.ask_transfer(way, 1_000, at(minute));
        self.host.decide_transfer(&asked).map(drop)
    }
}

fn tomorrow() -> Date {
    Date::new(2026, 3, 6).unwrap()
}

fn expiring() -> CardOpening {
    CardOpening { expiry: Some(at(0).date), ..opening(NEW) }
}

#[test]
fn a_card_is_made_until_a_code_of_it_is_heard_or_its_issuing_confirmed() {
    let mut scene = Scene::new();
    assert_eq!(scene.state(HERS), State::Made);
    let (record, _) = scene.sale(500, 1);
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.state(HERS), State::Active, "GTAC");
    assert_eq!(scene.state(Subject::Psam(T1)), State::Active, "SAM TAC");
    assert_eq!(scene.state(Subject::Psam(T2)), State::Made);
    let other = Subject::Card(OTHER);
    for repeat in [false, true] {
        assert_eq!(scene.host.confirm_issue(other, None, at(2)).unwrap().repeat, repeat);
        assert_eq!(scene.state(other), State::Active);
    }
    let stranger = scene.host.confirm_issue(Subject::Card(NEW), None, at(2));
    assert_eq!(stranger, Err(Refusal::CardUnknown));
}

#[test]
fn every_code_of_a_card_shows_that_it_is_out() {
    let proofs: [fn(&mut Scene); 4] = [
        |scene| {
            let (_, tac) = scene.sale(500, 1);
            let seen = Report::TacSeen(CARD, scene.card.unread());
            assert!(tac == scene.card.unread().b);
            scene.hear(&seen);
        },
        |scene| {
            scene.grey(500, 1);
            let _ = scene.ask(2);
        },
        |scene| scene.load(Way::Load, 1).unwrap(),
        |scene| {
            let (terms, answer) = scene.card.purchase(&mut scene.psam, 40, 1);
            scene.hear(&Report::Purchase(terms, answer));
        },
    ];
    for proof in proofs {
        let mut scene = Scene::new();
        proof(&mut scene);
        assert_eq!(scene.state(HERS), State::Active);
    }
}

#[test]
fn a_number_is_begun_on_one_chip_and_on_another_only_when_two_gave_the_first_up() {
    let mut scene = Scene::new();
    let her = Subject::Card(NEW);
    let begin = |scene: &mut Scene, chip| scene.host.begin_card(&opening(NEW), chip, at(1));
    for repeat in [false, true] {
        assert_eq!(begin(&mut scene, Some(FIRST)).unwrap().repeat, repeat);
    }
    let clone = Err(Refusal::BegunOnAnotherChip);
    assert_eq!(begin(&mut scene, Some(SECOND)), clone);
    assert_eq!(begin(&mut scene, None), clone, "on no chip that is named");
    let number = scene.act(her, Measure::GiveUpChip).unwrap().number;
    assert_eq!(begin(&mut scene, Some(SECOND)), clone, "one person alone");
    scene.host.approve_act(&act_approval(her, number)).unwrap();
    assert_eq!(begin(&mut scene, Some(FIRST)), Err(Refusal::ChipGivenUp));
    assert_eq!(begin(&mut scene, None), clone);
    for repeat in [false, true] {
        assert_eq!(begin(&mut scene, Some(SECOND)).unwrap().repeat, repeat);
    }
    assert_eq!(scene.account(&host::Account::Float(NEW, wire::Purse::Ed)), 50_000, "once");
    // The chip that was given up is out after all: two cards may have one number.
    let late = scene.host.confirm_issue(her, Some(FIRST), at(9));
    assert_eq!(late, Err(Refusal::ChipGivenUp));
    assert_eq!(scene.state(her), State::Blocked);
    assert!(scene.has(Code::ChipGivenUpIsOut));
}

#[test]
fn a_number_whose_given_up_chip_works_is_begun_on_no_other() {
    let given_up = |scene: &mut Scene, subject| {
        let number = scene.act(subject, Measure::GiveUpChip).unwrap().number;
        scene.host.approve_act(&act_approval(subject, number)).unwrap();
    };
    // A code of the card is heard: it is out.
    let mut scene = Scene::new();
    let her = Subject::Card(NEW);
    scene.host.begin_card(&opening(NEW), Some(FIRST), at(1)).unwrap();
    given_up(&mut scene, her);
    assert_eq!(scene.host.confirm_issue(her, None, at(2)), Err(Refusal::ChipGivenUp));
    scene.card = TestCard::new(NEW);
    let (record, tac) = scene.sale(300, 4);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.state(her), State::Blocked, "an alarm that two persons lift");
    let again = scene.host.begin_card(&opening(NEW), Some(SECOND), at(3));
    assert_eq!(again, Err(Refusal::ChipIsOut));
    // Its issuing is confirmed although it was given up.
    let mut scene = Scene::new();
    scene.host.begin_card(&opening(NEW), Some(FIRST), at(1)).unwrap();
    given_up(&mut scene, her);
    assert_eq!(scene.host.confirm_issue(her, Some(FIRST), at(2)), Err(Refusal::ChipGivenUp));
    let again = scene.host.begin_card(&opening(NEW), Some(SECOND), at(3));
    assert_eq!(again, Err(Refusal::ChipIsOut));
}

#[test]
fn a_chip_that_is_out_is_not_given_up() {
    let mut scene = Scene::new();
    let her = Subject::Card(NEW);
    scene.host.begin_card(&opening(NEW), Some(FIRST), at(1)).unwrap();
    let number = scene.act(her, Measure::GiveUpChip).unwrap().number;
    // Between the two persons the card is confirmed.
    scene.host.confirm_issue(her, Some(FIRST), at(2)).unwrap();
    let approved = scene.host.approve_act(&act_approval(her, number));
    assert_eq!(approved, Err(Refusal::ChipIsOut));
    assert_eq!(scene.act(her, Measure::GiveUpChip), Err(Refusal::ChipIsOut));
}

#[test]
fn a_psam_is_begun_on_one_chip_and_belongs_to_one_station_for_ever() {
    let mut scene = Scene::new();
    let begin = |scene: &mut Scene, station, chip| scene.host.begin_psam(T3, station, None, chip);
    assert!(!begin(&mut scene, NORTH, Some(FIRST)).unwrap().repeat);
    assert!(begin(&mut scene, NORTH, Some(FIRST)).unwrap().repeat);
    assert_eq!(begin(&mut scene, NORTH, Some(SECOND)), Err(Refusal::BegunOnAnotherChip));
    assert_eq!(begin(&mut scene, SOUTH, Some(FIRST)), Err(Refusal::PsamAlreadyRegistered));
    assert_eq!(scene.act_of_two(Subject::Psam(T3), Measure::Retire), Ok(State::Replaced));
    assert_eq!(begin(&mut scene, NORTH, Some(FIRST)), Err(Refusal::PsamReplaced));
}

/// Protocol §9: a blacklisted card is unlocked like others, and what stations say of it is heard.
#[test]
fn a_blocked_or_lost_card_gets_no_money_and_is_unlocked_and_heard() {
    let rows = [
        (Measure::Block, Measure::LiftBlock, State::Blocked, Refusal::CardBlocked),
        (Measure::ReportLost, Measure::ReportFound, State::Lost, Refusal::CardLost),
    ];
    for (on, off, state, refusal) in rows {
        let mut scene = Scene::new();
        assert_eq!(scene.act(HERS, on).unwrap().state, state);
        assert_eq!(scene.host.blacklist().len(), 1);
        for way in [Way::Load, Way::Unload] {
            assert_eq!(scene.load(way, 1), Err(refusal));
        }
        let record = scene.grey(500, 2);
        scene.hear(&Report::Grey(record));
        scene.unlock(4);
        assert_eq!(scene.payable(), 500);
        assert_eq!(scene.act(HERS, on), Err(Refusal::ActChangesNothing));
        assert_eq!(scene.act(HERS, off).unwrap().state, State::Active);
        assert!(scene.host.blacklist().is_empty());
        scene.load(Way::Load, 6).unwrap();
    }
}

#[test]
fn an_expired_card_is_not_filled_any_more_and_is_emptied() {
    let mut scene = Scene::new();
    let mut host = host::Centre::new(host::MemoryBooks::new(), keys(wire::Scheme::Seed));
    host.register_card(&CardOpening { asn: CARD, ..expiring() }, at(0)).unwrap();
    scene.host = host;
    scene.load(Way::Load, 1).unwrap();
    let mut asked = scene.card.ask_transfer(Way::Load, 10, at(2));
    asked.now.date = tomorrow();
    assert_eq!(scene.host.decide_transfer(&asked), Err(Refusal::CardExpired));
    let late = scene.card.ask_transfer(Way::Unload, 10, at(3));
    let late = TransferRequest { now: asked.now, ..late };
    assert!(scene.host.decide_transfer(&late).is_ok());
    assert_eq!(scene.host.state_of(HERS, tomorrow()), Ok(State::Expired));
    assert_eq!(scene.state(HERS), State::Active, "on its last day it is not");
}

#[test]
fn an_answer_that_is_out_is_given_again_whatever_became_of_the_card_since() {
    let mut scene = Scene::new();
    let asked = scene.card.ask_transfer(Way::Load, 1_000, at(1));
    let decision = scene.host.decide_transfer(&asked).unwrap();
    scene.act(HERS, Measure::Block).unwrap();
    assert_eq!(scene.host.decide_transfer(&asked), Ok(decision));
    let tac = scene.card.obey_transfer(&asked, &decision);
    let open = host::OpenTransfer { way: Way::Load, purse: wire::Purse::Ed, otc: 0 };
    assert!(scene.host.confirm_transfer(CARD, open, tac, at(3)).is_ok());
}

#[test]
fn nothing_goes_through_a_barred_psam_and_its_outcomes_are_heard_and_told() {
    let rows = [
        (Measure::Block, Refusal::PsamBlocked),
        (Measure::ReportLost, Refusal::PsamLost),
        (Measure::Retire, Refusal::PsamReplaced),
    ];
    for (measure, refusal) in rows {
        let mut scene = Scene::new();
        let before = scene.grey(500, 1);
        scene.hear(&Report::Grey(before));
        let first = scene.card.ask(T2, at(3));
        let UnlockAnswer::Decided(decision) = scene.host.unlock(&first).unwrap() else {
            panic!("no decision")
        };
        for tid in [T1, T2] {
            let subject = Subject::Psam(tid);
            if measure.needs_two() {
                scene.act_of_two(subject, measure).unwrap();
            } else {
                scene.act(subject, measure).unwrap();
            }
        }
        let mut unlocked = scene.card.clone();
        unlocked.obey(&decision);
        assert_eq!(scene.host.unlock(&first), Ok(UnlockAnswer::Decided(decision)), "given before");
        assert_eq!(scene.ask(4), Err(refusal));
        scene.card = unlocked;
        assert_eq!(scene.load(Way::Load, 5), Err(refusal));
        assert!(!scene.has(Code::BarredPsamAtWork), "what it did before is as it was");
        let after = scene.grey(700, 90);
        scene.hear(&Report::Grey(after));
        assert!(scene.has(Code::BarredPsamAtWork));
        assert_eq!(scene.reserved(), 700, "and it counts");
    }
}

#[test]
fn whatever_a_barred_psam_is_said_to_have_done_is_told() {
    let reports: [fn(&mut Scene) -> Report; 3] = [
        |scene| Report::NoDispense(scene.card.lock(&mut scene.psam, at(90)).terms),
        |scene| {
            let grey = scene.card.lock(&mut scene.psam, at(90));
            unproved(&grey, 500, at(91))
        },
        |scene| {
            let (terms, _) = scene.card.purchase(&mut scene.psam, 40, 90);
            Report::PurchaseUnknown(terms)
        },
    ];
    for report in reports {
        let mut scene = Scene::new();
        scene.act(Subject::Psam(T1), Measure::ReportLost).unwrap();
        let report = report(&mut scene);
        scene.hear(&report);
        assert!(scene.has(Code::BarredPsamAtWork), "{report:?}");
    }
}

#[test]
fn an_outcome_from_between_two_blocks_is_nothing_to_tell() {
    let mut scene = Scene::new();
    let psam = Subject::Psam(T1);
    for (minute, measure) in [(10, Measure::Block), (20, Measure::LiftBlock), (30, Measure::Block)]
    {
        let seen = acts_of(&scene.host, psam);
        let order = host::ActOrder { now: at(minute), ..act(psam, measure, seen) };
        scene.host.act(&order).unwrap();
    }
    let between = scene.grey(500, 25);
    scene.hear(&Report::Grey(between));
    assert!(!scene.has(Code::BarredPsamAtWork));
    scene.card.debit(&between);
    let during = scene.grey(500, 15);
    scene.hear(&Report::Grey(during));
    assert!(scene.has(Code::BarredPsamAtWork));
}

/// An order is named by its place in the history: a lost answer is asked for again, and what was overtaken is refused.
#[test]
fn an_order_is_done_once_and_in_its_place() {
    let mut scene = Scene::new();
    let block = act(HERS, Measure::Block, 0);
    for repeat in [false, true] {
        assert_eq!(scene.host.act(&block).unwrap().repeat, repeat);
    }
    scene.act(HERS, Measure::LiftBlock).unwrap();
    assert!(scene.host.act(&block).unwrap().repeat, "late, it blocks nothing");
    assert_eq!(scene.state(HERS), State::Made);
    let blind = host::ActOrder { reason: "another".to_owned(), ..block.clone() };
    assert_eq!(scene.host.act(&blind), Err(Refusal::HistoryMovedOn));
    let ahead = host::ActOrder { seen: 7, ..block.clone() };
    assert_eq!(scene.host.act(&ahead), Err(Refusal::HistoryMovedOn));
    for (maker, reason, refusal) in
        [(" ", "why", Refusal::PersonMissing), ("ada", " ", Refusal::ReasonMissing)]
    {
        let (maker, reason) = (maker.to_owned(), reason.to_owned());
        let order = host::ActOrder { maker, reason, ..act(HERS, Measure::Block, 2) };
        assert_eq!(scene.host.act(&order), Err(refusal));
    }
    let card = scene.host.books().card(CARD).unwrap();
    assert_eq!(card.life.acts.len(), 2, "what was refused is in no history");
}

/// Two locks of one number, proved: the card is copied. Only two persons let it go on, and the same evidence does not
/// bar it again; other evidence does.
#[test]
fn an_alarm_is_lifted_by_two_and_stays_lifted() {
    let mut scene = Scene::new();
    let mut copy = scene.card.clone();
    let mut other = TestPsam::new(T2);
    let mut third = TestPsam::new(T1);
    third.ttc = 5;
    let (record, _) = scene.sale(500, 1);
    let lock = copy.clone().lock(&mut other, at(2));
    let second = other.claim(&lock, 300, at(3));
    scene.hear(&Report::Grey(record));
    scene.hear(&Report::Grey(second));
    assert_eq!(scene.host.blacklist(), [(CARD, Code::ClonedOrRolledBackCard)]);
    assert_eq!(scene.state(HERS), State::Blocked);
    assert_eq!(scene.act(HERS, Measure::LiftBlock), Err(Refusal::ActChangesNothing));
    let number = scene.act(HERS, Measure::LiftAlarms).unwrap().number;
    assert_eq!(scene.state(HERS), State::Blocked, "one person alone");
    let alone = host::ActApproval { checker: "Ada ".to_owned(), ..act_approval(HERS, number) };
    assert_eq!(scene.host.approve_act(&alone), Err(Refusal::SamePerson));
    for repeat in [false, true] {
        let approved = scene.host.approve_act(&act_approval(HERS, number)).unwrap();
        assert_eq!((approved.state, approved.repeat), (State::Active, repeat));
    }
    scene.hear(&Report::Grey(second));
    assert!(scene.host.blacklist().is_empty(), "nothing new was heard");
    let lock = copy.lock(&mut third, at(4));
    let news = third.claim(&lock, 100, at(5));
    scene.hear(&Report::Grey(news));
    assert_eq!(scene.host.blacklist().len(), 1, "a third lock of one number");
}

#[test]
fn a_replaced_card_stays_so() {
    let mut scene = Scene::new();
    scene.act(HERS, Measure::ReportLost).unwrap();
    scene.replace();
    assert_eq!(scene.state(HERS), State::Replaced);
    for measure in [Measure::ReportFound, Measure::LiftAlarms, Measure::GiveUpChip] {
        assert_eq!(scene.act(HERS, measure), Err(Refusal::CardReplaced));
    }
    assert_eq!(scene.host.begin_card(&opening(CARD), None, at(9)), Err(Refusal::CardReplaced));
    assert_eq!(scene.load(Way::Load, 1), Err(Refusal::CardReplaced));
}

#[test]
fn names_are_read_back() {
    for measure in Measure::ALL {
        assert_eq!(Measure::from_name(measure.name()), Some(*measure));
    }
    for state in State::ALL {
        assert_eq!(State::from_name(state.name()), Some(*state));
    }
    assert_eq!(FIRST.to_string().parse(), Ok(FIRST));
    assert!("C1".parse::<Chip>().is_err());
}
