//! Where cards are put in, and the PSAM's place.

use std::sync::Arc;
use std::time::Duration;

use terminal::Transport;

/// A chip with power. Dropping it takes the power away.
pub type ChipTransport = Box<dyn Transport + Send>;

/// Says whether the card is still in. Asked while fuel flows, from beside the exchange with the card.
pub trait Presence: Send + Sync {
    /// False once the card was pulled, also when another is in by now.
    fn is_in(&self) -> bool;
}

/// A card that was put in.
pub struct CardInside {
    /// To talk to it; it has power.
    pub chip: ChipTransport,
    /// Whether this very card is still in.
    pub presence: Arc<dyn Presence>,
}

/// Why a reader cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReaderSilent(pub String);

/// A reader for cards.
pub trait CardSlot: Send {
    /// `image`, `pcsc`, `socket` or `hands`, and the place of it where it has one.
    fn describe(&self) -> (&'static str, Option<String>);

    /// Waits for a card that was not given out before, at most so long, and gives it power. `None` when none came. A card
    /// that was given out and is still in is not given again before it was pulled.
    ///
    /// # Errors
    /// The reader does not work; it is asked again later.
    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent>;

    /// Gives the card that is in power again, after its power was taken away or its exchange broke.
    ///
    /// # Errors
    /// The reader does not work.
    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent>;
}

/// The place of a PSAM.
pub trait PsamSlot: Send {
    /// Gives the PSAM power and a transport to it; asked again after it was silent.
    ///
    /// # Errors
    /// There is none, or it does not answer.
    fn power(&mut self) -> Result<ChipTransport, ReaderSilent>;
}
