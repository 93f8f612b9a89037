//! The issuer's side of personalisation: commands out, answers in. It sends nothing itself.

use core::fmt;

use crypto::AesKey;
use crypto::check::same_bytes;
use wire::BlankCommand;
use wire::apdu::CommandBytes;
use wire::blank_command::ChannelOffer;

use crate::grouping::{FOR_CHIP, Grouping};
use crate::scp03::{Channel, Session};

/// An issuer that has not yet heard its chip.
pub struct Issuer {
    transport: AesKey,
    host_challenge: [u8; 8],
}

/// Why an answer to INITIALIZE UPDATE leads no further. Nothing was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoChannel {
    /// It is no answer of our secure channel.
    OtherProtocol,
    /// The chip has another transport key, or is none of ours.
    OtherKey,
}

impl fmt::Display for NoChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherProtocol => "the chip offers no secure channel of protocol 03, variant 10",
            Self::OtherKey => "the chip has another transport key",
        })
    }
}

impl core::error::Error for NoChannel {}

impl Issuer {
    /// With the transport key and a random number.
    #[must_use]
    pub const fn new(transport: AesKey, host_challenge: [u8; 8]) -> Self {
        Self { transport, host_challenge }
    }

    /// INITIALIZE UPDATE, for whichever version of the transport key the chip has.
    #[must_use]
    pub fn initialize_update(&self) -> CommandBytes {
        let host_challenge = self.host_challenge;
        BlankCommand::InitializeUpdate { key_version: 0, host_challenge }.encode()
    }

    /// Hears the data of the answer. The chip proves its key before it is sent anything that it would count.
    ///
    /// # Errors
    /// The chip is not one that this key opens.
    pub fn hear(self, answer: &[u8]) -> Result<Offered, NoChannel> {
        let offer = ChannelOffer::parse(answer).ok_or(NoChannel::OtherProtocol)?;
        let session = Session::new(&self.transport, self.host_challenge, offer.card_challenge);
        if same_bytes(&session.card_cryptogram(), &offer.cryptogram) {
            Ok(Offered { chip: offer.chip, session })
        } else {
            Err(NoChannel::OtherKey)
        }
    }
}

/// The chip is one of ours.
pub struct Offered {
    /// Its number, which the chip confirms when its personalisation begins.
    pub chip: [u8; 10],
    session: Session,
}

impl Offered {
    /// EXTERNAL AUTHENTICATE, and what sends the groupings once it is answered with 9000.
    #[must_use]
    pub fn authenticate(self) -> (Sending, CommandBytes) {
        let (channel, command) = self.session.authenticate();
        (Sending { chip: self.chip, channel, block: 0 }, command)
    }
}

/// A channel through which groupings go, one by one.
pub struct Sending {
    chip: [u8; 10],
    channel: Channel,
    block: u8,
}

impl Sending {
    /// The chip's number.
    #[must_use]
    pub const fn chip(&self) -> [u8; 10] {
        self.chip
    }

    /// The grouping that names the chip. A chip that is another refuses it.
    #[must_use]
    pub fn for_chip(&self) -> Grouping {
        Grouping::new(FOR_CHIP, &self.chip)
    }

    /// STORE DATA with one grouping; `None` only for one that is too long, which none of ours is.
    #[must_use]
    pub fn store(self, grouping: &Grouping, last: bool) -> Option<(Self, CommandBytes)> {
        let Self { chip, channel, block } = self;
        let (channel, command) =
            channel.wrap(last, grouping.is_sealed(), block, &grouping.encode())?;
        Some((Self { chip, channel, block: block.wrapping_add(1) }, command))
    }
}
