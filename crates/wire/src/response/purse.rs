//! What card and PSAM answer to load, unload, purchase and overdraft change (protocol §7, §8).

use crate::amount::{Amount, Limit};
use crate::buf::{Buf, Reader};
use crate::ids::{Icc, Mac, Ttc};
use crate::key::KeyRef;

/// Bytes that INITIALIZE FOR LOAD and UNLOAD answer.
pub const INIT_LOAD_LEN: u8 = 16;
/// Bytes that INITIALIZE FOR PURCHASE answers.
pub const INIT_PURCHASE_LEN: u8 = super::INIT_REFUEL_LEN;
/// Bytes that INITIALIZE FOR UPDATE answers.
pub const INIT_UPDATE_LEN: u8 = 19;
/// Bytes that DEBIT FOR PURCHASE answers.
pub const PURCHASE_LEN: u8 = 8;
/// Bytes that GET TRANSACTION PROVE answers.
pub const PROVE_LEN: u8 = 8;
/// Bytes that INIT SAM PURCHASE answers.
pub const INIT_SAM_PURCHASE_LEN: u8 = 8;

/// INITIALIZE FOR PURCHASE has the layout of INITIALIZE FOR REFUEL.
pub type InitPurchase = super::InitRefuel;

/// INITIALIZE FOR LOAD and UNLOAD: balance 4, OTC 2, key version 1, algorithm id 1, ICC 4, MAC1 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitLoad {
    /// What can be spent.
    pub balance: Amount,
    /// The on-line number that the transaction will use.
    pub otc: u16,
    /// Which load or unload key the card uses.
    pub key: KeyRef,
    /// The card's random number for this session.
    pub icc: Icc,
    /// Proves the card to the centre.
    pub mac1: Mac,
}

impl InitLoad {
    /// The 16 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<16> {
        Buf::new()
            .with(&self.balance.to_bytes())
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
            otc: reader.u16()?,
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            icc: Icc(reader.take()?),
            mac1: Mac(reader.take()?),
        };
        reader.end().map(|()| answer)
    }
}

/// INITIALIZE FOR UPDATE: balance 4, OTC 2, overdraft limit 3, key version 1, algorithm id 1, ICC 4, MAC1 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitUpdate {
    /// What can be spent.
    pub balance: Amount,
    /// The on-line number that the change will use.
    pub otc: u16,
    /// The limit as it is.
    pub limit: Limit,
    /// Which overdraft key the card uses.
    pub key: KeyRef,
    /// The card's random number for this session.
    pub icc: Icc,
    /// Proves the card to the centre.
    pub mac1: Mac,
}

impl InitUpdate {
    /// The 19 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<19> {
        Buf::new()
            .with(&self.balance.to_bytes())
            .with(&self.otc.to_be_bytes())
            .with(&self.limit.to_bytes())
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
            otc: reader.u16()?,
            limit: Limit::from_bytes(reader.take()?),
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            icc: Icc(reader.take()?),
            mac1: Mac(reader.take()?),
        };
        reader.end().map(|()| answer)
    }
}

/// DEBIT FOR PURCHASE: TAC 4, MAC2 4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PurchaseAnswer {
    /// Proves the purchase to the centre.
    pub tac: Mac,
    /// Proves the purchase to the PSAM.
    pub mac2: Mac,
}

impl PurchaseAnswer {
    /// The 8 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<8> {
        Buf::new().with(&self.tac.0).with(&self.mac2.0)
    }

    /// `None` for a wrong length.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer = Self { tac: Mac(reader.take()?), mac2: Mac(reader.take()?) };
        reader.end().map(|()| answer)
    }
}

/// GET TRANSACTION PROVE: MAC2 4 or zeros, TAC 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
    /// MAC2 of a purchase; zeros for every other kind.
    pub mac2: Mac,
    /// TAC, or MAC3 of an on-line unlock.
    pub tac: Mac,
}

impl Proof {
    /// The 8 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<8> {
        Buf::new().with(&self.mac2.0).with(&self.tac.0)
    }

    /// `None` for a wrong length.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer = Self { mac2: Mac(reader.take()?), tac: Mac(reader.take()?) };
        reader.end().map(|()| answer)
    }
}

/// INIT SAM PURCHASE: TTC 4, MAC1 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitSamPurchase {
    /// The PSAM's number for this purchase.
    pub ttc: Ttc,
    /// Proves the PSAM to the card.
    pub mac1: Mac,
}

impl InitSamPurchase {
    /// The 8 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<8> {
        Buf::new().with(&self.ttc.to_bytes()).with(&self.mac1.0)
    }

    /// `None` for a wrong length.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let answer = Self { ttc: Ttc(reader.u32()?), mac1: Mac(reader.take()?) };
        reader.end().map(|()| answer)
    }
}
