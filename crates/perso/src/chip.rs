//! A chip through its life: blank, then a card or a PSAM.

use core::{fmt, mem};

use crypto::Key;
use nvm::{Kind, Nvm, NvmError, OpenError, identify};
use wire::StatusWord;
use wire::apdu::ResponseBytes;

use crate::blank::{BLANK_LEN, Birth, Blank, Step};
use crate::grouping::DataKey;
use crate::tail::Tail;

/// Power or memory failed: no answer leaves, until the chip is powered on again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the chip lost power or its memory failed: power it on again")
    }
}

impl core::error::Error for Mute {}

/// What a blank chip can become. A value of it gathers the data groupings.
pub trait Application: Default {
    /// What its image says it is.
    const KIND: Kind;
    /// Bytes of its image, which are those of the blank chip too.
    const IMAGE_LEN: usize;

    /// The chip once it is personalised.
    type Issued<N: Nvm>;
    /// Everything that it is made with.
    type Whole;

    /// Takes one grouping in.
    ///
    /// # Errors
    /// 6A80 for one that is unknown, malformed, there already, or against another.
    fn take(&mut self, id: u16, value: &[u8], key: DataKey<'_>) -> Result<(), StatusWord>;

    /// All of it, with the key that the chip has of its own; `None` while something is missing.
    fn whole(self, own_key: Key) -> Option<Self::Whole>;

    /// Makes the application exist, in one step.
    ///
    /// # Errors
    /// What the medium reports. It then holds the blank chip, or the application.
    fn found<N: Nvm>(nvm: N, whole: &Self::Whole) -> Result<Self::Issued<N>, NvmError>;

    /// Gives power to a personalised chip.
    ///
    /// # Errors
    /// What is wrong with its image.
    fn power_on<N: Nvm>(nvm: N) -> Result<Self::Issued<N>, OpenError>;

    /// A command to a personalised chip.
    ///
    /// # Errors
    /// Power or memory failed.
    fn transmit<N: Nvm>(
        issued: &mut Self::Issued<N>,
        command: &[u8],
    ) -> Result<ResponseBytes, Mute>;

    /// Its medium.
    fn nvm_mut<N: Nvm>(issued: &mut Self::Issued<N>) -> &mut N;
}

/// A chip with power.
pub enum Chip<N: Nvm, A: Application> {
    /// It waits for its personalisation.
    Blank(Blank<N, A>),
    /// It has its application, and the commands of personalisation are closed for good.
    Issued(A::Issued<N>),
    /// Its memory failed while the application was made: it answers nothing until it is powered on again.
    Mute,
}

/// Whether a medium holds a blank chip. A blank chip's memory lies at the end of the medium, and no image begins it.
pub fn is_blank<N: Nvm>(nvm: &mut N) -> bool {
    let no_image = matches!(identify(nvm), Err(OpenError::NotAnImage | OpenError::HeaderDamaged));
    let found = identify(&mut Tail::of(nvm, BLANK_LEN));
    no_image && found.is_ok_and(|header| header.kind == Kind::Blank.code())
}

impl<N: Nvm, A: Application> Chip<N, A> {
    /// Writes a new blank chip over whatever the medium holds, which must be as long as the application's image.
    ///
    /// # Errors
    /// What the medium reports.
    pub fn blank(nvm: N, birth: &Birth) -> Result<Self, NvmError> {
        Blank::format(nvm, birth).map(Self::Blank)
    }

    /// Powers a chip on, blank or personalised.
    ///
    /// # Errors
    /// Why the memory holds no chip that can be trusted.
    pub fn power_on(mut nvm: N) -> Result<Self, OpenError> {
        if is_blank(&mut nvm) {
            Blank::power_on(nvm).map(Self::Blank)
        } else {
            A::power_on(nvm).map(Self::Issued)
        }
    }

    /// Answers a command. The last STORE DATA of a personalisation makes the application exist before it is answered.
    ///
    /// # Errors
    /// [`Mute`]: no answer, not even a status word; the command happened wholly or not at all.
    pub fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Mute> {
        match self {
            Self::Issued(issued) => A::transmit(issued, command),
            Self::Mute => Err(Mute),
            Self::Blank(blank) => match blank.transmit(command) {
                Ok(Step::Answer(answer)) => Ok(answer),
                Ok(Step::Whole(whole, answer)) => {
                    self.found(&whole)?;
                    Ok(answer)
                }
                Err(mute) => {
                    *self = Self::Mute;
                    Err(mute)
                }
            },
        }
    }

    /// Mute from before the first write until the application is there.
    fn found(&mut self, whole: &A::Whole) -> Result<(), Mute> {
        let Self::Blank(blank) = mem::replace(self, Self::Mute) else { return Err(Mute) };
        *self = Self::Issued(A::found(blank.into_nvm(), whole).map_err(|_| Mute)?);
        Ok(())
    }

    /// The medium, unless it was lost with the power. Who writes to the chip's bytes through it breaks the chip.
    pub fn nvm_mut(&mut self) -> Option<&mut N> {
        match self {
            Self::Blank(blank) => Some(blank.nvm_mut()),
            Self::Issued(issued) => Some(A::nvm_mut(issued)),
            Self::Mute => None,
        }
    }
}

/// Without keys.
impl<N: Nvm, A: Application> fmt::Debug for Chip<N, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank(_) => "Blank(..)",
            Self::Issued(_) => "Issued(..)",
            Self::Mute => "Mute",
        })
    }
}
