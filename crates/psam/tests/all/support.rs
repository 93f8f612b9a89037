//! A PSAM on a bench, and a mini card that makes its codes with `crypto`.

use crypto::session::Randoms;
use crypto::{Debit, Key, Lock, Purchase, SessionKey};
use nvm::Nvm;
use nvm::memory::Ram;
use psam::{IMAGE_LEN, MainKey, Profile, Psam};
use wire::apdu::{command, split_response};
use wire::files::DEFAULT_AID;
use wire::psam_command::{DebitGreyUnlock, End, InitGreyLock, InitPurchase};
use wire::response::{InitSam, InitSamPurchase};
use wire::{
    Amount, Asn, Date, Dispersing, Icc, KeyRef, Mac, PsamCommand, Purse, Scheme, Tid, Time, Ttc,
};

pub(crate) const TID: Tid = Tid([0x12, 0x34, 0x56, 0x78, 0x90, 0x01]);
pub(crate) const SERIAL: [u8; 10] = [0x53, 1, 2, 3, 4, 5, 6, 7, 8, 9];
pub(crate) const SEED: KeyRef = KeyRef { version: 1, algorithm: 0 };
pub(crate) const FIELD: KeyRef = KeyRef { version: 2, algorithm: 0 };
/// Bytes of one copy of the state: next TTC 4, sixteen slots of 66, generation and CRC.
pub(crate) const SLOT_LEN: usize = 4 + psam::SLOTS * 74 + nvm::OVERHEAD;
pub(crate) const WRONG: Mac = Mac([0xDE, 0xAD, 0xBE, 0xEF]);

pub(crate) fn main_key(key: KeyRef) -> Key {
    Key::new([0xA0 | key.version; 16].map(|byte| byte ^ 0x35))
}

pub(crate) fn record_key() -> Key {
    Key::new([0x77; 16]).for_psam(TID)
}

pub(crate) fn scheme(key: KeyRef) -> Scheme {
    if key == SEED { Scheme::Seed } else { Scheme::Field }
}

pub(crate) fn profile() -> Profile {
    let made = |KeyRef { version, algorithm }: KeyRef| {
        let key = KeyRef { version, algorithm };
        Some(MainKey { version, algorithm, scheme: scheme(key), key: main_key(key) })
    };
    // The third key is of a suite that is not there.
    let other_suite = KeyRef { version: 3, algorithm: 0x30 };
    Profile {
        tid: TID,
        serial: SERIAL,
        aid: DEFAULT_AID,
        consumption: [made(SEED), made(FIELD), made(other_suite), None],
        record_key: record_key(),
        trn_key: Key::new(*b"the key of TRN 0"),
        first_ttc: Profile::FIRST_TTC,
    }
}

pub(crate) type Sam = Psam<Ram>;

/// A new PSAM with its application selected.
pub(crate) fn new_sam() -> Sam {
    sam_of(&profile())
}

pub(crate) fn sam_of(profile: &Profile) -> Sam {
    let mut sam = Psam::personalise(Ram::fixed(IMAGE_LEN), profile).unwrap();
    select(&mut sam);
    sam
}

/// The same PSAM after a clean loss of power, its application selected again.
pub(crate) fn power_cycle(sam: Sam) -> Sam {
    sam_in(sam.into_nvm())
}

/// A second PSAM with the same memory.
pub(crate) fn copy_of(sam: &mut Sam) -> Sam {
    sam_in(Ram::holding(sam.nvm_mut().bytes.clone(), false))
}

/// The PSAM in this memory, its application selected.
pub(crate) fn sam_in<N: Nvm>(nvm: N) -> Psam<N> {
    let mut sam = Psam::power_on(nvm).unwrap();
    select(&mut sam);
    sam
}

pub(crate) fn select_application() -> Vec<u8> {
    command([0x00, 0xA4, 4, 0], &DEFAULT_AID, Some(0)).to_vec()
}

pub(crate) fn select<N: Nvm>(sam: &mut Psam<N>) {
    assert_eq!(send(sam, &select_application()).1, 0x9000);
}

/// Data and status word of one command.
pub(crate) fn send<N: Nvm>(sam: &mut Psam<N>, bytes: &[u8]) -> (Vec<u8>, u16) {
    let answer = sam.transmit(bytes).expect("power");
    let (data, status) = split_response(&answer).expect("a status word");
    (data.to_vec(), status.0)
}

pub(crate) fn status<N: Nvm>(sam: &mut Psam<N>, command: &PsamCommand<'_>) -> u16 {
    send(sam, &command.encode()).1
}

/// The content of the first copy: what the next power-on reads, when both copies are whole.
pub(crate) fn payload(bytes: &[u8]) -> Vec<u8> {
    bytes[IMAGE_LEN - 2 * SLOT_LEN + 8..IMAGE_LEN - SLOT_LEN - 8].to_vec()
}

pub(crate) fn amount(units: u32) -> Amount {
    Amount::new(units).unwrap()
}

pub(crate) fn end() -> End {
    End { date: Date::new(2026, 2, 28).unwrap(), time: Time::new(23, 59, 58).unwrap() }
}

pub(crate) fn other_end() -> End {
    End { date: Date::new(2026, 3, 1).unwrap(), time: Time::new(0, 0, 4).unwrap() }
}

/// A card as the PSAM hears of it, about to be locked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card {
    pub(crate) asn: Asn,
    pub(crate) key: KeyRef,
    pub(crate) dispersing: Dispersing,
    pub(crate) purse: Purse,
    pub(crate) ctc: u16,
    pub(crate) icc: Icc,
    pub(crate) balance: Amount,
}

/// What card and terminal know of a lock once INIT was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session {
    pub(crate) card: Card,
    pub(crate) ttc: Ttc,
    pub(crate) trn: [u8; 4],
    pub(crate) mac1: Mac,
}

impl Card {
    pub(crate) fn new(number: u8, key: KeyRef) -> Self {
        Self {
            asn: Asn([0x10, 0, 0, 0, 0, 0, 0, number]),
            key,
            dispersing: Dispersing::NONE,
            purse: Purse::Ed,
            ctc: 7,
            icc: Icc([number, 0x1C, 0xC1, 0x0F]),
            balance: amount(10_000),
        }
    }

    pub(crate) fn init(&self) -> PsamCommand<'static> {
        PsamCommand::InitGreyLock(InitGreyLock {
            icc: self.icc,
            ctc: self.ctc,
            balance: self.balance,
            purse: self.purse,
            date: Date::new(2026, 2, 28).unwrap(),
            time: Time::new(22, 10, 0).unwrap(),
            key: self.key,
            asn: self.asn,
            dispersing: self.dispersing,
        })
    }

    /// INIT SAM PURCHASE of so much.
    pub(crate) fn init_purchase(&self, units: u32) -> PsamCommand<'static> {
        let PsamCommand::InitGreyLock(init) = self.init() else { unreachable!() };
        PsamCommand::InitPurchase(InitPurchase {
            icc: init.icc,
            ctc: init.ctc,
            amount: amount(units),
            purse: init.purse,
            date: init.date,
            time: init.time,
            key: init.key,
            asn: init.asn,
            dispersing: init.dispersing,
        })
    }

    /// INIT SAM PURCHASE, which must succeed, and MAC1, which the card must accept.
    pub(crate) fn buy<N: Nvm>(self, sam: &mut Psam<N>, units: u32) -> Sale {
        let (data, status) = send(sam, &self.init_purchase(units).encode());
        assert_eq!(status, 0x9000);
        let InitSamPurchase { ttc, mac1 } = InitSamPurchase::parse(&data).unwrap();
        let sale = Sale { card: self, units, ttc };
        assert_eq!(sale.purchase().mac1(&sale.source()), mac1, "the card refuses MAC1");
        sale
    }

    /// INIT, which must succeed, and MAC1, which the card must accept.
    pub(crate) fn start<N: Nvm>(self, sam: &mut Psam<N>) -> Session {
        let (data, status) = send(sam, &self.init().encode());
        assert_eq!(status, 0x9000);
        let answer = InitSam::parse(&data).unwrap();
        let session = Session { card: self, ttc: answer.ttc, trn: answer.trn.0, mac1: answer.mac1 };
        assert_eq!(session.lock().mac1(&session.source()), answer.mac1, "the card refuses MAC1");
        assert!(answer.trn.0[0] >= 0x80);
        session
    }

    /// INIT and the right MAC2.
    pub(crate) fn certify<N: Nvm>(self, sam: &mut Psam<N>) -> Session {
        let session = self.start(sam);
        assert_eq!(status(sam, &session.certificate()), 0x9000);
        session
    }

    /// INIT, the right MAC2, and the GMAC over this amount.
    pub(crate) fn give<N: Nvm>(self, sam: &mut Psam<N>, units: u32) -> Session {
        let session = self.certify(sam);
        assert_eq!(status(sam, &session.debit(units)), 0x9000);
        session
    }
}

/// What card and terminal know of a purchase once INIT was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sale {
    pub(crate) card: Card,
    pub(crate) units: u32,
    pub(crate) ttc: Ttc,
}

impl Sale {
    /// SESPK of either scheme: a purchase has no TRN.
    pub(crate) fn source(&self) -> SessionKey {
        let Card { key, asn, dispersing, icc, ctc, .. } = self.card;
        SessionKey::offline(&main_key(key).for_card(asn, &dispersing), icc, ctc, self.ttc, TID)
    }

    pub(crate) fn purchase(&self) -> Purchase {
        let PsamCommand::InitGreyLock(init) = self.card.init() else { unreachable!() };
        Purchase {
            purse: init.purse,
            amount: amount(self.units),
            tid: TID,
            ttc: self.ttc,
            date: init.date,
            time: init.time,
        }
    }

    pub(crate) fn credit(&self, right: bool) -> PsamCommand<'static> {
        let mac2 = if right { self.purchase().mac2(&self.source()) } else { WRONG };
        PsamCommand::CreditPurchase { mac2 }
    }
}

impl Session {
    pub(crate) fn source(&self) -> SessionKey {
        let dpk = main_key(self.card.key).for_card(self.card.asn, &self.card.dispersing);
        let randoms = Randoms {
            icc: self.card.icc,
            ctc: self.card.ctc,
            ttc: self.ttc,
            trn: wire::Trn(self.trn),
            tid: TID,
        };
        SessionKey::locking_source(&dpk, scheme(self.card.key), &randoms)
    }

    pub(crate) fn lock(&self) -> Lock {
        let PsamCommand::InitGreyLock(init) = self.card.init() else { unreachable!() };
        Lock {
            scheme: scheme(self.card.key),
            purse: init.purse,
            balance: init.balance,
            ctc: init.ctc,
            icc: init.icc,
            tid: TID,
            ttc: self.ttc,
            date: init.date,
            time: init.time,
        }
    }

    pub(crate) fn mac2(&self) -> Mac {
        self.lock().mac2(&self.source())
    }

    pub(crate) fn certificate(&self) -> PsamCommand<'static> {
        PsamCommand::CertificateGreyLock { ttc: Some(self.ttc), mac2: self.mac2() }
    }

    pub(crate) fn wrong_certificate(&self) -> PsamCommand<'static> {
        PsamCommand::CertificateGreyLock { ttc: Some(self.ttc), mac2: WRONG }
    }

    pub(crate) fn debit_fields(&self, units: u32) -> DebitGreyUnlock {
        DebitGreyUnlock {
            purse: self.card.purse,
            asn: self.card.asn,
            ctc: self.card.ctc + 1,
            amount: amount(units),
            end: Some(end()),
            ttc: Some(self.ttc),
        }
    }

    pub(crate) fn debit(&self, units: u32) -> PsamCommand<'static> {
        PsamCommand::DebitGreyUnlock(self.debit_fields(units))
    }

    pub(crate) fn get_gmac(&self) -> PsamCommand<'static> {
        PsamCommand::GetGmac(self.ttc)
    }

    /// The answer of a right debit: the GMAC that the card expects, and the SAM TAC that the centre expects.
    pub(crate) fn expected(&self, units: u32) -> Vec<u8> {
        let debit = Debit {
            purse: self.card.purse,
            amount: amount(units),
            tid: TID,
            ttc: self.ttc,
            date: end().date,
            time: end().time,
        };
        let scheme = scheme(self.card.key);
        let gmac = debit.gmac(&self.source(), scheme);
        let sam_tac = debit.sam_tac(&record_key(), scheme, self.card.asn, self.card.ctc);
        [gmac.0, sam_tac.0].concat()
    }
}
