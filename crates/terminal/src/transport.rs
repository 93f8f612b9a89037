//! What the terminal works with: card, PSAM, pump and clock come from outside.

use wire::Stamp;
use wire::apdu::ResponseBytes;

use crate::sale::Open;

/// Card or PSAM gave no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// The command certainly never went out.
    NotSent,
    /// The command may have been executed.
    Unknown,
}

/// A card or PSAM that takes a command and gives an answer with its status word.
pub trait Transport {
    /// Sends a command; an answer under two bytes is [`Lost::Unknown`].
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost>;

    /// False when the reader knows that nothing is in it.
    fn is_present(&mut self) -> bool {
        true
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        (**self).transmit(command)
    }

    fn is_present(&mut self) -> bool {
        (**self).is_present()
    }
}

/// The terminal's local civil time.
pub trait Clock {
    /// Now, with the offset from UTC.
    fn now(&mut self) -> Stamp;
}

impl<T: Clock + ?Sized> Clock for &mut T {
    fn now(&mut self) -> Stamp {
        (**self).now()
    }
}

/// The dispenser gives no reading. What flowed is not known before it answers again, so nothing is claimed until then:
/// the journal leaves the lock where a power cut would.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoReading;

/// The pump, outlet or counter. Its totalizer outlives a power cut.
pub trait Dispenser {
    /// Everything that ever flowed, in thousandths of the product's unit.
    fn totalizer(&mut self) -> Result<u64, NoReading>;

    /// Opens the nozzle up to the ceiling of `permit`, waits until it closes, and answers the
    /// totalizer then. Only a certified lock whose `locked` step is durable gives a permit.
    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading>;
}
