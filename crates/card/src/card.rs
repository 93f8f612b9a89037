//! The card itself: the door that every command passes, and where it goes from there.

use core::fmt;

use crypto::Direction;
use nvm::{Image, Kind, Nvm, NvmError, OpenError, Spec};
use wire::apdu::{ResponseBytes, response};
use wire::{CardCommand, StatusWord};
use zeroize::Zeroizing;

use crate::FORMAT_VERSION;
use crate::pin::{self, Pin};
use crate::profile::Profile;
use crate::select::numbered;
use crate::session::{Ram, Session};
use crate::state::{MESSAGE_TRIES, State};

/// Size of one slot of the image.
pub(crate) const SLOT: usize = nvm::slot_len(State::LEN);

const SPEC: Spec = Spec { kind: Kind::Card, version: FORMAT_VERSION, fixed_len: Profile::LEN };

/// Power or memory failed: the card gives no answer and stays mute until it is powered on again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PowerLost;

impl fmt::Display for PowerLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the card lost power or its memory failed: power it on again, then read GET GREY STATUS")
    }
}

impl core::error::Error for PowerLost {}

/// Why a command ends without its data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// The card answers this status word and nothing else.
    Refused(StatusWord),
    /// The card answers nothing.
    PowerLost,
}

impl From<StatusWord> for Stop {
    fn from(word: StatusWord) -> Self {
        Self::Refused(word)
    }
}

impl From<NvmError> for Stop {
    fn from(_: NvmError) -> Self {
        Self::PowerLost
    }
}

/// What a command gives.
pub(crate) type Answer = Result<ResponseBytes, Stop>;

/// 9000 behind the data.
pub(crate) fn done(data: &[u8]) -> Answer {
    Ok(response(data, StatusWord::DONE))
}

/// `Ok` when `good`, else the status word.
pub(crate) const fn require(good: bool, word: StatusWord) -> Result<(), StatusWord> {
    if good { Ok(()) } else { Err(word) }
}

/// A card with power.
pub struct Card<N> {
    image: Image<N, SLOT>,
    pub(crate) profile: Profile,
    /// Equal to what the image holds, always.
    pub(crate) state: State,
    pub(crate) ram: Ram,
    mute: bool,
}

impl<N: Nvm> Card<N> {
    /// Writes a new card over whatever the medium holds, which must be [`IMAGE_LEN`](crate::IMAGE_LEN) bytes long (or
    /// grow), and powers it on.
    ///
    /// # Errors
    /// What the medium reports. A personalisation that was cut short is not an image.
    pub fn personalise(nvm: N, profile: &Profile, pin: &Pin) -> Result<Self, NvmError> {
        Self::format(nvm, profile.clone(), State::new(profile, pin))
    }

    /// Makes a card of a blank chip, whose memory is at the medium's end: it stands untouched until the card is there, in
    /// one step (docs/personalisation.md).
    ///
    /// # Errors
    /// What the medium reports. The medium then holds the blank chip, or the card.
    pub fn personalise_blank(nvm: N, profile: &Profile, pin: &Pin) -> Result<Self, NvmError> {
        let (profile, state) = (profile.clone(), State::new(profile, pin));
        let image = Image::supersede(nvm, SPEC, &*profile.encode(), &*state.encode())?;
        Ok(Self { image, profile, state, ram: Ram::default(), mute: false })
    }

    /// Writes a card of today's format.
    pub(crate) fn format(nvm: N, profile: Profile, state: State) -> Result<Self, NvmError> {
        let image = Image::format(nvm, SPEC, &*profile.encode(), &*state.encode())?;
        Ok(Self { image, profile, state, ram: Ram::default(), mute: false })
    }

    /// Powers a card on: repairs what a power failure left, and writes nothing where nothing was left.
    ///
    /// # Errors
    /// Why the memory holds no card that can be trusted.
    pub fn power_on(nvm: N) -> Result<Self, OpenError> {
        let mut fixed = Zeroizing::new([0; Profile::LEN]);
        let image = Image::open(nvm, SPEC, &mut *fixed)?;
        let profile = Profile::decode(&fixed).ok_or(OpenError::FixedDamaged)?;
        let state = State::decode(image.payload()).filter(|state| state.fits(&profile));
        let state = state.ok_or(OpenError::BothCopiesDamaged)?;
        Ok(Self { image, profile, state, ram: Ram::default(), mute: false })
    }

    /// Answers a command: data and status word.
    ///
    /// # Errors
    /// [`PowerLost`]: no answer, not even a status word; the command happened wholly or not at all.
    pub fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, PowerLost> {
        if self.mute {
            return Err(PowerLost);
        }
        match self.answer(command) {
            Ok(answer) => Ok(answer),
            Err(Stop::Refused(word)) => Ok(response(&[], word)),
            Err(Stop::PowerLost) => {
                self.mute = true;
                self.ram = Ram::default();
                Err(PowerLost)
            }
        }
    }

    /// The order of checks (protocol §5): bytes, selection, application lock; the rest is the command's.
    fn answer(&mut self, bytes: &[u8]) -> Answer {
        if let [0x00, 0xC0, _, _, ..] = bytes {
            // GET RESPONSE serves the transport: it leaves every state, and nothing ever waits for it here.
            CardCommand::parse(bytes)?;
            return Err(StatusWord::CONDITIONS.into());
        }
        let session = self.ram.take_session();
        let command = CardCommand::parse(bytes)?;
        pin::check_digits(&command)?;
        self.gate(&command)?;
        self.dispatch(&command, session)
    }

    /// Nothing on a blocked card; nothing but SELECT before SELECT; on a locked application only what reads or frees.
    fn gate(&self, command: &CardCommand<'_>) -> Result<(), StatusWord> {
        require(!self.state.card_blocked, StatusWord::APPLICATION_LOCKED)?;
        if let CardCommand::SelectName { .. } | CardCommand::SelectFile { .. } = command {
            return Ok(());
        }
        require(self.ram.application_selected(), StatusWord::CONDITIONS)?;
        let open = works_when_locked(command) || !self.application_locked();
        require(open, StatusWord::APPLICATION_LOCKED)
    }

    fn dispatch(&mut self, command: &CardCommand<'_>, session: Session) -> Answer {
        match *command {
            CardCommand::SelectName { name, le } => self.select(self.named(name), le),
            CardCommand::SelectFile { id, le } => self.select(numbered(id), le),
            CardCommand::ReadBinary { sfi, offset } => self.read_binary(sfi, offset),
            CardCommand::ReadRecord { sfi, number } => self.read_record(sfi, number),
            CardCommand::UpdateBinary { sfi, offset, data } => self.update(sfi, offset, data),
            CardCommand::UpdateBinaryProtected { sfi, offset, data, mac } => {
                self.update_protected(session.challenge()?, (sfi, offset, data), mac)
            }
            CardCommand::VerifyPin { digits } => self.verify_pin(digits),
            CardCommand::ChangePin { old, new } => self.change_pin(old, new),
            CardCommand::ReloadPin { digits, mac } => self.reload_pin(digits, mac),
            CardCommand::UnblockPin { block, mac } => {
                self.unblock_pin(session.challenge()?, block, mac)
            }
            CardCommand::GetChallenge { len } => self.challenge(len),
            CardCommand::GetBalance(purse) => self.balance(purse),
            CardCommand::ExternalAuthenticate { mac } => {
                self.external_authenticate(session.challenge()?, mac)
            }
            CardCommand::InternalAuthenticate { data } => self.internal_authenticate(data),
            CardCommand::ApplicationBlock { mac } => self.block(session.challenge()?, mac),
            CardCommand::ApplicationUnblock { mac } => self.unblock(session.challenge()?, mac),
            CardCommand::CardBlock { mac } => self.card_block(session.challenge()?, mac),
            CardCommand::SwitchKeys { version, mac } => {
                self.switch_keys(session.challenge()?, version, mac)
            }
            CardCommand::GetResponse => Err(StatusWord::CONDITIONS.into()),
            CardCommand::InitializeForLoad(data) => self.begin_transfer(Direction::Load, data),
            CardCommand::CreditForLoad(data) => {
                self.transfer(session.pre_transfer(Direction::Load)?, data)
            }
            CardCommand::InitializeForUnload(data) => self.begin_transfer(Direction::Unload, data),
            CardCommand::DebitForUnload(data) => {
                self.transfer(session.pre_transfer(Direction::Unload)?, data)
            }
            CardCommand::InitializeForPurchase(data) => self.initialize_for_purchase(data),
            CardCommand::DebitForPurchase(data) => {
                self.debit_for_purchase(session.pre_purchase()?, data)
            }
            CardCommand::InitializeForUpdate { key_index, tid } => {
                self.initialize_for_update(key_index, tid)
            }
            CardCommand::UpdateOverdrawLimit(data) => {
                self.update_overdraw_limit(session.pre_update()?, data)
            }
            CardCommand::GetTransactionProve { tag, sequence } => self.prove(tag, sequence),
            CardCommand::InitializeForRefuel(data) => self.initialize_for_refuel(&data),
            CardCommand::LockForRefuel(data) => self.lock_for_refuel(session.pre_refuel()?, &data),
            CardCommand::DebitForRefuel(data) => self.debit_for_refuel(&data),
            CardCommand::GetGreyStatus(mode) => self.grey_status(mode),
            CardCommand::InitializeForUnlock(data) => self.initialize_for_unlock(&data),
            CardCommand::DebitForUnlock(data) => {
                self.debit_for_unlock(session.pre_unlock()?, &data)
            }
        }
    }

    /// Changes the state: the memory first, then RAM.
    pub(crate) fn commit(&mut self, change: impl FnOnce(&mut State)) -> Result<(), NvmError> {
        let mut next = self.state.clone();
        change(&mut next);
        self.image.commit(&*next.encode())?;
        self.state = next;
        Ok(())
    }
}

/// Application locked (protocol §5): these go on, all else is 6A81.
///
/// Every command is named, so that a new one does not compile until it is decided.
const fn works_when_locked(command: &CardCommand<'_>) -> bool {
    match command {
        CardCommand::SelectName { .. }
        | CardCommand::SelectFile { .. }
        | CardCommand::ReadBinary { .. }
        | CardCommand::ReadRecord { .. }
        | CardCommand::GetBalance(_)
        | CardCommand::GetChallenge { .. }
        | CardCommand::GetGreyStatus(_)
        | CardCommand::ApplicationUnblock { .. }
        | CardCommand::GetResponse => true,
        CardCommand::UpdateBinary { .. }
        | CardCommand::UpdateBinaryProtected { .. }
        | CardCommand::VerifyPin { .. }
        | CardCommand::ChangePin { .. }
        | CardCommand::ReloadPin { .. }
        | CardCommand::UnblockPin { .. }
        | CardCommand::ExternalAuthenticate { .. }
        | CardCommand::InternalAuthenticate { .. }
        | CardCommand::ApplicationBlock { .. }
        | CardCommand::CardBlock { .. }
        | CardCommand::SwitchKeys { .. }
        | CardCommand::InitializeForLoad(_)
        | CardCommand::CreditForLoad(_)
        | CardCommand::InitializeForUnload(_)
        | CardCommand::DebitForUnload(_)
        | CardCommand::InitializeForPurchase(_)
        | CardCommand::DebitForPurchase(_)
        | CardCommand::InitializeForUpdate { .. }
        | CardCommand::UpdateOverdrawLimit(_)
        | CardCommand::GetTransactionProve { .. }
        | CardCommand::InitializeForRefuel(_)
        | CardCommand::LockForRefuel(_)
        | CardCommand::DebitForRefuel(_)
        | CardCommand::InitializeForUnlock(_)
        | CardCommand::DebitForUnlock(_) => false,
    }
}

impl<N> Card<N> {
    /// A warm reset: selection, PIN and every state in RAM go. It does not wake a mute card.
    pub fn reset(&mut self) {
        self.ram = Ram::default();
    }

    /// Derived, never stored: a counter at its limit, or blocked by command.
    pub(crate) const fn application_locked(&self) -> bool {
        self.state.blocked
            || self.state.error_counter >= self.profile.error_limit
            || self.state.message_failures >= MESSAGE_TRIES
    }

    /// The medium. Who writes to the card's bytes through it breaks the card.
    pub fn nvm_mut(&mut self) -> &mut N {
        self.image.nvm_mut()
    }

    /// Takes the power away and gives the medium back.
    #[must_use]
    pub fn into_nvm(self) -> N {
        self.image.into_nvm()
    }
}

/// Without keys and state.
impl<N> fmt::Debug for Card<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("mute", &self.mute).finish_non_exhaustive()
    }
}
