//! GET GREY STATUS (protocol §6): it opens every unlock.

use crate::amount::Amount;
use crate::bcd::{Date, Time};
use crate::buf::{Buf, Reader};
use crate::ids::{Icc, Mac, Tid, Trn, Ttc};
use crate::key::KeyRef;
use crate::tag::{Kind, Purse, Tag};

/// The first byte of the answer, with its tag.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GreyState {
    /// 00: not grey, nothing unread.
    Unlocked,
    /// 01, tag 91: grey; A is MAC2, B is GTAC, CTC is n + 1.
    Grey,
    /// 10, tag 93: debited at a terminal, TAC unread; A is the amount, B the TAC, CTC n + 2.
    Debited,
    /// 10, tag 95: debited on-line, MAC3 unread; A is the amount, B the MAC3, CTC n + 2.
    UnlockedOnline,
}

impl GreyState {
    const fn byte(self) -> u8 {
        match self {
            Self::Unlocked => 0x00,
            Self::Grey => 0x01,
            Self::Debited | Self::UnlockedOnline => 0x10,
        }
    }

    const fn kind(self) -> Option<Kind> {
        match self {
            Self::Unlocked => None,
            Self::Grey => Some(Kind::Lock),
            Self::Debited => Some(Kind::Debit),
            Self::UnlockedOnline => Some(Kind::Unlock),
        }
    }
}

/// What P1 = 02 adds: TTC 4, ICC 4, TRN 4, DPK version 1, algorithm id 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct StatusMore {
    /// State 01 and 10 after 93: the lock's TTC; after 95: `0000 || OTC used`; else zeros.
    pub ttc: Ttc,
    /// State 01: the lock's ICC; else zeros.
    pub icc: Icc,
    /// State 01: the lock's TRN; else zeros.
    pub trn: Trn,
    /// State 01: the lock's key; else zeros.
    pub key: KeyRef,
}

/// State 1, tag 1, purse 1, balance 4, CTC 2, TID 6, date 4, time 3, A 4, B 4, and with
/// P1 = 02 fourteen bytes more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GreyStatus {
    /// State and tag together.
    pub state: GreyState,
    /// The purse locked or debited last, ED if none was.
    pub purse: Purse,
    /// Of the lock in state 01, today's otherwise.
    pub balance: Amount,
    /// n + 1 in state 01, n + 2 in state 10.
    pub ctc: u16,
    /// See the table of protocol §6.
    pub tid: Tid,
    /// See the table of protocol §6.
    pub date: Date,
    /// See the table of protocol §6.
    pub time: Time,
    /// MAC2, or the amount.
    pub a: [u8; 4],
    /// GTAC, TAC or MAC3.
    pub b: Mac,
    /// With P1 = 02.
    pub more: Option<StatusMore>,
}

impl GreyStatus {
    /// Bytes of the long form.
    pub const LONG: usize = 44;
    /// Bytes of the short form.
    pub const SHORT: usize = 30;

    /// 30 bytes, or 44 with [`GreyStatus::more`].
    #[must_use]
    pub fn encode(&self) -> Buf<44> {
        let tag = self.state.kind().map_or(0, |kind| kind.of(self.purse).byte());
        let mut out = Buf::new()
            .with(&[self.state.byte(), tag, self.purse.number()])
            .with(&self.balance.to_bytes())
            .with(&self.ctc.to_be_bytes())
            .with(&self.tid.0)
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.a)
            .with(&self.b.0);
        if let Some(more) = self.more {
            out.push(&more.ttc.to_bytes());
            out.push(&more.icc.0);
            out.push(&more.trn.0);
            out.push(&[more.key.version, more.key.algorithm]);
        }
        out
    }

    /// `None` for a length, state, tag, purse, amount or date that no card of this protocol
    /// answers.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let (state, tag) = (reader.u8()?, reader.u8()?);
        let purse = Purse::from_number(reader.u8()?)?;
        let status = Self {
            state: state_of(state, tag, purse)?,
            purse,
            balance: Amount::new(reader.u32()?)?,
            ctc: reader.u16()?,
            tid: Tid(reader.take()?),
            date: Date::from_bytes_or_zero(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            a: reader.take()?,
            b: Mac(reader.take()?),
            more: None,
        };
        let more = match reader.rest() {
            [] => None,
            _ => Some(StatusMore {
                ttc: Ttc(reader.u32()?),
                icc: Icc(reader.take()?),
                trn: Trn(reader.take()?),
                key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            }),
        };
        reader.end().map(|()| Self { more, ..status })
    }

    /// A as MAC2 of the lock (state 01).
    #[must_use]
    pub const fn mac2(&self) -> Mac {
        Mac(self.a)
    }

    /// A as the amount debited (state 10).
    #[must_use]
    pub const fn amount(&self) -> Option<Amount> {
        Amount::from_bytes(self.a)
    }
}

fn state_of(state: u8, tag: u8, purse: Purse) -> Option<GreyState> {
    if (state, tag) == (0, 0) {
        return Some(GreyState::Unlocked);
    }
    let tag = Tag::from_byte(tag).filter(|tag| tag.purse == purse)?;
    [GreyState::Grey, GreyState::Debited, GreyState::UnlockedOnline]
        .into_iter()
        .find(|known| known.byte() == state && known.kind() == Some(tag.kind))
}
