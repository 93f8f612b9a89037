//! Books divided by card: where each call goes, and what the joined books show.
use std::num::NonZeroU16;

use crate::support::world::{STORIES, World, start};
use crate::support::*;
use host::{
    Account, Answer, Books as _, Code, Heard, Input, MemoryBooks, News, Partition, Partitions,
    Refusal, Route,
};
use wire::{Asn, Report, Ttc};

fn of(count: u16) -> Partitions {
    Partitions::new(NonZeroU16::new(count).unwrap())
}

/// The card of a row: issuers number their cards in rows.
fn numbered(number: u32) -> Asn {
    let text = format!("30000000{number:08}");
    text.parse().unwrap()
}

fn void(ttc: u32) -> Input {
    Input::Hear { station: NORTH.to_owned(), report: Report::Void(T1, Ttc(ttc)), now: at(3) }
}

#[test]
fn a_card_keeps_its_books_for_ever() {
    let homes = |count| [CARD, OTHER, numbered(7)].map(|asn| of(count).of_card(asn).0);
    assert_eq!((homes(1), homes(16), homes(1_000)), ([0; 3], [2, 6, 2], [434, 878, 434]));
    assert_eq!(of(16).of_account(name("shop")), Partition(6));
}

/// The fullest books have less than 3 % more cards than the mean: a hash as good as chance has 1.9 % at two standard
/// deviations.
#[test]
fn a_row_of_cards_is_spread_over_all_books() {
    let (count, cards) = (16, 160_000_u32);
    let mut held = vec![0_u32; usize::from(count)];
    (0..cards).for_each(|card| held[usize::from(of(count).of_card(numbered(card)).0)] += 1);
    let mean = cards / u32::from(count);
    for books in held {
        assert!(books.abs_diff(mean) * 100 < mean * 3, "{books} cards, and {mean} is the mean");
    }
}

#[test]
fn what_names_a_card_is_done_in_its_books_alone() {
    let mut world = World::new();
    for (turn, story) in STORIES.into_iter().enumerate() {
        world.play(story, turn % 2, 1_000);
    }
    let mut kinds = std::collections::BTreeSet::new();
    for (input, _) in &world.log {
        kinds.insert(input.kind());
        let named = serde_json::to_string(input).unwrap().contains(&CARD.to_string());
        match input.route() {
            Route::Card(asn) => assert_eq!(of(16).touched(Route::Card(asn)).len(), 1),
            Route::CardAndAccount(asn, _) => assert_eq!(asn, CARD),
            Route::Account(_) => assert!(!named, "{input:?}"),
            Route::Number(..) => assert_eq!(input.kind(), "void"),
            Route::Psam(tid) => assert!(!named, "{tid}: {input:?}"),
        }
    }
    assert!(kinds.len() > 12, "{kinds:?}");
}

#[test]
fn a_load_at_an_account_touches_its_card_and_the_account() {
    let account = name("shop");
    let route = Route::CardAndAccount(CARD, account);
    assert_eq!(of(16).touched(route), [of(16).of_card(CARD), of(16).of_account(account)]);
    assert_eq!(of(1).touched(route), [Partition(0)], "each once");
    assert_eq!(of(3).touched(void(7).route()), [0, 1, 2].map(Partition), "a void names no card");
}

#[test]
fn the_row_of_an_account_goes_with_a_transaction_and_comes_back() {
    let (mut here, mut there) = (start().0, start().0);
    here.open_prepaid(&account("shop")).unwrap();
    here.fund_prepaid(&funding("shop", "first", 500)).unwrap();
    let before = here.books().clone();
    there.take(here.lend(name("shop")));
    assert_eq!(here.fund_prepaid(&funding("shop", "x", 1)), Err(Refusal::AccountUnknown));
    let taken = there.fund_prepaid(&funding("shop", "out", -100)).unwrap();
    assert_eq!(taken.balance, 400);
    here.take(there.lend(name("shop")));
    assert_eq!(here.fund_prepaid(&funding("shop", "rest", -400)).unwrap().balance, 0);
    assert_ne!(*here.books(), before);
    assert!(there.books().strange_accounts().is_empty());
}

#[test]
fn joined_books_are_one_centre_s() {
    let mut world = World::new();
    for story in STORIES {
        world.play(story, 0, 1_000);
    }
    let (mut cards, mut rest) = (start().0, start().0);
    for (input, _) in &world.log {
        match input.route() {
            Route::Card(asn) if asn == CARD => drop(cards.apply(input)),
            Route::Card(_) => drop(rest.apply(input)),
            Route::Number(..) | Route::Psam(_) => {
                drop(cards.apply(input));
                drop(rest.apply(input));
            }
            Route::Account(_) | Route::CardAndAccount(..) => drop(cards.apply(input)),
        }
    }
    let joined = MemoryBooks::joined([rest.books(), cards.books()]);
    assert_eq!(joined, MemoryBooks::joined([world.host.books()]));
    assert_ne!(joined, MemoryBooks::joined([cards.books()]), "each part is wanted");
    assert!(MemoryBooks::claimed_twice([rest.books(), cards.books()]).is_empty());
}

/// The one check that reaches over cards. A copied PSAM signs for two cards under one number: one centre sets the second
/// record aside, divided books take both and name the number.
#[test]
fn a_number_claimed_for_two_cards_is_named() {
    let mut psam = TestPsam::new(T1);
    let mut copied = psam.clone();
    let sale = |psam: &mut TestPsam, asn| {
        let (record, tac) = TestCard::new(asn).whole_sale(psam, 500, 1);
        Input::Hear { station: NORTH.to_owned(), report: Report::Sale(record, tac), now: at(9) }
    };
    let (first, second) = (sale(&mut psam, CARD), sale(&mut copied, OTHER));
    let news = |output| match output {
        Ok(Answer::Heard(Heard { news, .. })) => news,
        other => panic!("{other:?}"),
    };
    let mut one = centre();
    assert_eq!(news(one.apply(&first)), News::First);
    assert_eq!(news(one.apply(&second)), News::Quarantined(Code::RecordDisagrees));
    let mut parts = [centre(), centre()];
    assert_eq!(news(parts[0].apply(&first)), News::First);
    assert_eq!(news(parts[1].apply(&second)), News::First);
    let claimed = MemoryBooks::claimed_twice(parts.iter().map(Host::books));
    assert_eq!(claimed, [(T1, Ttc(1))]);
}

/// A card shows a TAC under the number of another card's record. Each card's money is booked alike; only one centre, which
/// has both in one book, tells operators of it.
#[test]
fn a_tac_under_another_card_s_number_books_the_same_in_divided_books() {
    let mut psam = TestPsam::new(T1);
    let mut copied = psam.clone();
    let (record, tac) = TestCard::new(CARD).whole_sale(&mut psam, 500, 1);
    let mut stranger = TestCard::new(OTHER);
    stranger.whole_sale(&mut copied, 700, 1);
    let told = |report| Input::Hear { station: NORTH.to_owned(), report, now: at(9) };
    let sale = told(Report::Sale(record, tac));
    let seen = told(Report::TacSeen(OTHER, stranger.unread()));
    let (mut one, mut parts) = (centre(), [centre(), centre()]);
    for input in [&sale, &seen] {
        one.apply(input).unwrap();
    }
    parts[0].apply(&sale).unwrap();
    parts[1].apply(&seen).unwrap();
    let of = |asn, host: &Host| {
        let of_card = move |account: &Account| matches!(account, Account::Float(of, _) | Account::Reserved(of, _) if *of == asn);
        let accounts = host.books().accounts().into_iter();
        accounts.filter(|(account, _)| of_card(account)).collect::<Vec<_>>()
    };
    assert!(!of(OTHER, &one).is_empty());
    assert_eq!((of(CARD, &one), of(OTHER, &one)), (of(CARD, &parts[0]), of(OTHER, &parts[1])));
    let tells = |host: &Host| {
        host.notices().iter().any(|notice| notice.code == Code::TacDisagreesWithRecord)
    };
    assert_eq!([tells(&one), tells(&parts[0]), tells(&parts[1])], [true, false, false]);
}
