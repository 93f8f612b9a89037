//! An opened image as something to send commands to.

use card::Card;
use nvm::{Kind, Nvm, NvmError, OpenError, identify};
use perso::{Application, BlankView, CardChip, PsamChip};
use psam::Psam;
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::error::{Error, Fault};
use crate::media::fault::{FaultLog, MediumFault};
use crate::media::{FileNvm, Growth, Place, Snapshot};

/// A card or a PSAM over a medium.
pub trait Chip<N: Nvm>: Sized {
    /// What its image says it is.
    const KIND: Kind;
    /// Whether it may be blank: one that waits for its personalisation.
    const MAY_BE_BLANK: bool;

    /// Gives it power.
    ///
    /// # Errors
    /// What is wrong with the image.
    fn power_on(medium: N) -> Result<Self, OpenError>;
}

macro_rules! chip {
    ($name:ident, $kind:expr, $may_be_blank:literal) => {
        impl<N: Nvm> Chip<N> for $name<N> {
            const KIND: Kind = $kind;
            const MAY_BE_BLANK: bool = $may_be_blank;

            fn power_on(medium: N) -> Result<Self, OpenError> {
                $name::power_on(medium)
            }
        }
    };
}
chip!(Card, Kind::Card, false);
chip!(Psam, Kind::Psam, false);
chip!(CardChip, Kind::Card, true);
chip!(PsamChip, Kind::Psam, true);

/// A chip with power. Dropping it pulls it out.
#[derive(Debug)]
pub struct Slot<C> {
    chip: C,
    faults: FaultLog,
}

/// A card in its slot.
pub type CardSlot<N = FileNvm> = Slot<Card<N>>;
/// A PSAM in its slot.
pub type PsamSlot<N = FileNvm> = Slot<Psam<N>>;

impl<C: Chip<FileNvm>> Slot<C> {
    /// Opens an image and powers it on; no other process has it until the slot is dropped.
    ///
    /// # Errors
    /// A reader (this build has none), no such file, an image of another kind, a damaged one, or one in use.
    pub fn open(place: &Place) -> Result<Self, Error> {
        let medium = FileNvm::open(place.image()?, Growth::Fixed)?;
        let faults = medium.faults();
        Self::over(medium, place, faults)
    }
}

impl<C> Slot<C> {
    /// Powers on a medium whose faults `faults` tells.
    ///
    /// # Errors
    /// An image of another kind, a damaged one, or power that failed.
    pub fn over<N: Nvm>(mut medium: N, place: &Place, faults: FaultLog) -> Result<Self, Error>
    where
        C: Chip<N>,
    {
        check_kind(&mut medium, C::KIND, place)?;
        if !C::MAY_BE_BLANK {
            check_personalised(&mut medium, C::KIND, place)?;
        }
        match C::power_on(medium) {
            Ok(chip) => Ok(Self { chip, faults }),
            Err(error) => Err(describe_open_error(&error, C::KIND, place, &faults)),
        }
    }

    /// The chip itself, to look at.
    pub const fn chip(&self) -> &C {
        &self.chip
    }

    /// Why there was no answer.
    #[must_use]
    pub fn why_lost(&self, place: &Place) -> Error {
        lost(place, &self.faults)
    }
}

macro_rules! transport {
    ($name:ident) => {
        impl<N: Nvm> Transport for Slot<$name<N>> {
            fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
                self.chip.transmit(command).map_err(|_| Lost::Unknown)
            }
        }
    };
}
transport!(Card);
transport!(Psam);
transport!(CardChip);
transport!(PsamChip);

/// Looks at a card without changing its image.
///
/// # Errors
/// As [`Slot::open`].
pub fn look_at_card(place: &Place) -> Result<card::View, Error> {
    look(place).map(|slot: Slot<Card<Snapshot>>| slot.chip().view())
}

/// Looks at a PSAM without changing its image.
///
/// # Errors
/// As [`Slot::open`].
pub fn look_at_psam(place: &Place) -> Result<psam::PsamView, Error> {
    look(place).map(|slot: Slot<Psam<Snapshot>>| slot.chip().view())
}

/// What a blank chip shows, without changing its image; `None` for one that is personalised, or is no chip.
///
/// # Errors
/// The file cannot be read, or it holds a blank chip that is damaged or of another kind.
pub fn look_at_blank<A: Application>(place: &Place) -> Result<Option<BlankView>, Error>
where
    perso::Chip<Snapshot, A>: Chip<Snapshot>,
{
    let mut medium = Snapshot::read(place.image()?)?;
    if !perso::is_blank(&mut medium) {
        return Ok(None);
    }
    let slot: Slot<perso::Chip<Snapshot, A>> = Slot::over(medium, place, FaultLog::default())?;
    Ok(match slot.chip() {
        perso::Chip::Blank(blank) => Some(blank.view()),
        perso::Chip::Issued(_) | perso::Chip::Mute => None,
    })
}

fn look<C: Chip<Snapshot>>(place: &Place) -> Result<Slot<C>, Error> {
    Slot::over(Snapshot::read(place.image()?)?, place, FaultLog::default())
}

/// Before the image is opened, so that a mistaken path is told as such.
fn check_kind<N: Nvm>(medium: &mut N, wanted: Kind, place: &Place) -> Result<(), Error> {
    match identify(medium).map(|header| Kind::from_code(header.kind)) {
        Ok(Some(found)) if found != wanted => {
            let (found, wanted) = (found.name(), wanted.name());
            Err(Error::usage(format!("{place} is the image of {found}, {wanted} is wanted here"))
                .advice("check the paths"))
        }
        // Any other mistake is told by opening it.
        _ => Ok(()),
    }
}

/// Before the image is opened, so that a blank chip is told as such.
///
/// # Errors
/// It is blank.
pub(crate) fn check_personalised<N: Nvm>(
    medium: &mut N,
    kind: Kind,
    place: &Place,
) -> Result<(), Error> {
    if !perso::is_blank(medium) {
        return Ok(());
    }
    let command = if kind == Kind::Psam { "psam" } else { "card" };
    Err(Error::usage(format!("{place} is a blank chip: it is not personalised yet")).advice(
        format!("`greylock {command} issue --out {place} --transport-key FILE` makes it one"),
    ))
}

/// What is wrong with an image, as an error of the command.
#[must_use]
pub fn describe_open_error(
    error: &OpenError,
    kind: Kind,
    place: &Place,
    faults: &FaultLog,
) -> Error {
    match error {
        OpenError::Nvm(NvmError::PowerLost | NvmError::Failed) => lost(place, faults),
        OpenError::WrongKind { expected, found } if *found == Kind::Blank.code() => Error::usage(
            format!("{place} is a blank chip of another kind, {} is wanted here", expected.name()),
        )
        .advice("check the paths"),
        OpenError::NotAnImage | OpenError::WrongKind { .. } => {
            Error::usage(format!("{place}: {error}"))
        }
        OpenError::OlderVersion { .. } => Error::usage(format!("{place}: {error}")).advice(
            "`greylock card migrate` or `greylock psam migrate` brings it to the format of today",
        ),
        _ => Error::new(Fault::Lost, format!("{place} cannot be used as {}: {error}", kind.name())),
    }
}

fn lost(place: &Place, faults: &FaultLog) -> Error {
    match faults.first() {
        Some(MediumFault::Torn) => Error::new(
            Fault::Torn,
            format!("the power of {place} was taken away in a write, as asked"),
        )
        .advice("the next power-on repairs the image"),
        Some(MediumFault::Refused(why)) => Error::new(
            Fault::Lost,
            format!("{place} gave no answer, its file refused an access: {why}"),
        )
        .advice("check the disk's free space and health, then power it on again"),
        None => {
            Error::new(Fault::Lost, format!("{place} gave no answer")).advice("power it on again")
        }
    }
}
