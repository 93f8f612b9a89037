//! Load and unload at the terminal (protocol §7): the card proves where it stands, the centre
//! decides, the card obeys and proves it. The terminal keeps nothing: the centre's decision is
//! durable, and the card keeps its proof until the next load or unload.

use wire::card_command::{Decided, InitializeAmount};
use wire::response::InitLoad;
use wire::{Amount, Asn, CardCommand, Date, Kind, Mac, Purse, Tag, Tid, Time};

use crate::exchange;
use crate::failure::Failure;
use crate::lock::KEY_INDEX;
use crate::present::{Admitted, present};
use crate::transport::{Lost, Transport};

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    /// Onto the card.
    Load,
    /// Off the card.
    Unload,
}

impl Way {
    /// The tag of the transaction.
    #[must_use]
    pub const fn tag(self, purse: Purse) -> Tag {
        match self {
            Self::Load => Kind::Load.of(purse),
            Self::Unload => Kind::Unload.of(purse),
        }
    }
}

/// What a customer wants.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<'a> {
    /// Which way.
    pub way: Way,
    /// Which purse.
    pub purse: Purse,
    /// BCD digits of the PIN.
    pub pin: &'a [u8],
    /// How much.
    pub amount: Amount,
}

/// What goes to the centre. Nothing may be sent to the card between this and the decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferAsked {
    /// Which way.
    pub way: Way,
    /// The card.
    pub asn: Asn,
    /// The terminal that asks.
    pub tid: Tid,
    /// The purse.
    pub purse: Purse,
    /// How much.
    pub amount: Amount,
    /// The card's answer to INITIALIZE FOR LOAD or FOR UNLOAD.
    pub init: InitLoad,
}

/// What the centre decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferDecided {
    /// The decision's date, unique with its time for the card.
    pub date: Date,
    /// The decision's time.
    pub time: Time,
    /// MAC2.
    pub mac2: Mac,
}

/// How a decision that went to the card ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carried {
    /// The card did it: its TAC.
    Done(Mac),
    /// It did not, and will not: any command ended its pre-load state.
    NotDone(Failure),
    /// Nobody knows: any terminal may ask the card for its proof later.
    Unknown(Failure),
}

impl Admitted {
    /// VERIFY PIN, then INITIALIZE FOR LOAD or FOR UNLOAD.
    pub fn ask_transfer(
        self,
        card: &mut impl Transport,
        transfer: &Transfer<'_>,
        tid: Tid,
    ) -> Result<TransferAsked, Failure> {
        let Transfer { way, purse, pin, amount } = *transfer;
        exchange::card(card, &CardCommand::VerifyPin { digits: pin })?;
        let fields = InitializeAmount { purse, key_index: KEY_INDEX, amount, tid };
        let command = match way {
            Way::Load => CardCommand::InitializeForLoad(fields),
            Way::Unload => CardCommand::InitializeForUnload(fields),
        };
        let data = exchange::card(card, &command)?;
        let init =
            InitLoad::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        Ok(TransferAsked { way, asn: self.public.asn(), tid, purse, amount, init })
    }
}

impl TransferAsked {
    /// CREDIT FOR LOAD or DEBIT FOR UNLOAD. An answer that was lost, and a refusal, are believed
    /// only as far as the card's proof agrees.
    pub fn carry_out(&self, card: &mut impl Transport, decided: &TransferDecided) -> Carried {
        let failure = match self.send(card, decided) {
            Ok(tac) => return Carried::Done(tac),
            Err(failure @ Failure::CardLost { lost: Lost::NotSent, .. }) => {
                return Carried::NotDone(failure);
            }
            Err(failure) => failure,
        };
        match self.ask_again(card) {
            Ok(Some(tac)) => Carried::Done(tac),
            Ok(None) => Carried::NotDone(failure),
            Err(_) => Carried::Unknown(failure),
        }
    }

    fn send(&self, card: &mut impl Transport, decided: &TransferDecided) -> Result<Mac, Failure> {
        let TransferDecided { date, time, mac2 } = *decided;
        let fields = Decided { date, time, mac2 };
        let command = match self.way {
            Way::Load => CardCommand::CreditForLoad(fields),
            Way::Unload => CardCommand::DebitForUnload(fields),
        };
        let data = exchange::card(card, &command)?;
        let tac =
            data.data().try_into().map_err(|_| Failure::Malformed { command: command.name() })?;
        Ok(Mac(tac))
    }

    /// A card that lost its power for a moment is selected anew.
    fn ask_again(&self, card: &mut impl Transport) -> Result<Option<Mac>, Failure> {
        let tag = self.way.tag(self.purse);
        match proof(card, tag, self.init.otc) {
            Err(failure @ Failure::CardRefused { .. }) => match present(card)?.asn() == self.asn {
                true => proof(card, tag, self.init.otc),
                false => Err(failure),
            },
            result => result,
        }
    }
}

/// GET TRANSACTION PROVE: the TAC of a load or unload under this OTC, when it was the last one.
pub fn proof(card: &mut impl Transport, tag: Tag, otc: u16) -> Result<Option<Mac>, Failure> {
    Ok(exchange::prove(card, tag, otc)?.map(|proof| proof.tac))
}
