//! The line protocol, byte for byte.

use std::time::Duration;

use dispenser::line::{Answer, Request};
use dispenser::{OrderId, Reading, State, Unit};

use crate::support::order;

#[test]
fn every_request_is_its_line() {
    let requests = [
        (Request::Nozzle(1), "NOZZLE 1"),
        (Request::Read, "READ"),
        (Request::Open(order("112233445566-7", 50_000)), "OPEN 112233445566-7 50000 789"),
        (Request::Stop, "STOP"),
        (Request::Wait(Duration::from_millis(100)), "WAIT 100"),
    ];
    for (request, line) in requests {
        assert_eq!(request.to_string(), line);
        assert_eq!(line.parse(), Ok(request));
    }
}

#[test]
fn every_answer_is_its_line() {
    let id = || OrderId::new("112233445566-7").unwrap();
    let reading = |state| Answer::Reading(Reading { state, totalizer: 123_456 });
    let answers = [
        (Answer::Nozzle(1, Unit::Litre), "NOZZLE 1 L"),
        (Answer::Nozzle(200, Unit::KilowattHour), "NOZZLE 200 kWh"),
        (reading(State::Idle), "IDLE 123456"),
        (reading(State::Open(id())), "OPEN 112233445566-7 123456"),
        (reading(State::Finished(id())), "FINISHED 112233445566-7 123456"),
        (Answer::No("the hose is broken".to_owned()), "NO the hose is broken"),
    ];
    for (answer, line) in answers {
        assert_eq!(answer.to_string(), line);
        assert_eq!(line.parse(), Ok(answer));
    }
}

#[test]
fn other_lines_are_told_what_would_be_right() {
    let wrong = [
        "",
        "read",
        "READ ",
        " READ",
        "READ 1",
        "NOZZLE",
        "NOZZLE 256",
        "NOZZLE -1",
        "NOZZLE +1",
        "OPEN a 1",
        "OPEN a_b 1 1",
        "OPEN a 18446744073709551616 1",
        "OPEN a 1 4294967296",
        "WAIT 1001",
        "WAIT 1.5",
        "IDLE 1",
        "\u{1b}[2J",
    ];
    for line in wrong {
        let error = line.parse::<Request>().unwrap_err().to_string();
        assert!(error.contains("want NOZZLE n, READ"), "{error}");
        assert!(!error.contains('\u{1b}'), "{error}");
    }
    for line in ["", "IDLE", "IDLE x", "OPEN 1", "FINISHED a b 1", "NOZZLE 1 gallon", "READ"] {
        assert!(line.parse::<Answer>().is_err(), "{line}");
    }
}

#[test]
fn an_order_has_a_plain_name() {
    assert!(OrderId::new(&"x".repeat(40)).is_ok());
    for name in ["", "a b", "a\n", "ä", &"x".repeat(41)] {
        assert!(OrderId::new(name).is_err(), "{name}");
    }
}
