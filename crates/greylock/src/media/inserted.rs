//! A card or a PSAM wherever it is: an image, or a chip in a reader.

use card::Card;
use perso::Application;
use psam::Psam;
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::error::Error;
use crate::media::{CardSlot, Chip, FileNvm, Place, PsamSlot, ReaderSlot, Slot};

/// A card with power.
pub type CardIn = Inserted<Card<FileNvm>>;
/// A PSAM with power.
pub type PsamIn = Inserted<Psam<FileNvm>>;

/// A chip with power that may be blank.
pub type AnyIn<A> = Inserted<perso::Chip<FileNvm, A>>;

/// A chip with power. Dropping it takes the power away.
pub enum Inserted<C> {
    /// Of an image; its memory can be looked at.
    Image(Box<Slot<C>>),
    /// In a reader; it says what its commands say.
    Reader(Box<ReaderSlot>),
}

impl CardIn {
    /// Opens the image, or connects to the reader.
    ///
    /// # Errors
    /// Why there is no card with power.
    pub fn open(place: &Place) -> Result<Self, Error> {
        Ok(match place {
            Place::Image(_) => Self::Image(Box::new(CardSlot::open(place)?)),
            Place::Reader(part) => Self::Reader(Box::new(ReaderSlot::open_card(part)?)),
        })
    }

    /// The memory of an image.
    pub fn view(&self) -> Option<card::View> {
        match self {
            Self::Image(slot) => Some(slot.chip().view()),
            Self::Reader(_) => None,
        }
    }
}

impl PsamIn {
    /// Opens the image, or connects to the reader.
    ///
    /// # Errors
    /// Why there is no PSAM with power.
    pub fn open(place: &Place) -> Result<Self, Error> {
        Ok(match place {
            Place::Image(_) => Self::Image(Box::new(PsamSlot::open(place)?)),
            Place::Reader(part) => Self::Reader(Box::new(ReaderSlot::open_psam(part)?)),
        })
    }
}

impl<A: Application> AnyIn<A>
where
    perso::Chip<FileNvm, A>: Chip<FileNvm>,
{
    /// Opens the image, or connects to the reader. A break ends the personalisation, so that none is healed.
    ///
    /// # Errors
    /// Why there is no chip with power.
    pub fn open(place: &Place) -> Result<Self, Error> {
        Ok(match place {
            Place::Image(_) => Self::Image(Box::new(Slot::open(place)?)),
            Place::Reader(part) => Self::Reader(Box::new(ReaderSlot::open_psam(part)?)),
        })
    }
}

impl<C> Transport for Inserted<C>
where
    Slot<C>: Transport,
{
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        match self {
            Self::Image(slot) => slot.transmit(command),
            Self::Reader(slot) => slot.transmit(command),
        }
    }

    fn is_present(&mut self) -> bool {
        match self {
            Self::Image(slot) => slot.is_present(),
            Self::Reader(slot) => slot.is_present(),
        }
    }
}
