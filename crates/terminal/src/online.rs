//! On-line unlock at the terminal (claim 2): the centre decides, the card obeys and proves it.

use wire::card_command::{DebitForUnlock, Initialize};
use wire::response::InitUnlock;
use wire::{Amount, Asn, CardCommand, Date, Entry, GreyState, GreyStatus, Mac, Tid, Time};

use crate::exchange;
use crate::failure::{Failure, Refusal};
use crate::flow::keep_unread;
use crate::journal::Journal;
use crate::present::{Grey, TacUnread, clear_tac, read_status};
use crate::transport::Transport;

const KEY_INDEX: u8 = 1;

/// What goes to the centre: the full status and the INITIALIZE FOR UNLOCK response.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The card.
    pub asn: Asn,
    /// The terminal that asks.
    pub tid: Tid,
    /// GET GREY STATUS, P1 = 02.
    pub status: GreyStatus,
    /// The card's answer to INITIALIZE FOR UNLOCK.
    pub init: InitUnlock,
}

/// What the centre decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decided {
    /// What the card is debited.
    pub amount: Amount,
    /// The decision's date, unique with its time for the card.
    pub date: Date,
    /// The decision's time.
    pub time: Time,
    /// MAC2.
    pub mac2: Mac,
}

/// The card answered MAC3, which is durable in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Unlocked {
    /// What the card now shows.
    pub status: GreyStatus,
    /// The card's proof.
    pub mac3: Mac,
}

impl Grey {
    /// INITIALIZE FOR UNLOCK.
    pub fn ask(self, card: &mut impl Transport, tid: Tid) -> Result<Asked, Failure> {
        let purse = self.status().purse;
        let fields = Initialize { purse, key_index: KEY_INDEX, tid };
        let command = CardCommand::InitializeForUnlock(fields);
        let data = exchange::card(card, &command)?;
        let init =
            InitUnlock::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        Ok(Asked { asn: self.asn(), tid, status: *self.status(), init })
    }
}

impl Asked {
    /// DEBIT FOR UNLOCK, then the card's status with MAC3 made durable. Nothing may be sent to
    /// the card between INITIALIZE and this.
    pub fn debit(
        self,
        card: &mut impl Transport,
        journal: &mut impl Journal,
        decided: &Decided,
    ) -> Result<Unlocked, Failure> {
        let Decided { amount, date, time, mac2 } = *decided;
        let command = CardCommand::DebitForUnlock(DebitForUnlock { amount, date, time, mac2 });
        let data = exchange::card(card, &command)?;
        let mac3: [u8; 4] =
            data.data().try_into().map_err(|_| Failure::Malformed { command: command.name() })?;
        let (status, _) = read_status(card)?;
        if status.state != GreyState::UnlockedOnline || status.b != Mac(mac3) {
            return Err(Refusal::UnexpectedState.into());
        }
        journal.append(&Entry::TacSeen { asn: self.asn, status })?;
        Ok(Unlocked { status, mac3: Mac(mac3) })
    }
}

impl Unlocked {
    /// Clears TACUF, once the centre has MAC3 or the journal keeps it.
    pub fn clear(self, card: &mut impl Transport) -> Result<(), Failure> {
        clear_tac(card).map(|_| ())
    }
}

impl TacUnread {
    /// Makes what the card shows durable, whosever sale it was (protocol §9).
    pub fn keep(&self, journal: &mut impl Journal) -> Result<(), Failure> {
        Ok(journal.append(&Entry::TacSeen { asn: self.asn(), status: *self.status() })?)
    }

    /// Takes the TAC of a debit off the card: once it is durable TACUF is cleared, and what the clearing answers is kept in
    /// the same way (protocol §9).
    ///
    /// # Errors
    /// Journal or card failed: the card shows it again.
    pub fn collect(
        &self,
        card: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<(), Failure> {
        keep_unread(self, journal)?;
        let cleared = clear_tac(card)?;
        if cleared.state == GreyState::Debited && cleared.b != self.status().b {
            // The short form has no TTC: that of the long one is the debit's.
            let status = GreyStatus { more: self.status().more, ..cleared };
            journal.append(&Entry::TacSeen { asn: self.asn(), status })?;
        }
        Ok(())
    }
}
