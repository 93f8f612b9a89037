//! What `greylock top` draws, without a terminal.

use api::operate::Lock;
use api::site::{
    CardSeen, JournalStanding, Line, ListStanding, Nozzle, OpenLock, ParametersStanding, Product,
    PurseSeen, Reader, Sale, Site, Warning,
};

use super::draw::height;
use super::{Seen, text};

fn lock() -> Lock {
    let (asn, tid) = ("6280100000000017".to_owned(), "112233445566".to_owned());
    Lock { asn, purse: "ed".to_owned(), ctc: 5, tid, ttc: 7 }
}

fn nozzle(number: u8, state: &str) -> Nozzle {
    let product =
        Product { number: 1, name: "Diesel".to_owned(), unit: "L".to_owned(), unit_price: 789 };
    let reader = Reader { kind: "hands".to_owned(), place: None };
    let state = state.to_owned();
    Nozzle {
        number,
        product,
        state,
        message: None,
        tid: None,
        reader,
        card: None,
        sale: None,
        visit: None,
        totalizer: Some(1_234_567),
    }
}

fn site() -> Site {
    let list = ListStanding { version: 3, digest: String::new(), rows: 12, seconds: Some(5) };
    let sale =
        Sale { lock: lock(), ceiling: 5000, unit_price: 789, quantity: 4_321, amount: 3_409 };
    let purses = vec![PurseSeen { purse: "ed".to_owned(), balance: 150_000 }];
    let card = CardSeen { asn: lock().asn, state: "grey".to_owned(), purses, lock: Some(lock()) };
    let flowing = Nozzle { card: Some(card), sale: Some(sale), ..nozzle(2, "flowing") };
    Site {
        name: "north".to_owned(),
        version: "0.1.0".to_owned(),
        currency: "EUR".to_owned(),
        decimals: 2,
        nozzles: vec![nozzle(1, "free"), flowing],
        centre: Line {
            state: "down".to_owned(),
            reason: Some("refused".to_owned()),
            seconds: 7300,
            queue: 4,
        },
        neighbours: Vec::new(),
        blacklist: list.clone(),
        grey_list: ListStanding { seconds: None, ..list },
        journal: JournalStanding {
            records: 99,
            open_locks: 1,
            free: Some(3 << 20),
            takes_locks: false,
        },
        parameters: ParametersStanding { version: 8, next: Some(9), next_from: None },
        time: "20261018142501+0200".to_owned(),
        warnings: vec![Warning {
            name: "psam_silent".to_owned(),
            words: "no answer".to_owned(),
            nozzle: Some(1),
        }],
    }
}

#[test]
fn a_station_is_drawn_whole() {
    let open =
        OpenLock { lock: lock(), nozzle: Some(2), step: "claimed".to_owned(), amount: Some(3409) };
    let north = Seen { url: "http://127.0.0.1:1".to_owned(), is: Ok((site(), vec![open])) };
    let away = Seen { url: "http://127.0.0.1:2".to_owned(), is: Err("no connection".to_owned()) };
    let seen = [north, away];
    let drawn = text(&seen, 100);
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines.len(), usize::from(height(&seen)), "{drawn}");
    for (line, words) in [
        (0, "north — http://127.0.0.1:1 — 14:25:01"),
        (1, "centre down (refused) for 2 h, queue 4"),
        (
            2,
            "journal 99 entries, 1 open locks, 3 MiB free, NO NEW LOCKS; prices version 8, 9 waits",
        ),
        (3, "blacklist 12 rows, version 3, 5 s; grey list 12 rows, version 3, never checked"),
        (5, "1   Diesel         7.89     free"),
        (6, "flowing      6280100000000017 4.321 L      34.09      1234.567 L"),
        (7, "lock 112233445566-7 claimed at nozzle 2, 34.09, card 6280100000000017"),
        (8, "! psam_silent nozzle 1: no answer"),
        (10, "http://127.0.0.1:2"),
        (11, "no connection"),
    ] {
        assert!(lines[line].contains(words), "{words}:\n{drawn}");
    }
}

#[test]
fn a_narrow_screen_loses_letters_and_nothing_else() {
    let seen = [Seen { url: "x".to_owned(), is: Ok((site(), Vec::new())) }];
    assert_eq!(text(&seen, 20).lines().count(), usize::from(height(&seen)));
    assert!(text(&[], 80).trim().is_empty());
}
