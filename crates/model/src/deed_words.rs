//! Deeds in plain words, for the traces.

use std::fmt;

use wire::{CardCommand, GreyState, Report};

use crate::centre_wire::Line;
use crate::deed::Deed;

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |index: &u8| index + 1;
        match self {
            Self::Refuel { card, terminal, line, amount } => write!(
                f,
                "card {} is put in at terminal {} ({line}) for fuel of {amount}",
                number(card),
                number(terminal)
            ),
            Self::Visit { card, terminal, line } => write!(
                f,
                "card {} is put in at terminal {} ({line}) to be freed or read",
                number(card),
                number(terminal)
            ),
            Self::Wake { terminal } => {
                write!(f, "terminal {} starts, with no card in it", number(terminal))
            }
            Self::Hear { terminal, report } => {
                write!(f, "the centre hears from station {}: {}", number(terminal), said(report))
            }
            Self::Arrive(_) => f.write_str("an unlock request that was late reaches the centre"),
            Self::Replay { card, command } => {
                let name = CardCommand::parse(command).map_or("a command", |c| c.name());
                write!(f, "somebody plays an old {name} to card {}", number(card))
            }
            Self::Clear { card } => {
                write!(f, "somebody clears the unread TAC of card {}", number(card))
            }
            Self::Lie { terminal, report } => {
                write!(f, "station {} lies: {}", number(terminal), said(report))
            }
        }
    }
}

fn said(report: &Report) -> String {
    match report {
        Report::Sale(record, _) => {
            format!("sale of {} on TTC {}", record.delivery.amount, record.terms.id.ttc)
        }
        Report::Grey(record) => {
            format!("grey record of {} on TTC {}", record.delivery.amount, record.terms.id.ttc)
        }
        Report::Unproved(terms, _, delivery) => {
            format!("unproved delivery of {} on TTC {}", delivery.amount, terms.id.ttc)
        }
        Report::NoDispense(terms) => format!("no dispense on TTC {}", terms.id.ttc),
        Report::Void(_, ttc) => format!("TTC {ttc} is void"),
        Report::Purchase(terms, _) => {
            format!("purchase of {} on TTC {}", terms.amount, terms.id.ttc)
        }
        Report::PurchaseUnknown(terms) => {
            format!("purchase of {} on TTC {}, answer lost", terms.amount, terms.id.ttc)
        }
        Report::TacSeen(_, status) => match status.state {
            GreyState::UnlockedOnline => "a card shows MAC3".to_owned(),
            _ => "a card shows its TAC".to_owned(),
        },
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "no line",
            Self::NoList => "line without the list",
            Self::Up => "line up",
        })
    }
}
