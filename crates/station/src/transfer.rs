//! A card's visit for a load or an unload (protocol §7).

use terminal::transfer::{Carried, Transfer, TransferAsked, proof};
use terminal::{CardIs, Checks, Failure, Ready, Refusal, Transport, present};
use wire::{Amount, Asn, Mac, Report, Tid};

use crate::link::{Link, LinkDown, OpenTransfer, Taken, TransferAnswer};

/// A load or unload that the card carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transferred {
    /// What was asked for.
    pub asked: TransferAsked,
    /// The card's receipt.
    pub tac: Mac,
    /// The balance afterwards.
    pub balance_after: Amount,
    /// The centre has the receipt. If not, it asks any terminal to get it from the card again.
    pub confirmed: bool,
}

/// Why nothing was loaded or unloaded, as far as anybody knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotTransferred {
    /// Something broke, or card or terminal said no.
    Failed(Failure),
    /// The centre refuses; in its words.
    Refused(String),
    /// The centre cannot be reached: nothing is loaded without it.
    NoLink,
    /// The card is grey: it must be unlocked first.
    Grey,
    /// The card shows an unread code that the centre has not taken, and a load would wipe it.
    Unread,
    /// The decision went to the card, and its answer is lost: its next visit at any terminal
    /// shows whether it was carried out.
    Unknown {
        /// What was asked for.
        asked: TransferAsked,
        /// What broke.
        failure: Failure,
    },
}

impl From<Failure> for NotTransferred {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Refusal> for NotTransferred {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(refusal.into())
    }
}

/// A whole load or unload of a card that is free.
pub fn transfer(
    card: &mut impl Transport,
    link: &mut impl Link,
    checks: &Checks<'_>,
    wish: &Transfer<'_>,
    tid: Tid,
) -> Result<Transferred, NotTransferred> {
    let ready = free_card(card, link)?;
    // A load wipes the proof of the one before: the centre has to have it.
    prove_open(card, link, ready.asn())?.map_err(|_| NotTransferred::NoLink)?;
    let asked = ready.admit(checks)?.ask_transfer(card, wish, tid)?;
    // One session gets one answer: asking twice costs nothing.
    let answer = link.transfer(&asked).or_else(|_| link.transfer(&asked));
    let decided = match answer {
        Ok(TransferAnswer::Decided(decided)) => decided,
        Ok(TransferAnswer::Refused(reason)) => return Err(NotTransferred::Refused(reason)),
        Err(_) => return Err(NotTransferred::NoLink),
    };
    let tac = match asked.carry_out(card, &decided) {
        Carried::Done(tac) => tac,
        Carried::NotDone(failure) => return Err(failure.into()),
        Carried::Unknown(failure) => return Err(NotTransferred::Unknown { asked, failure }),
    };
    let TransferAsked { way, purse, init, .. } = asked;
    let open = OpenTransfer { way, purse, otc: init.otc };
    let confirmed = link.prove_transfer(asked.asn, open, tac) == Ok(true)
        // What the wire made of the first answer, the card tells again.
        || prove_again(card, link, asked.asn, open);
    Ok(Transferred { asked, tac, balance_after: balance_after(&asked), confirmed })
}

fn prove_again(
    card: &mut impl Transport,
    link: &mut impl Link,
    asn: Asn,
    open: OpenTransfer,
) -> bool {
    let proof = proof(card, open.way.tag(open.purse), open.otc).ok().flatten();
    proof.is_some_and(|tac| link.prove_transfer(asn, open, tac) == Ok(true))
}

fn balance_after(asked: &TransferAsked) -> Amount {
    let before = asked.init.balance;
    let after = match asked.way {
        terminal::transfer::Way::Load => before.checked_add(asked.amount),
        terminal::transfer::Way::Unload => before.checked_sub(asked.amount),
    };
    after.unwrap_or(before)
}

/// The card, when it is free and nothing on it would be lost.
fn free_card(card: &mut impl Transport, link: &mut impl Link) -> Result<Ready, NotTransferred> {
    match present(card)? {
        CardIs::Grey(_) => Err(NotTransferred::Grey),
        CardIs::Ready(ready) => Ok(ready),
        CardIs::TacUnread(unread) => {
            let seen = Report::TacSeen(unread.asn(), *unread.status());
            match link.report(&[seen]) {
                Ok(Taken::All) => Ok(unread.kept()),
                Ok(Taken::Some) => Err(NotTransferred::Unread),
                Err(_) => Err(NotTransferred::NoLink),
            }
        }
    }
}

/// Asks the card for the proofs that the centre still waits for, and brings them; whether it has
/// got all that the card shows.
pub(crate) fn prove_open(
    card: &mut impl Transport,
    link: &mut impl Link,
    asn: Asn,
) -> Result<Result<(), LinkDown>, Failure> {
    let open = match link.open_transfers(asn) {
        Ok(open) => open,
        Err(down) => return Ok(Err(down)),
    };
    let mut brought = Ok(());
    for open in open {
        match proof(card, open.way.tag(open.purse), open.otc) {
            Ok(Some(tac)) => brought = brought.and(link.prove_transfer(asn, open, tac).map(drop)),
            // Not the last of its kind any more, or not at all: succession tells.
            Ok(None) | Err(Failure::CardRefused { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(brought)
}
