//! The blank chip: what it is made with, what it keeps, and what it answers.

use core::mem;

use crypto::{AesKey, Key};
use nvm::{Image, Kind, Nvm, NvmError, OpenError, Spec};
use wire::apdu::{ResponseBytes, response};
use wire::blank_command::{CARD_MANAGER, CODE, CardManager, ChannelOffer, StoreData};
use wire::files::MASTER_FILE;
use wire::{BlankCommand, Reader, StatusWord};
use zeroize::Zeroizing;

use crate::chip::{Application, Mute};
use crate::grouping::{self, DataKey, FOR_CHIP, is_sealed};
use crate::scp03::{Channel, Session, card_challenge};
use crate::tail::Tail;

/// Wrong issuers in a row that close a blank chip for good.
pub const TRIES: u8 = 10;

/// Format version of a blank chip's memory.
pub const FORMAT: u8 = 1;

const SLOT: usize = nvm::slot_len(State::LEN);
const SPEC: Spec = Spec { kind: Kind::Blank, version: FORMAT, fixed_len: Birth::LEN };

/// Bytes of a blank chip's memory, at the end of its medium. They lie in what becomes slot 1 of the application's image.
pub const BLANK_LEN: usize = nvm::image_len(Birth::LEN, SLOT);

/// What a blank chip is made with.
#[derive(Clone)]
pub struct Birth {
    /// The chip's own number, drawn at random.
    pub chip: [u8; 10],
    /// Version of the transport key.
    pub key_version: u8,
    /// The transport key.
    pub transport: AesKey,
    /// What becomes the key of the card's random numbers, or of the PSAM's TRN: random, and known to nobody, not to the
    /// issuer either.
    pub own: AesKey,
}

impl Birth {
    /// Kind of chip 1, number 10, key version 1, transport key 16, own key 16.
    const LEN: usize = 44;

    fn encode(&self, kind: Kind) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        bytes[0] = kind.code();
        bytes[1..11].copy_from_slice(&self.chip);
        bytes[11] = self.key_version;
        bytes[12..28].copy_from_slice(self.transport.expose());
        bytes[28..].copy_from_slice(self.own.expose());
        bytes
    }

    /// `None` for the chip of another kind.
    fn decode(bytes: &[u8; Self::LEN], kind: Kind) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        (reader.u8()? == kind.code()).then_some(())?;
        let (chip, key_version) = (reader.take()?, reader.u8()?);
        let (transport, own) = (AesKey::new(reader.take()?), AesKey::new(reader.take()?));
        Some(Self { chip, key_version, transport, own })
    }
}

/// What changes in a blank chip's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct State {
    /// Channels offered so far.
    counter: u32,
    /// Wrong issuers since the last right one.
    wrong: u8,
}

impl State {
    /// Counter 3, wrong issuers 1.
    const LEN: usize = 4;
    const LAST: u32 = 0x00FF_FFFF;

    const fn encode(self) -> [u8; Self::LEN] {
        let [_, a, b, c] = self.counter.to_be_bytes();
        [a, b, c, self.wrong]
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, wrong] = *<&[u8; Self::LEN]>::try_from(bytes).ok()?;
        Some(Self { counter: u32::from_be_bytes([0, a, b, c]), wrong })
    }

    const fn counter_bytes(self) -> [u8; 3] {
        let [_, a, b, c] = self.counter.to_be_bytes();
        [a, b, c]
    }
}

/// What one command leaves to the next. Every command takes it, and only the right one puts the next one back.
enum Ram<A> {
    Nothing,
    Offered(Session),
    Open(Gathering<A>),
}

/// The issuer is authenticated, and its groupings come in.
struct Gathering<A> {
    channel: Channel,
    /// The number that the next STORE DATA must carry.
    block: u8,
    /// Whether the issuer named this chip.
    for_me: bool,
    told: A,
}

/// What a command of a blank chip leads to.
pub(crate) enum Step<W> {
    Answer(ResponseBytes),
    /// The application can be made; the answer for when it is.
    Whole(W, ResponseBytes),
}

/// Why a command ends without data.
enum Stop {
    Refused(StatusWord),
    Mute,
}

impl From<StatusWord> for Stop {
    fn from(word: StatusWord) -> Self {
        Self::Refused(word)
    }
}

impl From<NvmError> for Stop {
    fn from(_: NvmError) -> Self {
        Self::Mute
    }
}

/// 9000 behind the data.
fn done<W>(data: &[u8]) -> Result<Step<W>, Stop> {
    Ok(Step::Answer(response(data, StatusWord::DONE)))
}

/// What may be shown of a blank chip: everything but its keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlankView {
    /// Its own number.
    pub chip: [u8; 10],
    /// Version of its transport key.
    pub key_version: u8,
    /// Check value of its transport key.
    pub check_value: [u8; 3],
    /// How many wrong issuers it still bears.
    pub tries_left: u8,
}

/// A blank chip with power.
pub struct Blank<N, A> {
    image: Image<Tail<N>, SLOT>,
    birth: Birth,
    state: State,
    ram: Ram<A>,
}

impl<N: Nvm, A: Application> Blank<N, A> {
    pub(crate) fn format(mut nvm: N, birth: &Birth) -> Result<Self, NvmError> {
        // It must lie in slot 1 alone: the tear tests hold that, this only finds a gross mistake before.
        const { assert!(BLANK_LEN <= A::IMAGE_LEN / 4, "a slot is much longer") };
        if nvm.len() > A::IMAGE_LEN {
            return Err(NvmError::OutOfRange);
        }
        // A medium that grows has its whole length from now on, and no image begins it.
        nvm.write(0, &[0; nvm::HEADER_LEN])?;
        nvm.write(A::IMAGE_LEN.saturating_sub(1), &[0])?;
        nvm.sync()?;
        let state = State { counter: 0, wrong: 0 };
        let (tail, fixed) = (Tail::of(nvm, BLANK_LEN), birth.encode(A::KIND));
        let image = Image::format(tail, SPEC, &*fixed, &state.encode())?;
        Ok(Self { image, birth: birth.clone(), state, ram: Ram::Nothing })
    }

    pub(crate) fn power_on(nvm: N) -> Result<Self, OpenError> {
        let (expected, found) = (A::IMAGE_LEN as u64, nvm.len() as u64);
        let mut fixed = Zeroizing::new([0; Birth::LEN]);
        let image = Image::open(Tail::of(nvm, BLANK_LEN), SPEC, &mut *fixed)?;
        let kind = Kind::Blank.code();
        let birth = Birth::decode(&fixed, A::KIND);
        let birth = birth.ok_or(OpenError::WrongKind { expected: A::KIND, found: kind })?;
        if expected != found {
            return Err(OpenError::WrongLength { expected, found });
        }
        let state = State::decode(image.payload()).ok_or(OpenError::BothCopiesDamaged)?;
        Ok(Self { image, birth, state, ram: Ram::Nothing })
    }

    /// The whole medium.
    pub(crate) fn into_nvm(self) -> N {
        self.image.into_nvm().into_inner()
    }

    pub(crate) fn nvm_mut(&mut self) -> &mut N {
        self.image.nvm_mut().inner_mut()
    }

    /// What may be shown.
    #[must_use]
    pub fn view(&self) -> BlankView {
        BlankView {
            chip: self.birth.chip,
            key_version: self.birth.key_version,
            check_value: self.birth.transport.check_value(),
            tries_left: self.tries_left(),
        }
    }

    const fn tries_left(&self) -> u8 {
        TRIES.saturating_sub(self.state.wrong)
    }

    pub(crate) fn transmit(&mut self, command: &[u8]) -> Result<Step<A::Whole>, Mute> {
        match self.answer(command) {
            Ok(step) => Ok(step),
            Err(Stop::Refused(word)) => Ok(Step::Answer(response(&[], word))),
            Err(Stop::Mute) => Err(Mute),
        }
    }

    fn answer(&mut self, bytes: &[u8]) -> Result<Step<A::Whole>, Stop> {
        let ram = mem::replace(&mut self.ram, Ram::Nothing);
        match (BlankCommand::parse(bytes)?, ram) {
            (BlankCommand::GetResponse, ram) => {
                // It serves the transport: it leaves every state, and nothing ever waits for it here.
                self.ram = ram;
                Err(StatusWord::CONDITIONS.into())
            }
            (BlankCommand::SelectName { name, le }, _) => self.select(*name == CARD_MANAGER, le),
            (BlankCommand::SelectFile { id, le }, _) => self.select(id == MASTER_FILE, le),
            (BlankCommand::InitializeUpdate { key_version, host_challenge }, _) => {
                self.initialize_update(key_version, host_challenge)
            }
            (BlankCommand::ExternalAuthenticate { cryptogram, mac }, Ram::Offered(session)) => {
                self.external_authenticate(session, cryptogram, mac)
            }
            (BlankCommand::StoreData(data), Ram::Open(gathering)) => self.store(gathering, &data),
            (BlankCommand::ExternalAuthenticate { .. } | BlankCommand::StoreData(_), _) => {
                Err(StatusWord::CONDITIONS.into())
            }
        }
    }

    fn select(&self, found: bool, le: Option<u8>) -> Result<Step<A::Whole>, Stop> {
        let answer = CardManager { tries_left: self.tries_left() }.encode();
        let exact = u8::try_from(answer.len()).unwrap_or(0);
        match le {
            _ if !found => Err(StatusWord::FILE_NOT_FOUND.into()),
            Some(le) if le != 0 && le != exact => Err(StatusWord::exact_length(exact).into()),
            _ => done(&answer),
        }
    }

    /// 9303 closed for good · 9403 another key version · 9402 counter. The counter moves before the challenge leaves.
    fn initialize_update(
        &mut self,
        key_version: u8,
        host_challenge: [u8; 8],
    ) -> Result<Step<A::Whole>, Stop> {
        self.require_open()?;
        if key_version != 0 && key_version != self.birth.key_version {
            return Err(StatusWord::NO_SUCH_KEY.into());
        }
        if self.state.counter >= State::LAST {
            return Err(StatusWord::SEQUENCE_EXHAUSTED.into());
        }
        self.commit(State { counter: self.state.counter.saturating_add(1), ..self.state })?;
        let counter = self.state.counter_bytes();
        let card_challenge = card_challenge(&self.birth.transport, counter);
        let session = Session::new(&self.birth.transport, host_challenge, card_challenge);
        let Birth { chip, key_version, .. } = self.birth;
        let cryptogram = session.card_cryptogram();
        self.ram = Ram::Offered(session);
        done(&ChannelOffer { chip, key_version, card_challenge, cryptogram, counter }.encode())
    }

    /// 63Cx wrong: counted in NVM before it is compared.
    fn external_authenticate(
        &mut self,
        session: Session,
        cryptogram: [u8; CODE],
        mac: [u8; CODE],
    ) -> Result<Step<A::Whole>, Stop> {
        self.require_open()?;
        self.commit(State { wrong: self.state.wrong.saturating_add(1), ..self.state })?;
        let opened = session.open(cryptogram, mac);
        let channel = opened.ok_or_else(|| StatusWord::tries_left(self.tries_left()))?;
        self.commit(State { wrong: 0, ..self.state })?;
        let told = A::default();
        self.ram = Ram::Open(Gathering { channel, block: 0, for_me: false, told });
        done(&[])
    }

    /// 6988 code · 6A86 not the next block · 6A80 a grouping · 6985 the last one, and something is missing. Whatever is
    /// refused ends the session, and with it all that was gathered.
    fn store(
        &mut self,
        gathering: Gathering<A>,
        command: &StoreData<'_>,
    ) -> Result<Step<A::Whole>, Stop> {
        let Gathering { channel, block, mut for_me, mut told } = gathering;
        let unwrapped = channel.unwrap(command);
        let (channel, plain) = unwrapped.ok_or(StatusWord::WRONG_SECURE_MESSAGE)?;
        if command.block != block {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        let (mut rest, key) = (plain.as_slice(), DataKey::of(&self.birth.transport));
        while let Some((id, value)) = grouping::next(&mut rest)? {
            if is_sealed(id) != command.sealed {
                return Err(StatusWord::WRONG_DATA.into());
            }
            if id == FOR_CHIP {
                for_me = !for_me && value == self.birth.chip;
                for_me.then_some(()).ok_or(StatusWord::WRONG_DATA)?;
            } else {
                told.take(id, value, key)?;
            }
        }
        if command.last {
            let own_key = Key::new(*self.birth.own.expose());
            let whole = told.whole(own_key).filter(|_| for_me).ok_or(StatusWord::CONDITIONS)?;
            return Ok(Step::Whole(whole, response(&[], StatusWord::DONE)));
        }
        self.ram = Ram::Open(Gathering { channel, block: block.wrapping_add(1), for_me, told });
        done(&[])
    }

    const fn require_open(&self) -> Result<(), StatusWord> {
        if self.tries_left() > 0 { Ok(()) } else { Err(StatusWord::LOCKED_FOR_GOOD) }
    }

    /// The memory first, then RAM.
    fn commit(&mut self, next: State) -> Result<(), NvmError> {
        self.image.commit(&next.encode())?;
        self.state = next;
        Ok(())
    }
}
