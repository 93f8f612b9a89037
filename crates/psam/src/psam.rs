//! The door: power, parsing, the gate, one flat `match`, and the commit.

use core::fmt;

use nvm::{Image, Kind, Nvm, NvmError, OpenError, Spec};
use wire::apdu::{ResponseBytes, response};
use wire::{Buf, PsamCommand, StatusWord};
use zeroize::Zeroizing;

use crate::profile::Profile;
use crate::purchase::PendingPurchase;
use crate::state::State;
use crate::view::PsamView;

/// Format version of a PSAM's image: of the profile and of the state.
pub const FORMAT: u8 = 2;

const SLOT_LEN: usize = nvm::slot_len(State::LEN);
const SPEC: Spec = Spec { kind: Kind::Psam, version: FORMAT, fixed_len: Profile::LEN };

/// Bytes of memory that a PSAM needs, exactly.
pub const IMAGE_LEN: usize = nvm::image_len(Profile::LEN, SLOT_LEN);

/// The memory failed under a command, so no answer left and none leaves until power comes back:
/// [`Psam::into_nvm`], then [`Psam::power_on`]. What happened, happened wholly or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PowerLost;

impl fmt::Display for PowerLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the PSAM's memory failed during a command: power the PSAM on again")
    }
}

impl core::error::Error for PowerLost {}

/// A PSAM with power.
pub struct Psam<N> {
    image: Image<N, SLOT_LEN>,
    pub(crate) profile: Profile,
    pub(crate) state: State,
    pub(crate) selected: Selected,
    /// What waits for CREDIT SAM PURCHASE; only in RAM.
    pub(crate) purchase: Option<PendingPurchase>,
    failure: Option<NvmError>,
}

/// What SELECT chose; only in RAM.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selected {
    Nothing,
    Directory,
    Application,
}

/// Why a command ends without data.
pub(crate) enum Stop {
    /// Refused, and answered so.
    Refused(StatusWord),
    /// Nothing can be answered.
    Nvm(NvmError),
}

impl From<StatusWord> for Stop {
    fn from(status: StatusWord) -> Self {
        Self::Refused(status)
    }
}

impl From<NvmError> for Stop {
    fn from(error: NvmError) -> Self {
        Self::Nvm(error)
    }
}

/// Room for the longest answer, an FCI.
pub(crate) type Data = Buf<48>;
pub(crate) type Outcome = Result<Data, Stop>;

impl<N: Nvm> Psam<N> {
    /// Writes a new PSAM over whatever the memory holds; `nvm` has exactly [`IMAGE_LEN`] bytes or grows to them.
    ///
    /// # Errors
    /// What the memory reports; then it holds no PSAM.
    pub fn personalise(nvm: N, profile: &Profile) -> Result<Self, NvmError> {
        Self::format(nvm, profile.clone(), State::new(profile.first_ttc))
    }

    /// Makes a PSAM of a blank chip, whose memory is at the medium's end: it stands untouched until the PSAM is there, in
    /// one step (docs/personalisation.md).
    ///
    /// # Errors
    /// What the memory reports. It then holds the blank chip, or the PSAM.
    pub fn personalise_blank(nvm: N, profile: &Profile) -> Result<Self, NvmError> {
        let (profile, state) = (profile.clone(), State::new(profile.first_ttc));
        let fixed = profile.encode();
        let image = Image::supersede(nvm, SPEC, fixed.as_slice(), state.encode().as_slice())?;
        Ok(Self::with_power(image, profile, state))
    }

    /// Writes a PSAM of today's format.
    pub(crate) fn format(nvm: N, profile: Profile, state: State) -> Result<Self, NvmError> {
        let fixed = profile.encode();
        let image = Image::format(nvm, SPEC, fixed.as_slice(), state.encode().as_slice())?;
        Ok(Self::with_power(image, profile, state))
    }

    /// Gives power to a PSAM, and finishes what a power failure interrupted. Writes nothing on a clean image.
    ///
    /// # Errors
    /// What is wrong with the image. [`OpenError::FixedDamaged`] and [`OpenError::BothCopiesDamaged`] also stand for
    /// sections with a right CRC whose bytes are no profile or no state.
    pub fn power_on(nvm: N) -> Result<Self, OpenError> {
        let mut fixed = Zeroizing::new([0; Profile::LEN]);
        let image = Image::open(nvm, SPEC, fixed.as_mut_slice())?;
        let profile = Profile::decode(fixed.as_slice()).ok_or(OpenError::FixedDamaged)?;
        let state = State::decode(image.payload()).ok_or(OpenError::BothCopiesDamaged)?;
        Ok(Self::with_power(image, profile, state))
    }

    const fn with_power(image: Image<N, SLOT_LEN>, profile: Profile, state: State) -> Self {
        Self { image, profile, state, selected: Selected::Nothing, purchase: None, failure: None }
    }

    /// Carries out one command and answers it.
    ///
    /// # Errors
    /// [`PowerLost`] when the memory failed, now or before.
    pub fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, PowerLost> {
        if self.failure.is_some() {
            return Err(PowerLost);
        }
        match PsamCommand::parse(command).map_err(Stop::from).and_then(|command| self.run(&command))
        {
            Ok(data) => Ok(response(&data, StatusWord::DONE)),
            Err(Stop::Refused(status)) => Ok(response(&[], status)),
            Err(Stop::Nvm(error)) => {
                self.failure = Some(error);
                Err(PowerLost)
            }
        }
    }

    fn run(&mut self, command: &PsamCommand<'_>) -> Outcome {
        self.gate(command)?;
        match command {
            PsamCommand::Select { name, by_id, le } => self.select(name, *by_id, *le),
            PsamCommand::ReadBinary { sfi, offset, le } => self.read_binary(*sfi, *offset, *le),
            PsamCommand::GetResponse => Err(StatusWord::CONDITIONS.into()),
            PsamCommand::InitGreyLock(fields) => self.init_grey_lock(fields),
            PsamCommand::CertificateGreyLock { ttc, mac2 } => {
                self.certificate_grey_lock(*ttc, *mac2)
            }
            PsamCommand::DebitGreyUnlock(fields) => self.debit_grey_unlock(fields),
            PsamCommand::GetGmac(ttc) => self.repeat_gmac(*ttc),
            PsamCommand::InitPurchase(fields) => self.init_purchase(fields),
            PsamCommand::CreditPurchase { mac2 } => self.credit_purchase(*mac2),
        }
    }

    /// What is allowed where. The files can be read in the directory too: deployed terminals look for them there.
    fn gate(&self, command: &PsamCommand<'_>) -> Result<(), StatusWord> {
        match (self.selected, command) {
            (_, PsamCommand::Select { .. })
            | (Selected::Directory, PsamCommand::ReadBinary { .. })
            | (Selected::Application, _) => Ok(()),
            (Selected::Nothing | Selected::Directory, _) => Err(StatusWord::CONDITIONS),
        }
    }

    /// Makes `next` durable, and only then the state.
    pub(crate) fn commit(&mut self, next: State) -> Result<(), NvmError> {
        self.image.commit(next.encode().as_slice())?;
        self.state = next;
        Ok(())
    }
}

impl<N> Psam<N> {
    /// A reset by the reader: nothing is selected any more. It does not heal a memory that failed.
    pub fn reset(&mut self) {
        self.selected = Selected::Nothing;
        self.purchase = None;
    }

    /// What may be shown. After [`PowerLost`] it is how things stood before the command.
    #[must_use]
    pub fn view(&self) -> PsamView {
        PsamView::of(&self.profile, &self.state)
    }

    /// Why it is mute, if it is.
    #[must_use]
    pub const fn failure(&self) -> Option<NvmError> {
        self.failure
    }

    /// The memory. Who writes to it breaks the PSAM.
    pub fn nvm_mut(&mut self) -> &mut N {
        self.image.nvm_mut()
    }

    /// Takes power away and gives the memory back.
    #[must_use]
    pub fn into_nvm(self) -> N {
        self.image.into_nvm()
    }
}

/// Without keys and locks.
impl<N> fmt::Debug for Psam<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Psam")
            .field("tid", &self.profile.tid)
            .field("next_ttc", &self.state.next.shown())
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
