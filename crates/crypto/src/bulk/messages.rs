//! The inputs of a record's codes as bytes, for the ciphers that go by bytes. Made from integers that nobody has looked
//! at, and so apart from [`crate::lock`], which takes checked ones.

use wire::Scheme;

use super::batch::Integers;

/// An input of at most 32 bytes, which is every one of protocol §4 but that of a purchase's.
#[derive(Clone, Copy)]
pub(super) struct Input {
    /// Its bits, right-aligned in both.
    head: u128,
    tail: u128,
    bytes: u32,
}

impl Input {
    const EMPTY: Self = Self { head: 0, tail: 0, bytes: 0 };

    /// Puts the low `bytes` (at most 8) of a number behind what is there.
    #[inline(always)]
    fn with(self, number: u64, bytes: u32) -> Self {
        let bits = 8 * bytes;
        Self {
            head: self.head << bits | self.tail >> (128 - bits),
            tail: self.tail << bits | u128::from(number),
            bytes: self.bytes + bytes,
        }
    }

    /// Bytes of it.
    #[inline(always)]
    pub(super) const fn len(&self) -> u32 {
        self.bytes
    }

    /// Its bytes from the left, zeros behind them.
    #[inline(always)]
    pub(super) const fn blocks(&self) -> [u128; 2] {
        let free = 256 - 8 * self.bytes;
        match free {
            0 => [self.head, self.tail],
            1..128 => [self.head << free | self.tail >> (128 - free), self.tail << free],
            128..256 => [self.tail << (free - 128), 0],
            _ => [0, 0],
        }
    }

    /// Its bytes in an array, zeros behind them.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (head, tail) = bytes.split_at_mut(16);
        let [first, second] = self.blocks();
        head.copy_from_slice(&first.to_be_bytes());
        tail.copy_from_slice(&second.to_be_bytes());
        bytes
    }
}

impl Integers {
    #[inline(always)]
    fn tag(&self, ed: u8) -> u64 {
        u64::from(ed) + u64::from(self.ep)
    }

    /// `TID || 0000`, which DSK is dispersed by.
    pub(super) const fn psam(&self) -> u64 {
        self.tid << 16
    }

    /// What SESPK of suites 10 and 20 is made over.
    #[inline(always)]
    pub(super) fn wide_source(&self) -> Input {
        Input::EMPTY
            .with(u64::from_be_bytes(*b"\0\0SESPK\0"), 6)
            .with(self.icc.into(), 4)
            .with(self.ctc.into(), 2)
            .with(self.ttc.into(), 4)
            .with(self.trn.into(), 4)
            .with(self.tid, 6)
    }

    #[inline(always)]
    pub(super) fn tac(&self) -> Input {
        Input::EMPTY
            .with(self.amount.into(), 4)
            .with(self.tag(0x93), 1)
            .with(self.tid, 6)
            .with(self.ttc.into(), 4)
            .with(self.end_date.into(), 4)
            .with(time(self.end_time), 3)
    }

    #[inline(always)]
    pub(super) fn gmac(&self, scheme: Scheme) -> Input {
        match scheme {
            Scheme::Seed => self.tac(),
            Scheme::Field => Input::EMPTY.with(self.amount.into(), 4),
        }
    }

    #[inline(always)]
    pub(super) fn mac2(&self, scheme: Scheme) -> Input {
        let input =
            Input::EMPTY.with(self.balance.into(), 4).with(self.tag(0x91), 1).with(self.tid, 6);
        let input = match scheme {
            Scheme::Seed => input.with(self.ttc.into(), 4),
            Scheme::Field => input,
        };
        input.with(self.lock_date.into(), 4).with(time(self.lock_time), 3)
    }

    /// X of GTAC, and what stands behind it.
    #[inline(always)]
    pub(super) fn characterized(&self, behind: u32) -> Input {
        Input::EMPTY
            .with(self.tag(0xA1), 1)
            .with(self.ctc.into(), 2)
            .with(self.balance.into(), 4)
            .with(self.tid, 6)
            .with(self.ttc.into(), 4)
            .with(self.lock_date.into(), 4)
            .with(time(self.lock_time), 3)
            .with(behind.into(), 4)
    }

    #[inline(always)]
    pub(super) fn sam_tac(&self, scheme: Scheme) -> Input {
        let (date, time_of_day) = match scheme {
            Scheme::Seed => (self.end_date, self.end_time),
            Scheme::Field => (0, 0),
        };
        Input::EMPTY
            .with(self.tag(0x93), 1)
            .with(self.asn, 8)
            .with(self.ctc.into(), 2)
            .with(self.amount.into(), 4)
            .with(self.tid, 6)
            .with(self.ttc.into(), 4)
            .with(date.into(), 4)
            .with(time(time_of_day), 3)
    }
}

/// The low three bytes.
#[inline(always)]
fn time(time: u32) -> u64 {
    u64::from(time & 0xFF_FFFF)
}
