//! What card and PSAM answer to the commands of the grey lock (protocol §6, §8), and to the rest.

mod purse;

pub use purse::{
    INIT_LOAD_LEN, INIT_PURCHASE_LEN, INIT_SAM_PURCHASE_LEN, INIT_UPDATE_LEN, InitLoad,
    InitPurchase, InitSamPurchase, InitUpdate, PROVE_LEN, PURCHASE_LEN, Proof, PurchaseAnswer,
};

use crate::amount::{Amount, Limit};
use crate::buf::{Buf, Reader};
use crate::ids::{Icc, Mac, Trn, Ttc};
use crate::key::KeyRef;

/// Bytes that INITIALIZE FOR REFUEL answers.
pub const INIT_REFUEL_LEN: u8 = 15;
/// Bytes that INITIALIZE FOR UNLOCK answers.
pub const INIT_UNLOCK_LEN: u8 = 18;
/// Bytes that LOCK FOR REFUEL answers.
pub const LOCK_LEN: u8 = 8;
/// Bytes that INIT SAM GREY LOCK answers.
pub const INIT_SAM_LEN: u8 = 12;
/// Bytes that DEBIT SAM GREY UNLOCK and GET GMAC answer.
pub const GMAC_LEN: u8 = 8;

/// INITIALIZE FOR REFUEL: balance 4, CTC 2, overdraft limit 3, DPK version 1,
/// algorithm id 1, ICC 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitRefuel {
    /// What can be spent.
    pub balance: Amount,
    /// CTC n.
    pub ctc: u16,
    /// For information: it is part of the balance.
    pub limit: Limit,
    /// Which consumption key the card uses.
    pub key: KeyRef,
    /// The card's random number for this lock.
    pub icc: Icc,
}

impl InitRefuel {
    /// The 15 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<15> {
        Buf::new()
            .with(&self.balance.to_bytes())
            .with(&self.ctc.to_be_bytes())
            .with(&self.limit.to_bytes())
            .with(&[self.key.version, self.key.algorithm])
            .with(&self.icc.0)
    }

    /// `None` for a wrong length or a balance above `7FFFFFFF`.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer = Self {
            balance: Amount::new(reader.u32()?)?,
            ctc: reader.u16()?,
            limit: Limit::from_bytes(reader.take()?),
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            icc: Icc(reader.take()?),
        };
        reader.end().map(|()| answer)
    }
}

/// LOCK FOR REFUEL: GTAC 4, MAC2 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockAnswer {
    /// Grey lock characterized code.
    pub gtac: Mac,
    /// Proves the card to the terminal.
    pub mac2: Mac,
}

impl LockAnswer {
    /// The 8 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<8> {
        Buf::new().with(&self.gtac.0).with(&self.mac2.0)
    }

    /// `None` for a wrong length.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer = Self { gtac: Mac(reader.take()?), mac2: Mac(reader.take()?) };
        reader.end().map(|()| answer)
    }
}

/// INITIALIZE FOR UNLOCK: balance 4, CTC 2 (n + 1), OTC 2, key version 1, algorithm id 1,
/// ICC 4, MAC1 4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct InitUnlock {
    /// What can be spent.
    pub balance: Amount,
    /// CTC n + 1.
    pub ctc: u16,
    /// The on-line number that the unlock will use.
    pub otc: u16,
    /// Which unlock key the card uses.
    pub key: KeyRef,
    /// The card's random number for this session.
    pub icc: Icc,
    /// Proves the card to the centre.
    pub mac1: Mac,
}

impl InitUnlock {
    /// Bytes of [`InitUnlock::encode`].
    pub const LEN: usize = INIT_UNLOCK_LEN as usize;

    /// The 18 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<18> {
        Buf::new()
            .with(&self.balance.to_bytes())
            .with(&self.ctc.to_be_bytes())
            .with(&self.otc.to_be_bytes())
            .with(&[self.key.version, self.key.algorithm])
            .with(&self.icc.0)
            .with(&self.mac1.0)
    }

    /// `None` for a wrong length or a balance above `7FFFFFFF`.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer = Self {
            balance: Amount::new(reader.u32()?)?,
            ctc: reader.u16()?,
            otc: reader.u16()?,
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            icc: Icc(reader.take()?),
            mac1: Mac(reader.take()?),
        };
        reader.end().map(|()| answer)
    }
}

/// INIT SAM GREY LOCK: TTC 4, TRN 4, MAC1 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitSam {
    /// The PSAM's number for this lock.
    pub ttc: Ttc,
    /// The PSAM's random number.
    pub trn: Trn,
    /// Proves the PSAM to the card.
    pub mac1: Mac,
}

impl InitSam {
    /// The 12 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<12> {
        Buf::new().with(&self.ttc.to_bytes()).with(&self.trn.0).with(&self.mac1.0)
    }

    /// `None` for a wrong length.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer =
            Self { ttc: Ttc(reader.u32()?), trn: Trn(reader.take()?), mac1: Mac(reader.take()?) };
        reader.end().map(|()| answer)
    }
}
