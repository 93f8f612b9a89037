//! Where the data elements of a record stand, and which of their bits make each block of a code's input.

use super::des_tables::IP;

/// Numbers of a record.
pub(super) const NUMBERS: usize = 7;

/// The planes of a record: a word for each bit of its numbers, then those that are no data, then a code that goes into
/// another one; and as many more as make finding one cheap.
pub(super) const PLANES: usize = (INNER_CODE.start + INNER_CODE.bits).next_power_of_two();

/// No bit of any record, and a bit of all.
pub(super) const ZERO: usize = NUMBERS * 64;
pub(super) const ONE: usize = ZERO + 1;
/// Set where the purse is EP.
pub(super) const EP: usize = 3 * 64;
/// Set where it is ED: not in the numbers.
pub(super) const ED: usize = ONE + 1;

/// A block: the plane of each bit of its left half, then of its right half.
pub(super) type Wiring = [u16; 64];

/// A data element: the plane of its last bit, and how many it has.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) bits: usize,
}

/// Of a number, counted from 0, the bits from the right.
const fn field(number: usize, shift: usize, bits: usize) -> Field {
    Field { start: number * 64 + shift, bits }
}

pub(super) const ASN: Field = field(0, 0, 64);
pub(super) const TID: Field = field(1, 16, 48);
pub(super) const CTC: Field = field(1, 0, 16);
pub(super) const TTC: Field = field(2, 32, 32);
pub(super) const TTC_LOW: Field = field(2, 32, 16);
pub(super) const AMOUNT: Field = field(2, 0, 32);
pub(super) const END_DATE: Field = field(3, 32, 32);
pub(super) const END_TIME: Field = field(3, 8, 24);
pub(super) const ICC: Field = field(4, 32, 32);
pub(super) const TRN: Field = field(4, 0, 32);
pub(super) const BALANCE: Field = field(5, 32, 32);
pub(super) const LOCK_DATE: Field = field(5, 0, 32);
pub(super) const LOCK_TIME: Field = field(6, 8, 24);
/// The code within GTAC.
pub(super) const INNER_CODE: Field = Field { start: ED + 1, bits: 32 };

/// The input of a code, bit by bit.
#[derive(Clone, Copy)]
pub(super) struct Message {
    bits: [usize; 320],
    length: usize,
}

impl Message {
    pub(super) const fn new() -> Self {
        Self { bits: [ZERO; 320], length: 0 }
    }

    const fn bit(mut self, plane: usize) -> Self {
        self.bits[self.length] = plane;
        self.length += 1;
        self
    }

    pub(super) const fn with(mut self, field: Field) -> Self {
        let mut left = field.bits;
        while left > 0 {
            left -= 1;
            self = self.bit(field.start + left);
        }
        self
    }

    /// A byte that is the same in all records.
    pub(super) const fn byte(mut self, value: u8) -> Self {
        let mut left = 8;
        while left > 0 {
            left -= 1;
            self = self.bit(if value >> left & 1 == 1 { ONE } else { ZERO });
        }
        self
    }

    /// 91 or 92, A1 or A2: the tag of ED or of EP.
    const fn tag_1(self, high: u8) -> Self {
        let mut made = self.byte(high);
        made.bits[made.length - 2] = EP;
        made.bits[made.length - 1] = ED;
        made
    }

    /// 91 or 92.
    pub(super) const fn lock_tag(self) -> Self {
        self.tag_1(0x90)
    }

    /// A1 or A2.
    pub(super) const fn characterized_tag(self) -> Self {
        self.tag_1(0xA0)
    }

    /// 93 or 94.
    pub(super) const fn debit_tag(self) -> Self {
        let mut made = self.byte(0x90);
        made.bits[made.length - 3] = EP;
        made.bits[made.length - 2] = ED;
        made.bits[made.length - 1] = ED;
        made
    }

    /// Its `N` blocks, with what pads the last: 80 and zeros.
    pub(super) const fn blocks<const N: usize>(self) -> [Wiring; N] {
        let padded = self.byte(0x80);
        assert!(padded.length.div_ceil(64) == N, "as many blocks as the message has");
        let mut blocks = [[0; 64]; N];
        let mut n = 0;
        while n < N {
            blocks[n] = padded.block(n);
            n += 1;
        }
        blocks
    }

    /// One block of it that is full.
    #[expect(clippy::cast_possible_truncation, reason = "fewer planes than that")]
    pub(super) const fn block(&self, block: usize) -> Wiring {
        let padded = self;
        let mut wiring = [0; 64];
        let mut i = 0;
        while i < 64 {
            wiring[i] = padded.bits[block * 64 + IP[i] as usize - 1] as u16;
            i += 1;
        }
        wiring
    }
}
