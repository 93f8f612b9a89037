//! A card goes over to its next keys (protocol §7), and the centre finds out which ones it uses.
use card::{Aid, Card, IMAGE_LEN, Opening, Pin};
use crypto::Key;
use host::issue::{CardOrder, NoWayOver, card_profile, card_profile_from};
use host::{
    Centre, Code, Input, KeyKind, KeySet, KeyVault, MainKeys, MemoryBooks, Refusal, SwitchAnswer,
    SwitchRequest,
};
use nvm::memory::{Fill, Ram, Tear};
use wire::apdu::split_response;
use wire::response::InitUpdate;
use wire::{CardCommand, Date, Mac, Purse, Report, Scheme, StatusWord, Suite};

use crate::support::*;

/// Keys of version 2 in AES, beside those of version 1 in 3DES, and of version 3 if wanted.
fn two_suites() -> MainKeys {
    let older = keys(Scheme::Seed);
    let newer = MainKeys { version: 2, ..keys(Scheme::Seed).in_suite(Suite::Aes) };
    let MainKeys { main, version, suite, scheme, msk, .. } = older;
    MainKeys { msk, older: vec![KeySet { main, version, suite, scheme }], ..newer }
}

/// A centre with both, and a card that was issued with version 1.
fn scene() -> Scene {
    let mut host = Centre::new(MemoryBooks::new(), two_suites());
    for asn in [CARD, OTHER] {
        let card = host::CardOpening { key_version: Some(1), ..opening(asn) };
        host.register_card(&card, at(0)).unwrap();
    }
    host.register_psam(T1, NORTH).unwrap();
    host.register_psam(T2, SOUTH).unwrap();
    let mut card = TestCard::new(CARD);
    card.keys = two_suites();
    let psam = TestPsam { keys: two_suites(), ..TestPsam::new(T1) };
    Scene { host, card, psam }
}

/// Asks and obeys, and does not ask again: the answer got lost.
fn switched_unheard(scene: &mut Scene, minute: u8) {
    let request = scene.card.ask_for_keys(2, T2, at(minute));
    match scene.host.switch(&request) {
        Ok(SwitchAnswer::Send(mac)) => scene.card.obey_switch(&request, mac),
        other => panic!("{other:?}"),
    }
}

fn ask_again(scene: &mut Scene, minute: u8) -> Result<SwitchAnswer, Refusal> {
    let request = scene.card.ask_for_keys(2, T2, at(minute));
    scene.host.switch(&request)
}

fn believed(scene: &Scene) -> Vec<u8> {
    scene.host.key_versions(CARD).unwrap()
}

#[test]
fn the_card_is_asked_once_more_and_then_the_centre_knows() {
    let mut scene = scene();
    assert_eq!(believed(&scene), [1]);
    switched_unheard(&mut scene, 1);
    assert_eq!(believed(&scene), [2, 1]);
    assert_eq!(ask_again(&mut scene, 2), Ok(SwitchAnswer::Done));
    assert_eq!(believed(&scene), [2]);
    assert_eq!(ask_again(&mut scene, 3), Ok(SwitchAnswer::Done), "as often as one likes");
    assert!(scene.has(Code::SwitchOrdered) && scene.has(Code::KeysSwitched));
}

/// The message got lost, not its answer: the card still proves the old keys, and gets a new code.
#[test]
fn a_card_that_never_heard_it_is_told_again() {
    let mut scene = scene();
    let request = scene.card.ask_for_keys(2, T2, at(1));
    assert!(matches!(scene.host.switch(&request), Ok(SwitchAnswer::Send(_))));
    assert_eq!(believed(&scene), [2, 1]);
    switched_unheard(&mut scene, 2);
    assert_eq!(ask_again(&mut scene, 3), Ok(SwitchAnswer::Done));
}

/// Whatever the card proves with its next keys tells the centre, in any order.
#[test]
fn every_proof_tells_which_keys_a_card_uses() {
    let lock_is_heard = |scene: &mut Scene| {
        let record = scene.grey(700, 5);
        scene.hear(&Report::Grey(record));
    };
    let unlock_is_asked = |scene: &mut Scene| {
        scene.grey(700, 5);
        scene.ask(6).unwrap();
    };
    let unproved_is_heard = |scene: &mut Scene| {
        let grey = scene.card.lock(&mut scene.psam, at(5));
        scene.hear(&unproved(&grey, 700, at(6)));
    };
    let proofs: [fn(&mut Scene); 3] = [lock_is_heard, unlock_is_asked, unproved_is_heard];
    for proof in proofs {
        let mut scene = scene();
        let (old, tac) = scene.sale(300, 1);
        switched_unheard(&mut scene, 4);
        proof(&mut scene);
        assert_eq!(believed(&scene), [2]);
        scene.hear(&Report::Sale(old, tac));
        assert_eq!(believed(&scene), [2], "an older record comes late");
        let told = |scene: &Scene| {
            scene.host.notices().iter().filter(|told| told.code == Code::KeysSwitched).count()
        };
        assert_eq!(told(&scene), 1);
    }
}

/// A report whose GTAC the card did not make proves nothing of the card.
#[test]
fn who_is_not_the_card_tells_nothing() {
    let mut scene = scene();
    switched_unheard(&mut scene, 1);
    let mut record = scene.grey(700, 5);
    record.certified.gtac = Mac([9; 4]);
    scene.hear(&Report::Grey(record));
    let mut request = scene.card.ask_for_keys(2, T2, at(6));
    request.init.mac1 = Mac([9; 4]);
    assert_eq!(scene.host.switch(&request), Err(Refusal::Mac1Wrong));
    request.init.key.algorithm = 0x20;
    assert_eq!(scene.host.switch(&request), Err(Refusal::KeyVersionUnknown));
    assert_eq!(believed(&scene), [2, 1]);
}

/// While a SWITCH KEYS is out, no answer of a locked card says which keys it uses: the code of the likelier version
/// first, and of the other one for who asks for it.
#[test]
fn a_locked_card_is_unblocked_by_either_version_and_no_third() {
    let mut scene = scene();
    let code = |scene: &Scene, version: u8| {
        let damk = scene.host.vault().card_key(KeyKind::Mamk, version, CARD).unwrap();
        crypto::mac::secure_message(&damk, [1, 2, 3, 4], &[0x84, 0x18, 0, 0, 4])
    };
    let unblock =
        |scene: &mut Scene, version| scene.host.unblock(CARD, version, [1, 2, 3, 4], at(9));
    assert_eq!(unblock(&mut scene, None), Ok(code(&scene, 1)));
    assert_eq!(unblock(&mut scene, Some(2)), Err(Refusal::KeyVersionNotInUse));
    switched_unheard(&mut scene, 1);
    assert_eq!(unblock(&mut scene, None), Ok(code(&scene, 2)));
    assert_eq!(unblock(&mut scene, Some(1)), Ok(code(&scene, 1)));
    ask_again(&mut scene, 2).unwrap();
    assert_eq!(unblock(&mut scene, None), Ok(code(&scene, 2)));
    assert_eq!(unblock(&mut scene, Some(1)), Err(Refusal::KeyVersionNotInUse));
    assert_eq!(unblock(&mut scene, Some(3)), Err(Refusal::KeyVersionNotInUse));
}

#[test]
fn no_card_is_sent_back_nor_to_keys_that_nobody_has() {
    let mut scene = scene();
    let to = |scene: &mut Scene, version| {
        let request = scene.card.ask_for_keys(version, T2, at(7));
        scene.host.switch(&request)
    };
    assert_eq!(to(&mut scene, 1), Ok(SwitchAnswer::Done), "these it uses");
    assert_eq!(to(&mut scene, 3), Err(Refusal::KeyVersionNotNewer));
    switched_unheard(&mut scene, 1);
    assert_eq!(to(&mut scene, 1), Err(Refusal::KeyVersionNotNewer));
    scene.replace();
    assert_eq!(to(&mut scene, 2), Err(Refusal::CardReplaced));
}

/// The TAC of the last debit was made under the keys that were left; it comes by the status, after the switch.
#[test]
fn an_unread_tac_of_the_old_keys_settles_after_the_switch() {
    let mut scene = scene();
    let (record, _) = scene.sale(300, 1);
    scene.hear(&Report::Grey(record));
    switched_unheard(&mut scene, 4);
    ask_again(&mut scene, 5).unwrap();
    let status = scene.card.unread();
    scene.hear(&Report::TacSeen(CARD, status));
    assert_eq!(scene.outcome(T1, 1), Some(host::Outcome::Sale));
    assert_eq!((scene.payable(), scene.float()), (300, i128::from(OPENING) - 300));
}

/// A refuelling under each version, an on-line unlock under each, and a chain of balances across the switch.
#[test]
fn the_books_go_on_across_the_switch() {
    let mut scene = scene();
    let (first, tac) = scene.sale(1_000, 1);
    scene.hear(&Report::Sale(first, tac));
    let unlocked = scene.grey(200, 4);
    scene.hear(&Report::Grey(unlocked));
    assert_eq!(scene.unlock(6).amount, cents(200));
    let (cleared, _) = scene.sale(30, 8);
    switched_unheard(&mut scene, 10);
    let (last, tac) = scene.sale(4_000, 12);
    assert_eq!((cleared.terms.key.algorithm, last.terms.key.algorithm), (0x00, 0x10));
    scene.hear(&Report::Sale(last, tac));
    assert_eq!(scene.payable(), 5_200, "what is not heard of is not paid");
    scene.hear(&Report::Grey(cleared));
    assert_eq!(scene.payable(), 5_230, "settled by succession, over the switch");
    let online = scene.grey(7, 15);
    scene.hear(&Report::Grey(online));
    assert_eq!(scene.unlock(17).amount, cents(7));
    assert_eq!(scene.books(), [i128::from(OPENING) - 5_237, 0, 5_237, 0, 0]);
    assert!(!scene.host.notices().iter().any(|notice| notice.code.class() == host::Class::Alarm));
}

#[test]
fn the_switch_is_replayed_from_what_a_shell_kept() {
    let mut scene = scene();
    let mut replayed = scene.host.clone();
    let mut told = Vec::new();
    for minute in 1..=2 {
        let request = scene.card.ask_for_keys(2, T2, at(minute));
        let input = Input::Switch(request);
        let output = scene.host.apply(&input);
        if let Ok(host::Answer::Switch(SwitchAnswer::Send(mac))) = output {
            scene.card.obey_switch(&request, mac);
        }
        told.push((serde_json::to_string(&input).unwrap(), output));
    }
    for (stored, output) in told {
        assert_eq!(replayed.apply(&serde_json::from_str(&stored).unwrap()), output);
    }
    assert_eq!(replayed.books(), scene.host.books());
}

fn order() -> CardOrder {
    CardOrder {
        asn: CARD,
        purse: Purse::Ed,
        opening: Opening { balance: cents(OPENING), ..Opening::default() },
        aid: Aid::default(),
        start: Date::new(2026, 1, 1).unwrap(),
        expiry: Date::new(2036, 1, 1).unwrap(),
    }
}

/// A card that was issued with version 1, in a world that has version 2 too.
fn issued() -> Ram {
    let profile = card_profile_from(&two_suites(), &order(), Key::new([7; 16]), 1).unwrap();
    assert_eq!(profile.public.fci, [1, 0]);
    let pin = Pin::from_digits("123456").unwrap();
    Card::personalise(Ram::fixed(IMAGE_LEN), &profile, &pin).unwrap().into_nvm()
}

/// Sends a command to the card with power; `None` when it has none any more.
fn ask(card: &mut Card<&mut Ram>, command: &CardCommand<'_>) -> Option<Vec<u8>> {
    let answer = card.transmit(&command.encode()).ok()?;
    let (data, word) = split_response(&answer).unwrap();
    assert_eq!(word, StatusWord::DONE, "{command:?}");
    Some(data.to_vec())
}

/// From SELECT to GET CHALLENGE: what the centre wants to see.
fn prove(card: &mut Card<&mut Ram>) -> SwitchRequest {
    ask(card, &CardCommand::SelectFile { id: 0x3F01, le: None }).unwrap();
    let init = ask(card, &CardCommand::InitializeForUpdate { key_index: 1, tid: T2 }).unwrap();
    let init = InitUpdate::parse(&init).unwrap();
    let challenge = ask(card, &CardCommand::GetChallenge { len: 4 }).unwrap();
    let challenge = challenge.try_into().unwrap();
    SwitchRequest { asn: CARD, to: 2, tid: T2, init, challenge, now: at(1) }
}

/// Asks and obeys until the card proves the new keys; how often it was told.
fn switched(card: &mut Card<&mut Ram>, host: &mut Host) -> u32 {
    for told in 0.. {
        let request = prove(card);
        match host.switch(&request).unwrap() {
            SwitchAnswer::Done => return told,
            SwitchAnswer::Send(mac) => {
                ask(card, &CardCommand::SwitchKeys { version: 2, mac }).unwrap();
            }
        }
    }
    unreachable!()
}

#[test]
fn an_issued_card_obeys_the_centre() {
    let mut memory = issued();
    let mut card = Card::power_on(&mut memory).unwrap();
    let mut host = scene().host;
    assert_eq!(switched(&mut card, &mut host), 1);
    assert_eq!(switched(&mut card, &mut host), 0);
    assert_eq!(host.key_versions(CARD), Ok(vec![2]));
    let plain = card_profile(&two_suites(), &order(), Key::new([7; 16])).unwrap();
    assert_eq!(card.view().maintenance_key.version, plain.keys.maintenance.version);
    assert!(plain.next.is_none());
}

/// Power fails at any byte of any write of SWITCH KEYS: asked again, the card ends with its next keys, told once more
/// only if it was not done, and the centre knows.
#[test]
fn a_switch_that_was_cut_anywhere_ends_well() {
    let start = issued();
    let mut ends = [0_u32; 2];
    for (write, at) in (1..=4).flat_map(|write| (0..=589).map(move |at| (write, at))) {
        let (mut memory, mut host) = (start.clone(), scene().host);
        let mut card = Card::power_on(&mut memory).unwrap();
        let request = prove(&mut card);
        let Ok(SwitchAnswer::Send(mac)) = host.switch(&request) else { panic!("no code") };
        let fill = [Fill::Old, Fill::New, Fill::Half][at % 3];
        card.nvm_mut().arm(Tear { write, at, fill });
        assert_eq!(ask(&mut card, &CardCommand::SwitchKeys { version: 2, mac }), None);
        memory.power_on();
        let mut card = Card::power_on(&mut memory).unwrap();
        let done = card.view().maintenance_key.version == 2;
        assert_eq!(host.key_versions(CARD), Ok(vec![2, 1]), "both, until one is proved");
        assert_eq!(switched(&mut card, &mut host), u32::from(!done), "write {write} byte {at}");
        assert_eq!(host.key_versions(CARD), Ok(vec![2]));
        let view = card.view();
        assert_eq!((view.maintenance_key.version, view.message_failures), (2, 0));
        ends[usize::from(done)] += 1;
    }
    println!("{} cuts left the old keys, {} the next ones", ends[0], ends[1]);
    assert!(ends.iter().all(|count| *count > 100), "{ends:?}");
}

#[test]
fn no_card_is_issued_that_has_nothing_to_go_over_to() {
    let refused =
        |first| card_profile_from(&two_suites(), &order(), Key::new([7; 16]), first).unwrap_err();
    assert_eq!(refused(2), NoWayOver::AlreadyNewest(2));
    assert_eq!(refused(9), NoWayOver::NoSuchVersion(9));
}
