//! A blank card and a blank PSAM, and an issuer that makes them.

use card::{Aid, CardKey, CardKeys, ConsumptionKey, NextKeys, Opening, Pin};
use crypto::{AesKey, Key};
use nvm::memory::Ram;
use perso::{
    Application, Birth, CardChip, CardGroupings, Chip, DataKey, Grouping, Issuer, PsamChip,
    PsamGroupings, Sending,
};
use wire::apdu::{CommandBytes, split_response};
use wire::blank_command::{CARD_MANAGER, ChannelOffer};
use wire::files::PublicData;
use wire::{Amount, BlankCommand, Date, Limit, Scheme, Suite, Tid};

pub(crate) const TRANSPORT: [u8; 16] = *b"a transport key!";
pub(crate) const OWN: [u8; 16] = *b"the chip's alone";
pub(crate) const HOST: [u8; 8] = *b"a random";

pub(crate) fn transport() -> AesKey {
    AesKey::new(TRANSPORT)
}

pub(crate) fn birth() -> Birth {
    Birth { chip: *b"chip no. 7", key_version: 1, transport: transport(), own: AesKey::new(OWN) }
}

pub(crate) fn blank<A: Application>() -> Ram {
    let mut ram = Ram::fixed(A::IMAGE_LEN);
    Chip::<_, A>::blank(&mut ram, &birth()).unwrap();
    Ram::holding(ram.bytes, false)
}

pub(crate) fn pin() -> Pin {
    Pin::from_digits("123456").unwrap()
}

/// Keys of all suites, so that each is carried.
pub(crate) fn card_profile() -> card::Profile {
    let key = |suite: Suite, fill: u8| CardKey {
        version: 3,
        algorithm: suite.byte(),
        key: Key::of(suite, core::array::from_fn(|at| fill ^ u8::try_from(at).unwrap())),
    };
    let triple = |fill| key(Suite::TripleDes, fill);
    let consumption = |index, suite: Suite, scheme, fill| ConsumptionKey {
        index,
        version: 3,
        algorithm: suite.byte(),
        scheme,
        key: key(suite, fill).key,
    };
    let keys = || CardKeys {
        consumption: [
            Some(consumption(1, Suite::TripleDes, Scheme::Field, 0x11)),
            Some(consumption(2, Suite::Aes, Scheme::Seed, 0x12)),
        ],
        load: triple(0x21),
        unlock: key(Suite::Sm4, 0x22),
        unload: triple(0x23),
        overdraft: triple(0x24),
        tac: key(Suite::Aes, 0x25),
        pin_unblock: triple(0x26),
        pin_reload: triple(0x27),
        maintenance: triple(0x28),
        internal: triple(0x29),
    };
    card::Profile {
        aid: Aid::default(),
        public: PublicData {
            issuer: [0, 0, 0, 0, 0, 0, 0, 1],
            kind: 1,
            version: 1,
            number: [0, 0, 0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17],
            start: Date::new(2026, 11, 22).unwrap(),
            expiry: Date::new(2036, 11, 22).unwrap(),
            fci: [1, 0],
        },
        keys: keys(),
        next: Some(NextKeys { fci: [2, 1], keys: of_version(keys(), 4) }),
        icc_key: Key::new(OWN),
        opening: [
            Opening {
                balance: Amount::new(20_500).unwrap(),
                limit: Limit::from_bytes([0, 1, 0xF4]),
                ctc: 7,
                otc: 3,
            },
            Opening::default(),
        ],
        error_limit: 3,
    }
}

/// The same keys under another version.
pub(crate) fn of_version(mut keys: CardKeys, version: u8) -> CardKeys {
    keys.consumption.iter_mut().flatten().for_each(|key| key.version = version);
    let CardKeys { load, unlock, unload, overdraft, tac, pin_unblock, pin_reload, .. } = &mut keys;
    let others = [load, unlock, unload, overdraft, tac, pin_unblock, pin_reload];
    others.into_iter().for_each(|key| key.version = version);
    keys.maintenance.version = version;
    keys.internal.version = version;
    keys
}

pub(crate) fn psam_profile() -> psam::Profile {
    let main_key = |version, suite: Suite, scheme, fill| psam::MainKey {
        version,
        algorithm: suite.byte(),
        scheme,
        key: Key::of(suite, [fill; 16]),
    };
    psam::Profile {
        tid: Tid([1, 2, 3, 4, 5, 6]),
        serial: *b"serial no.",
        aid: wire::files::DEFAULT_AID,
        consumption: [
            Some(main_key(1, Suite::TripleDes, Scheme::Field, 0x31)),
            Some(main_key(2, Suite::Aes, Scheme::Seed, 0x32)),
            None,
            None,
        ],
        record_key: Key::of(Suite::Sm4, [0x41; 16]),
        trn_key: Key::new(OWN),
        first_ttc: 77,
    }
}

/// What kind of chip is made: its groupings, and the image that must come out.
pub(crate) trait Sample: Application {
    fn groupings(sending: &Sending) -> Vec<Grouping>;
    /// As a shell formats it.
    fn image() -> Vec<u8>;
}

impl Sample for CardGroupings {
    fn groupings(sending: &Sending) -> Vec<Grouping> {
        let mut all = vec![sending.for_chip()];
        let key = transport();
        Self::of(&card_profile(), &pin(), DataKey::of(&key), &mut |one| all.push(one));
        all
    }

    fn image() -> Vec<u8> {
        let ram = Ram::fixed(card::IMAGE_LEN);
        card::Card::personalise(ram, &card_profile(), &pin()).unwrap().into_nvm().bytes
    }
}

impl Sample for PsamGroupings {
    fn groupings(sending: &Sending) -> Vec<Grouping> {
        let mut all = vec![sending.for_chip()];
        let key = transport();
        Self::of(&psam_profile(), DataKey::of(&key), &mut |one| all.push(one));
        all
    }

    fn image() -> Vec<u8> {
        let ram = Ram::fixed(psam::IMAGE_LEN);
        psam::Psam::personalise(ram, &psam_profile()).unwrap().into_nvm().bytes
    }
}

pub(crate) type Powered<'a, A> = Chip<&'a mut Ram, A>;

pub(crate) fn power_on<A: Application>(ram: &mut Ram) -> Powered<'_, A> {
    Chip::power_on(ram).unwrap()
}

/// Data and status word.
pub(crate) fn transmit<A: Application>(
    chip: &mut Powered<'_, A>,
    command: &[u8],
) -> (Vec<u8>, u16) {
    let answer = chip.transmit(command).unwrap();
    let (data, word) = split_response(&answer).unwrap();
    (data.to_vec(), word.0)
}

pub(crate) fn word<A: Application>(chip: &mut Powered<'_, A>, command: &[u8]) -> u16 {
    transmit(chip, command).1
}

pub(crate) fn select_manager() -> CommandBytes {
    BlankCommand::SelectName { name: &CARD_MANAGER, le: Some(0) }.encode()
}

pub(crate) fn initialize(host_challenge: [u8; 8]) -> CommandBytes {
    BlankCommand::InitializeUpdate { key_version: 0, host_challenge }.encode()
}

pub(crate) fn is_blank(ram: &Ram) -> bool {
    perso::is_blank(&mut ram.clone())
}

/// The commands of a whole personalisation up to EXTERNAL AUTHENTICATE, sent.
pub(crate) fn authenticated<A: Application>(chip: &mut Powered<'_, A>) -> Sending {
    let issuer = Issuer::new(transport(), HOST);
    let (answer, done) = transmit(chip, &issuer.initialize_update());
    assert_eq!((answer.len(), done), (ChannelOffer::LEN, 0x9000));
    let (sending, command) = issuer.hear(&answer).unwrap().authenticate();
    assert_eq!(word(chip, &command), 0x9000);
    sending
}

/// The STORE DATA commands of a whole personalisation.
pub(crate) fn stores(mut sending: Sending, groupings: &[Grouping]) -> Vec<CommandBytes> {
    let mut commands = Vec::new();
    for (at, grouping) in groupings.iter().enumerate() {
        let (next, command) = sending.store(grouping, at + 1 == groupings.len()).unwrap();
        sending = next;
        commands.push(command);
    }
    commands
}

/// All STORE DATA after the issuer was let in.
pub(crate) fn whole<A: Sample>(chip: &mut Powered<'_, A>) -> Vec<CommandBytes> {
    let sending = authenticated(chip);
    let groupings = A::groupings(&sending);
    stores(sending, &groupings)
}

/// A whole personalisation.
pub(crate) fn personalise<A: Sample>(chip: &mut Powered<'_, A>) {
    for command in whole(chip) {
        assert_eq!(word(chip, &command), 0x9000);
    }
}

/// What no answer may hold, nor what lies in the chip once it is personalised.
pub(crate) fn secrets() -> Vec<[u8; 16]> {
    let keys = card_profile().keys;
    let consumption = keys.consumption.iter().flatten().map(|key| *key.key.expose());
    let mut all: Vec<[u8; 16]> = consumption.collect();
    all.extend([keys.load, keys.tac, keys.internal].map(|key| *key.key.expose()));
    all.extend([TRANSPORT, OWN]);
    all
}

/// Names for the tests that go through both kinds.
pub(crate) type CardOf<'a> = CardChip<&'a mut Ram>;
pub(crate) type PsamOf<'a> = PsamChip<&'a mut Ram>;
