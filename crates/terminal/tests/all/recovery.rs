//! The recovery table: every step × everything that can be seen leads to exactly one row, and
//! the rows are those of protocol §9 and §10.

use terminal::Action::*;
use terminal::PsamSays::{Absent, Unasked, Uncertified, Unknown};
use terminal::{Action, Progress, PsamSays, Seen, next_action};
use wire::*;

use crate::records::*;

/// What a card can show, seen from the lock of [`terms`]: whether it counts as grey under it,
/// as showing its TAC, or as something else.
fn sights() -> Vec<(&'static str, Option<(Asn, GreyStatus)>)> {
    let asn = terms().id.asn;
    let other = "6543210987654321".parse().unwrap();
    let grey = grey_status();
    let debited = debited_status();
    let more = grey.more.unwrap();
    let unlocked = GreyStatus { state: GreyState::Unlocked, ..grey };
    vec![
        ("no card", None),
        ("grey", Some((asn, grey))),
        ("tac", Some((asn, debited))),
        ("other tac", Some((asn, GreyStatus { b: Mac([9; 4]), ..debited }))),
        ("unlocked", Some((asn, unlocked))),
        ("online", Some((asn, GreyStatus { state: GreyState::UnlockedOnline, ..debited }))),
        ("other card", Some((other, grey))),
        ("other purse", Some((asn, GreyStatus { purse: Purse::Ep, ..grey }))),
        ("other tid", Some((asn, GreyStatus { tid: Tid([9; 6]), ..grey }))),
        (
            "other ttc",
            Some((asn, GreyStatus { more: Some(StatusMore { ttc: Ttc(42), ..more }), ..grey })),
        ),
        ("other ctc", Some((asn, GreyStatus { ctc: 10, ..grey }))),
        ("other balance", Some((asn, GreyStatus { balance: Amount::ZERO, ..grey }))),
        ("other date", Some((asn, GreyStatus { date: stamp(2, 1).date, ..grey }))),
        ("short status", Some((asn, GreyStatus { more: None, ..grey }))),
        ("tac of other amount", Some((asn, GreyStatus { a: [0, 0, 0, 1], ..debited }))),
        ("tac of other time", Some((asn, GreyStatus { time: stamp(1, 8).time, ..debited }))),
    ]
}

const SAYS: [PsamSays; 6] =
    [Absent, Unasked, Unknown, Uncertified, PsamSays::Certified, PsamSays::Claimed];

/// The table as the protocol reads: step, what the card shows, what the PSAM says, whether the
/// totalizer stands where it stood, row.
fn expected(step: &str, sight: &str, psam: PsamSays, nothing_flowed: bool) -> Action {
    let grey = sight == "grey";
    match (step, psam) {
        ("lock_sent", Unasked | PsamSays::Claimed) => LeaveToCentre,
        ("lock_sent", Absent | Unknown | PsamSays::Certified) if !nothing_flowed => LeaveToCentre,
        ("lock_sent", Uncertified | PsamSays::Certified) if grey => CertifyFromStatus,
        ("lock_sent", Absent) if grey => AwaitPsam,
        ("lock_sent", _) => NoDispense,
        ("locked", PsamSays::Claimed) => LeaveToCentre,
        ("locked", _) => ReadTotalizer,
        ("delivered", Absent) => ReportUnproved,
        ("delivered", _) => AskGmac,
        ("claimed", _) if grey => Debit,
        ("claimed", _) if matches!(sight, "tac" | "other tac") => SettleFromStatus,
        ("claimed", _) => KeepGrey,
        ("settled", _) if grey => DebitAgain,
        ("settled", _) if sight == "other tac" => KeepTac,
        ("settled" | "no_dispense" | "void", _) => Done,
        other => panic!("no row for {other:?}"),
    }
}

#[test]
fn every_case_is_one_row() {
    let mut cases = 0;
    for progress in all_progress() {
        for (sight, card) in sights() {
            for (psam, nothing_flowed) in
                SAYS.into_iter().flat_map(|psam| [(psam, true), (psam, false)])
            {
                let step = progress.name();
                assert_eq!(
                    next_action(&progress, &Seen { card, psam, nothing_flowed }),
                    expected(step, sight, psam, nothing_flowed),
                    "{step} × {sight} × PSAM {psam:?} × nothing flowed {nothing_flowed}"
                );
                cases += 1;
            }
        }
    }
    println!("recovery table: {cases} cases");
}

/// A lock of which the PSAM gave the GMAC was delivered: this journal is an older copy.
#[test]
fn of_a_claimed_lock_an_older_journal_says_nothing() {
    for (sight, card) in sights() {
        for nothing_flowed in [true, false] {
            let seen = Seen { card, psam: PsamSays::Claimed, nothing_flowed };
            for progress in all_progress().into_iter().take(2) {
                assert!(matches!(progress.name(), "lock_sent" | "locked"));
                assert_eq!(next_action(&progress, &seen), LeaveToCentre, "{sight}");
            }
        }
    }
}

#[test]
fn a_final_lock_never_opens_the_nozzle() {
    for progress in [Progress::NoDispense(terms()), Progress::Void(None)] {
        assert!(!progress.is_open());
        for step in all_steps() {
            assert!(Progress::after(Some(progress), &step).is_err());
        }
    }
}
