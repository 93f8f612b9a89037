//! A row of the day in fixed width: what the engine carries between its stages.
//!
//! The layout is big-endian, and its order is the order in which rows of a card are looked at: bytes sort as locks do.
//! Nothing of the row is left out, so that what is wrong can be shown as it came.

/// What a row tells (the table of outcomes, docs/records.md).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A whole record and its TAC.
    Sale = 1,
    /// A whole record, no TAC yet.
    Grey = 2,
    /// The TAC of a lock, seen at some terminal.
    TacSeen = 3,
    /// An on-line unlock that its card confirmed by MAC3.
    OnlineUnlock = 4,
    /// Nothing flowed on this lock, and nothing will.
    NoDispense = 5,
    /// A TTC was drawn, and its LOCK never went out.
    Void = 6,
    /// A delivery whose PSAM died before its GMAC.
    Unproved = 7,
    /// Not of a day: the numbers `ttc` to `amount` of a TID were heard on earlier days.
    Heard = 9,
    /// Not of a day: the balance that a card proved under a lock that is settled since an earlier day, and its debit.
    Passed = 10,
}

impl Kind {
    /// The kind with this number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Sale,
            2 => Self::Grey,
            3 => Self::TacSeen,
            4 => Self::OnlineUnlock,
            5 => Self::NoDispense,
            6 => Self::Void,
            7 => Self::Unproved,
            9 => Self::Heard,
            10 => Self::Passed,
            _ => return None,
        })
    }

    /// Its name in CSV; the kinds that stand in a day's table have theirs from there.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (records::Kind::from_number(self as u8), self) {
            (Some(kind), _) => kind.name(),
            (None, Self::Heard) => "heard",
            (None, _) => "passed",
        }
    }

    /// A whole record, with or without its TAC.
    #[must_use]
    pub const fn is_record(self) -> bool {
        matches!(self, Self::Sale | Self::Grey)
    }

    /// Something that its own station claims: a record or an unproved delivery.
    #[must_use]
    pub const fn is_claim(self) -> bool {
        matches!(self, Self::Sale | Self::Grey | Self::Unproved)
    }
}

/// What is known of a row beside its columns, one bit each.
pub mod mark {
    /// Its GTAC is its card's: the card proved the lock and its balance.
    pub const GTAC: u8 = 1;
    /// Its TAC is its card's.
    pub const TAC: u8 = 2;
    /// Its key version has the *field* scheme: date' and time' of the end are not proved.
    pub const FIELD: u8 = 4;
    /// The column `tac` is there.
    pub const TAC_THERE: u8 = 8;
    /// It was open at the end of an earlier day.
    pub const CARRIED: u8 = 16;
    /// It was a claim then: the card went on, and its balances did not agree.
    pub const DISPUTED: u8 = 32;
    /// Its service ended before the day.
    pub const LATE: u8 = 64;
    /// A void whose lock was made after all.
    pub const BELIED: u8 = 128;
    /// Any other row: what it proves or claims was booked on an earlier day.
    pub const BOOKED: u8 = 128;
}

/// What became of a row by itself.
pub mod fate {
    /// It counts.
    pub const GOOD: u8 = 0;
    /// The same was heard before, today.
    pub const REPEATED: u8 = 200;
    /// Its number was settled on an earlier day.
    pub const SETTLED_BEFORE: u8 = 201;
    // All others are reasons: it counts as not heard (`reason`).
}

/// One row, as integers of its bytes (protocol §2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// The card, 16 digits of BCD.
    pub asn: u64,
    /// 1 is ED, 2 is EP.
    pub purse: u8,
    /// CTC n of the lock.
    pub ctc: u16,
    /// The terminal of the lock, 48 bits.
    pub tid: u64,
    /// The PSAM's number of the lock.
    pub ttc: u32,
    /// The number of a [`Kind`], or of none.
    pub kind: u8,
    /// Bits of [`mark`].
    pub marks: u8,
    /// One of [`fate`], or a reason.
    pub fate: u8,
    /// Who reported it.
    pub station: u32,
    /// Who owns the terminal; [`NO_STATION`] while that is not known.
    pub owner: u32,
    /// What is debited, in the smallest unit of the purse.
    pub amount: u32,
    /// Date of the end, BCD.
    pub end_date: u32,
    /// Time of the end, BCD.
    pub end_time: u32,
    /// The balance when it was locked.
    pub balance: u32,
    /// What the station would have delivered at most.
    pub ceiling: u32,
    /// Version of the keys; of a settled lock of an earlier day, by what: 1 MAC3, 2 TAC, 3 succession.
    pub key_version: u8,
    /// Their algorithm identifier.
    pub algorithm: u8,
    /// The card's random number.
    pub icc: u32,
    /// The PSAM's random number.
    pub trn: u32,
    /// The overdraft limit in the balance.
    pub overdraft: u32,
    /// Date of the lock, BCD.
    pub lock_date: u32,
    /// Time of the lock, BCD.
    pub lock_time: u32,
    /// Of the end's clock.
    pub utc_offset_minutes: i16,
    /// The card's proof of the lock.
    pub mac2: u32,
    /// The grey lock characterized code.
    pub gtac: u32,
    /// The PSAM's word to the card.
    pub gmac: u32,
    /// The PSAM's word to the centre.
    pub sam_tac: u32,
    /// The card's receipt, or MAC3 of an on-line unlock.
    pub tac: u32,
}

/// No station: the terminal's owner was not heard of.
pub const NO_STATION: u32 = u32::MAX;

/// No station: claims of the terminal came from several, and none has more of them.
pub const SEVERAL_STATIONS: u32 = u32::MAX - 1;

/// True for a station, and not for what stands in its place.
#[must_use]
pub const fn is_station(owner: u32) -> bool {
    owner < SEVERAL_STATIONS
}

/// Bytes of a packed row.
pub const WIDTH: usize = 98;

/// A packed row.
pub type Packed = [u8; WIDTH];

struct Writer<'a>(&'a mut Packed, usize);

impl Writer<'_> {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(place) = self.0.get_mut(self.1..self.1 + N) {
            place.copy_from_slice(&bytes);
        }
        self.1 += N;
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn get<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk() {
            Some((bytes, rest)) => {
                self.0 = rest;
                *bytes
            }
            None => [0; N],
        }
    }

    fn word(&mut self) -> u32 {
        u32::from_be_bytes(self.get())
    }

    fn byte(&mut self) -> u8 {
        u8::from_be_bytes(self.get())
    }
}

impl Row {
    /// Its bytes.
    #[must_use]
    pub fn pack(&self) -> Packed {
        let mut bytes = [0; WIDTH];
        let mut to = Writer(&mut bytes, 0);
        to.put(self.asn.to_be_bytes());
        to.put([self.purse]);
        to.put(self.ctc.to_be_bytes());
        to.put(self.tid.to_be_bytes());
        to.put(self.ttc.to_be_bytes());
        to.put([self.kind, self.marks, self.fate]);
        for word in [self.station, self.owner, self.amount, self.end_date, self.end_time] {
            to.put(word.to_be_bytes());
        }
        to.put(self.balance.to_be_bytes());
        to.put(self.ceiling.to_be_bytes());
        to.put([self.key_version, self.algorithm]);
        for word in [self.icc, self.trn, self.overdraft, self.lock_date, self.lock_time] {
            to.put(word.to_be_bytes());
        }
        to.put(self.utc_offset_minutes.to_be_bytes());
        for word in [self.mac2, self.gtac, self.gmac, self.sam_tac, self.tac] {
            to.put(word.to_be_bytes());
        }
        bytes
    }

    /// From its bytes; what is missing at the end is zero.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Self {
        let mut from = Reader(bytes);
        Self {
            asn: u64::from_be_bytes(from.get()),
            purse: from.byte(),
            ctc: u16::from_be_bytes(from.get()),
            tid: u64::from_be_bytes(from.get()),
            ttc: from.word(),
            kind: from.byte(),
            marks: from.byte(),
            fate: from.byte(),
            station: from.word(),
            owner: from.word(),
            amount: from.word(),
            end_date: from.word(),
            end_time: from.word(),
            balance: from.word(),
            ceiling: from.word(),
            key_version: from.byte(),
            algorithm: from.byte(),
            icc: from.word(),
            trn: from.word(),
            overdraft: from.word(),
            lock_date: from.word(),
            lock_time: from.word(),
            utc_offset_minutes: i16::from_be_bytes(from.get()),
            mac2: from.word(),
            gtac: from.word(),
            gmac: from.word(),
            sam_tac: from.word(),
            tac: from.word(),
        }
    }

    /// Its kind, when it has one.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        Kind::from_number(self.kind)
    }

    /// True when it is of this kind.
    #[must_use]
    pub fn is(&self, kind: Kind) -> bool {
        self.kind() == Some(kind)
    }

    /// True when this bit of [`mark`] is set.
    #[must_use]
    pub const fn has(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// Whom its money concerns: the owner of its terminal, else who reported it.
    #[must_use]
    pub const fn payee(&self) -> u32 {
        if is_station(self.owner) { self.owner } else { self.station }
    }

    /// Lock id without the ASN: purse, CTC, TID, TTC.
    #[must_use]
    pub const fn lock(&self) -> (u8, u16, u64, u32) {
        (self.purse, self.ctc, self.tid, self.ttc)
    }

    /// The row as the table of outcomes has it.
    #[must_use]
    pub fn outcome(&self) -> records::Outcome {
        let Self { station, kind, asn, purse, ctc, tid, ttc, key_version, algorithm, .. } = *self;
        let Self { icc, trn, balance, overdraft, lock_date, lock_time, amount, .. } = *self;
        let Self { end_date, end_time, utc_offset_minutes, ceiling, .. } = *self;
        let Self { mac2, gtac, gmac, sam_tac, .. } = *self;
        let tac = self.has(mark::TAC_THERE).then_some(self.tac);
        records::Outcome {
            station,
            kind,
            asn,
            purse,
            ctc,
            tid,
            ttc,
            key_version,
            algorithm,
            icc,
            trn,
            balance,
            overdraft,
            lock_date,
            lock_time,
            amount,
            end_date,
            end_time,
            utc_offset_minutes,
            ceiling,
            mac2,
            gtac,
            gmac,
            sam_tac,
            tac,
        }
    }
}
