//! The state as bytes: format 4 of the image's payload. Each format before it is the same without one line at the end.
//!
//! ```text
//! two purses, 63 each: balance 4, limit 3, CTC 2, OTC 2, mark 1 (00 clear, 01 grey), lock 51 (zeros when clear)
//!   lock: first 8 bytes of SESPK, CTC 2, ICC 4, TID 6, TTC 4, TRN 4, date 4, time 3, balance 4, key index 1, key version 1,
//!         algorithm 1, scheme 1, MAC2 4, GTAC 4
//! last locked purse 1 (00 none)
//! last debit 28: kind 1 (00 none, 01 at a terminal, 02 on-line), unread 1, purse 1, TTC or OTC 4, TID 6, amount 4,
//!   date 4, time 3, TAC or MAC3 4
//! log 231: count 1, ten records of 23, newest first
//! error counter 1, blocked 1, unblock failures 1, PIN 6, PIN tries left 1, ICC counter 4
//! EF 15 30, proofs 132: twelve places of 11, secure message failures 1, card blocked 1
//! the other 8 bytes of SESPK of the lock: zeros in suite 00, and when nothing is locked
//! the next keys are in use 1
//! ```

use crypto::SessionKey;
use wire::files::PublicData;
use wire::{
    Amount, Date, Icc, KeyRef, Limit, Mac, Purse, Reader, Scheme, Suite, Tid, Time, Trn, Ttc,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{DebitKind, GreyLock, LastDebit, Mark, PurseRecord, State};
use crate::bytes::Writer;
use crate::log_file::LogFile;
use crate::pin::Pin;
use crate::proofs::Proofs;

const CLEAR: u8 = 0;
const GREY: u8 = 1;
const NO_DEBIT: u8 = 0;
const TERMINAL: u8 = 1;
const ONLINE: u8 = 2;

impl State {
    /// Bytes of the payload.
    pub(crate) const LEN: usize = Self::LEN_3 + 1;

    /// Bytes of the payload of format 3.
    pub(crate) const LEN_3: usize = Self::LEN_2 + SourceEnd::LEN;

    /// Bytes of the payload of format 2.
    pub(crate) const LEN_2: usize = Self::LEN_1 + PublicData::LEN + Proofs::LEN + 2;

    /// Bytes of the payload of format 1.
    pub(crate) const LEN_1: usize =
        2 * PurseRecord::LEN + 1 + LastDebit::LEN + LogFile::LEN + 3 + Pin::LEN + 1 + 4;

    pub(crate) fn encode(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let mut out = Writer::new(&mut *bytes);
        self.purses.iter().for_each(|record| record.write(&mut out));
        out.put(&[self.last_locked.map_or(0, Purse::number)]);
        LastDebit::write(self.last_debit.as_ref(), &mut out);
        self.log.write(&mut out);
        out.put(&[self.error_counter, u8::from(self.blocked), self.unblock_failures]);
        out.put(self.pin.expose());
        out.put(&[self.pin_tries]);
        out.put(&self.icc_counter.to_be_bytes());
        out.put(&self.public.encode());
        self.proofs.write(&mut out);
        out.put(&[self.message_failures, u8::from(self.card_blocked)]);
        out.put(&self.grey().map_or_else(SourceEnd::default, SourceEnd::of).0);
        out.put(&[u8::from(self.switched)]);
        debug_assert_eq!(out.left(), 0, "the layout fills its room");
        bytes
    }

    /// `None` for bytes that no card of this format writes.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (switched, old) = bytes.split_last()?;
        Some(Self { switched: read_bool(*switched)?, ..Self::decode_3(old)? })
    }

    /// The state of format 3. `None` for bytes that no card of that format wrote.
    pub(crate) fn decode_3(bytes: &[u8]) -> Option<Self> {
        let (old, end) = bytes.split_last_chunk::<{ SourceEnd::LEN }>()?;
        Self::decode_all(old, &SourceEnd(*end))
    }

    /// The state of format 2. `None` for bytes that no card of that format wrote.
    pub(crate) fn decode_2(bytes: &[u8]) -> Option<Self> {
        Self::decode_all(bytes, &SourceEnd::default())
    }

    fn decode_all(bytes: &[u8], end: &SourceEnd) -> Option<Self> {
        let (old, new) = bytes.split_at_checked(Self::LEN_1)?;
        let mut reader = Reader::new(new);
        let public = PublicData::parse(&reader.take::<{ PublicData::LEN }>()?)?;
        let state = Self {
            proofs: Proofs::read(&mut reader)?,
            message_failures: reader.u8()?,
            card_blocked: read_bool(reader.u8()?)?,
            ..Self::decode_first(old, public, end)?
        };
        reader.end().map(|()| state)
    }

    /// The state of format 1, with EF 15 as it was issued. `None` for bytes that no card of that format wrote.
    pub(crate) fn decode_1(bytes: &[u8], public: PublicData) -> Option<Self> {
        Self::decode_first(bytes, public, &SourceEnd::default())
    }

    fn decode_first(bytes: &[u8], public: PublicData, end: &SourceEnd) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let purses = [
            PurseRecord::read(Purse::Ed, &mut reader, end)?,
            PurseRecord::read(Purse::Ep, &mut reader, end)?,
        ];
        let state = Self {
            public,
            proofs: Proofs::default(),
            message_failures: 0,
            card_blocked: false,
            switched: false,
            purses,
            last_locked: read_purse(reader.u8()?)?,
            last_debit: LastDebit::read(&mut reader)?,
            log: LogFile::read(&mut reader)?,
            error_counter: reader.u8()?,
            blocked: read_bool(reader.u8()?)?,
            unblock_failures: reader.u8()?,
            pin: Pin::from_bcd(&reader.take::<{ Pin::LEN }>()?)?,
            pin_tries: reader.u8()?,
            icc_counter: reader.u32()?,
        };
        reader.end().filter(|()| state.is_sound(end)).map(|()| state)
    }

    /// At most one purse is grey, and beside a grey one nothing is unread.
    fn is_sound(&self, end: &SourceEnd) -> bool {
        let grey = self.purses.iter().filter(|record| matches!(record.mark, Mark::Grey(_))).count();
        match grey {
            0 => end.0 == [0; SourceEnd::LEN],
            _ => grey == 1 && self.unread_debit().is_none(),
        }
    }
}

#[expect(clippy::option_option, reason = "no purse is not a damaged one")]
fn read_purse(number: u8) -> Option<Option<Purse>> {
    if number == 0 { Some(None) } else { Purse::from_number(number).map(Some) }
}

const fn read_bool(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// The second half of a locking card source, which formats 1 and 2 had no place for. One lock at most has one.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
struct SourceEnd([u8; Self::LEN]);

impl SourceEnd {
    const AT: usize = 8;
    const LEN: usize = SessionKey::STORED - Self::AT;

    fn of(lock: &GreyLock) -> Self {
        let mut end = Self::default();
        end.0.copy_from_slice(&lock.source.store()[Self::AT..]);
        end
    }

    /// The whole source, by the suite of the lock's key.
    fn complete(&self, begin: &[u8; Self::AT], key: KeyRef) -> Option<SessionKey> {
        let mut stored = Zeroizing::new([0; SessionKey::STORED]);
        stored[..Self::AT].copy_from_slice(begin);
        stored[Self::AT..].copy_from_slice(&self.0);
        SessionKey::restore(Suite::from_byte(key.algorithm)?, &stored)
    }
}

impl PurseRecord {
    const LEN: usize = 11 + 1 + GreyLock::LEN;

    fn write(&self, out: &mut Writer<'_>) {
        out.put(&self.balance.to_bytes());
        out.put(&self.limit.to_bytes());
        out.put(&self.ctc.to_be_bytes());
        out.put(&self.otc.to_be_bytes());
        match &self.mark {
            Mark::Clear => out.skip(1 + GreyLock::LEN),
            Mark::Grey(lock) => {
                out.put(&[GREY]);
                lock.write(out);
            }
        }
    }

    fn read(purse: Purse, reader: &mut Reader<'_>, end: &SourceEnd) -> Option<Self> {
        Some(Self {
            balance: Amount::new(reader.u32()?)?,
            limit: Limit::from_bytes(reader.take()?),
            ctc: reader.u16()?,
            otc: reader.u16()?,
            mark: match reader.u8()? {
                CLEAR => reader.take::<{ GreyLock::LEN }>().map(|_| Mark::Clear)?,
                GREY => Mark::Grey(GreyLock::read(purse, reader, end)?),
                _ => return None,
            },
        })
    }
}

impl GreyLock {
    const LEN: usize = 51;

    fn write(&self, out: &mut Writer<'_>) {
        out.put(&self.source.store()[..SourceEnd::AT]);
        out.put(&self.terms.ctc.to_be_bytes());
        out.put(&self.terms.icc.0);
        out.put(&self.terms.tid.0);
        out.put(&self.terms.ttc.to_bytes());
        out.put(&self.trn.0);
        out.put(&self.terms.date.to_bytes());
        out.put(&self.terms.time.to_bytes());
        out.put(&self.terms.balance.to_bytes());
        out.put(&[self.key_index, self.key.version, self.key.algorithm, self.terms.scheme.byte()]);
        out.put(&self.mac2.0);
        out.put(&self.gtac.0);
    }

    fn read(purse: Purse, reader: &mut Reader<'_>, end: &SourceEnd) -> Option<Self> {
        let begin = Zeroizing::new(reader.take::<{ SourceEnd::AT }>()?);
        let ctc = reader.u16()?;
        let icc = Icc(reader.take()?);
        let tid = Tid(reader.take()?);
        let ttc = Ttc(reader.u32()?);
        let trn = Trn(reader.take()?);
        let date = Date::from_bytes(reader.take()?)?;
        let time = Time::from_bytes(reader.take()?)?;
        let balance = Amount::new(reader.u32()?)?;
        let key_index = reader.u8()?;
        let key = KeyRef { version: reader.u8()?, algorithm: reader.u8()? };
        let scheme = Scheme::from_byte(reader.u8()?)?;
        let source = end.complete(&begin, key)?;
        let terms = crypto::Lock { scheme, purse, balance, ctc, icc, tid, ttc, date, time };
        let (mac2, gtac) = (Mac(reader.take()?), Mac(reader.take()?));
        Some(Self { terms, source, trn, key_index, key, mac2, gtac })
    }
}

impl LastDebit {
    const LEN: usize = 28;

    fn write(slot: Option<&Self>, out: &mut Writer<'_>) {
        let Some(debit) = slot else { return out.skip(Self::LEN) };
        let (kind, number) = match debit.kind {
            DebitKind::Terminal(ttc) => (TERMINAL, ttc.to_bytes()),
            DebitKind::Online(otc) => (ONLINE, u32::from(otc).to_be_bytes()),
        };
        out.put(&[kind, u8::from(debit.unread), debit.purse.number()]);
        out.put(&number);
        out.put(&debit.tid.0);
        out.put(&debit.amount.to_bytes());
        out.put(&debit.date.to_bytes());
        out.put(&debit.time.to_bytes());
        out.put(&debit.code.0);
    }

    #[expect(clippy::option_option, reason = "no debit is not a damaged one")]
    fn read(reader: &mut Reader<'_>) -> Option<Option<Self>> {
        let bytes = reader.take::<{ Self::LEN }>()?;
        if bytes[0] == NO_DEBIT { Some(None) } else { Self::parse(&bytes).map(Some) }
    }

    fn parse(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let (kind, unread) = (reader.u8()?, read_bool(reader.u8()?)?);
        let purse = Purse::from_number(reader.u8()?)?;
        let number = reader.u32()?;
        let kind = match kind {
            TERMINAL => DebitKind::Terminal(Ttc(number)),
            ONLINE => DebitKind::Online(u16::try_from(number).ok()?),
            _ => return None,
        };
        Some(Self {
            unread,
            kind,
            purse,
            tid: Tid(reader.take()?),
            amount: Amount::new(reader.u32()?)?,
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            code: Mac(reader.take()?),
        })
    }
}
