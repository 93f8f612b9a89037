//! Inputs as a shell stores them: what was written once must be read for ever.

use host::{CardOpening, ChangeKind, Chip, Input, Measure, Ruling, Subject, Way};
use wire::{Mac, Purse, Report, Ttc};

use crate::support::*;

fn inputs() -> Vec<Input> {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let lock = grey.terms.id;
    let request = scene.card.ask(T2, at(2));
    let now = at(3);
    let mut other = Scene::new();
    let (terms, answer) = other.card.purchase(&mut other.psam, 450, 1);
    let load = other.card.ask_transfer(Way::Load, 3_000, at(2));
    vec![
        Input::RegisterCard { card: opening(CARD), chip: None, now },
        Input::RegisterPsam { tid: T1, station: NORTH.to_owned(), expiry: None, chip: None },
        Input::Hear { station: NORTH.to_owned(), report: Report::Void(T1, Ttc(7)), now },
        Input::Unlock(request),
        Input::Confirm { asn: CARD, purse: Some(Purse::Ed), otc: 4, mac3: Mac([1, 2, 3, 4]), now },
        Input::Confirm { asn: CARD, purse: None, otc: 4, mac3: Mac([1, 2, 3, 4]), now },
        Input::Propose(proposal(lock, Ruling::Unlock(cents(5)))),
        Input::Approve(approval(lock, Ruling::Debited(cents(6)))),
        Input::Approve(approval(lock, Ruling::Claim { amount: -7, accepted: true })),
        Input::Unblock { asn: CARD, version: None, challenge: [1, 2, 3, 4], now },
        Input::Unblock { asn: CARD, version: Some(7), challenge: [1, 2, 3, 4], now },
        Input::Switch(scene.card.ask_for_keys(2, T2, at(4))),
        Input::Replace(order("ada", "bob", "lost")),
        Input::Change {
            asn: CARD,
            purse: Purse::Ep,
            otc: 2,
            by: -300,
            kind: ChangeKind::Money,
            now,
        },
        Input::Change {
            asn: CARD,
            purse: Purse::Ed,
            otc: 3,
            by: 500,
            kind: ChangeKind::Limit,
            now,
        },
        Input::Hear { station: NORTH.to_owned(), report: Report::Purchase(terms, answer), now },
        Input::Transfer(load),
        Input::ConfirmTransfer {
            way: Way::Unload,
            asn: CARD,
            purse: Purse::Ep,
            otc: 5,
            tac: Mac([1, 2, 3, 4]),
            now,
        },
        Input::RegisterCard {
            card: CardOpening { expiry: Some(at(0).date), ..opening(CARD) },
            chip: Some(Chip([0xC1; 10])),
            now,
        },
        Input::RegisterPsam {
            tid: T1,
            station: NORTH.to_owned(),
            expiry: Some(at(0).date),
            chip: Some(Chip([0xC2; 10])),
        },
        Input::ConfirmIssue { subject: Subject::Card(CARD), chip: Some(Chip([0xC1; 10])), now },
        Input::Act(act(Subject::Psam(T1), Measure::ReportLost, 3)),
        Input::ApproveAct(act_approval(Subject::Card(CARD), 4)),
        Input::OpenPrepaid(account("shop")),
        Input::FundPrepaid(funding("shop", "BANK-7", -300)),
        Input::Transfer(host::TransferRequest { account: Some(name("shop")), ..load }),
    ]
}

#[test]
fn the_stored_form_of_every_input_is_what_it_was() {
    let written: Vec<String> =
        inputs().iter().map(|input| serde_json::to_string(input).unwrap()).collect();
    let kept: Vec<&str> = include_str!("inputs.jsonl").lines().collect();
    assert_eq!(written, kept);
    for (line, input) in kept.iter().zip(inputs()) {
        assert_eq!(serde_json::from_str::<Input>(line).unwrap(), input);
    }
}

#[test]
fn what_is_no_input_is_not_read() {
    for (good, bad) in [
        (r#""report":"0104"#, r#""report":"0904"#),
        (r#""tid":"000000000001""#, r#""tid":"00000000001""#),
        (r#""purse":1"#, r#""purse":3"#),
        (r#""mac3":"01020304""#, r#""mac3":"0102030g""#),
    ] {
        let kept = include_str!("inputs.jsonl");
        let line = kept.lines().find(|line| line.contains(good)).unwrap();
        assert!(serde_json::from_str::<Input>(&line.replace(good, bad)).is_err(), "{bad}");
    }
}

#[test]
fn a_call_is_named_as_its_document_names_it() {
    for input in inputs() {
        let document = serde_json::to_value(&input).unwrap();
        assert_eq!(document["call"], input.name());
        assert!(!input.about().is_empty(), "{input:?}");
    }
}
