//! Where a station's cards and PSAMs are put in: the readers behind a running station's nozzles.
//!
//! | module | holds |
//! |---|---|
//! | `place` | [`CardPlace`]: a reader as the configuration names it |
//! | `image` | an image file: its card is in as long as the file is there |
//! | `socket` | a port to which a virtual card connects, as `greylock card serve IMAGE --vpcd HOST:PORT` does |
//! | `plugged` | a virtual card at such a port: power, commands, and whether it is still there |
//! | `pcsc` | a PC/SC reader, with the feature `pcsc` |
//! | `psam` | a PSAM, of an image or in a reader |

mod image;
#[cfg(feature = "pcsc")]
mod pcsc;
mod place;
mod plugged;
mod psam;
mod socket;

pub(crate) use place::CardPlace;
pub(crate) use psam::psam_slot;

use forecourt::{CardSlot, ReaderSilent};

use self::image::ImageSlot;
use self::socket::SocketSlot;
use crate::error::Error;

/// The reader at this place.
///
/// # Errors
/// A port that is taken, or a reader that this build cannot reach. A reader that is not there yet is none: it is waited
/// for.
pub(crate) fn card_slot(place: &CardPlace) -> Result<Box<dyn CardSlot>, Error> {
    Ok(match place {
        CardPlace::Image(path) => Box::new(ImageSlot::new(path)),
        CardPlace::Socket(at) => Box::new(SocketSlot::listen(*at)?),
        #[cfg(feature = "pcsc")]
        CardPlace::Reader(part) => Box::new(self::pcsc::ReaderCards::new(part)),
        #[cfg(not(feature = "pcsc"))]
        CardPlace::Reader(part) => {
            return Err(crate::media::no_pcsc(&format!("it cannot reach the reader `{part}`")));
        }
    })
}

/// Why a reader or what is in it cannot be used, in one line.
fn silent(error: &Error) -> ReaderSilent {
    ReaderSilent(error.to_string().replace("\n  ", "; "))
}
