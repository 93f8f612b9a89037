//! The codes of suites 10 and 20, sixteen records side by side: ciphers whose processor instructions go by bytes.

use wire::{Mac, Scheme};
use zeroize::Zeroize;

use super::Keys;
use super::batch::Integers;
use super::messages::Input;
use super::record::Codes;

/// Records side by side.
pub(super) const SIDE: usize = 16;

/// A block of each.
pub(super) type Blocks = [[u8; 16]; SIDE];

/// A cipher of 16-byte blocks, every record under its own key.
pub(super) trait Cipher {
    /// Round keys of the keys.
    fn new(keys: &Blocks) -> Self;

    /// Each block under its key.
    fn encrypt(&self, blocks: &mut Blocks);
}

/// A number of each: a block as the cipher's standard writes it, the first byte highest.
type Numbers = [u128; SIDE];

/// CMAC (NIST SP 800-38B) of each record under its own key.
struct Cmac<C> {
    cipher: C,
    /// What the last block is xored with when it is whole, and when it is padded.
    last: [Numbers; 2],
}

impl<C: Cipher> Cmac<C> {
    fn new(keys: &mut Blocks) -> Self {
        let cipher = C::new(keys);
        keys.zeroize();
        let mut zero = [[0; 16]; SIDE];
        cipher.encrypt(&mut zero);
        let whole = zero.map(|block| doubled(u128::from_be_bytes(block)));
        zero.zeroize();
        Self { cipher, last: [whole, whole.map(doubled)] }
    }

    /// All sixteen bytes. The inputs are of one length, and not empty.
    fn whole(&self, inputs: &[Input; SIDE]) -> Blocks {
        let mut chain: Blocks = [[0; 16]; SIDE];
        let length = inputs.first().map_or(0, Input::len);
        let rest = length % 16;
        let ([whole, padded], last) = (&self.last, length.div_ceil(16) - 1);
        let (mask, pad) = match rest {
            0 => (whole, 0),
            _ => (padded, 0x80_u128 << (120 - 8 * rest)),
        };
        for block in 0..=last {
            for ((chain, input), mask) in chain.iter_mut().zip(inputs).zip(mask) {
                let next = if block == 0 { input.blocks()[0] } else { input.blocks()[1] };
                let end = if block == last { mask ^ pad } else { 0 };
                *chain = (u128::from_be_bytes(*chain) ^ next ^ end).to_be_bytes();
            }
            self.cipher.encrypt(&mut chain);
        }
        chain
    }

    /// The first four bytes.
    fn macs(&self, inputs: &[Input; SIDE]) -> [Mac; SIDE] {
        self.whole(inputs).map(|[a, b, c, d, ..]| Mac([a, b, c, d]))
    }
}

impl<C> Drop for Cmac<C> {
    fn drop(&mut self) {
        self.last.zeroize();
    }
}

/// Times x in GF(2^128).
const fn doubled(number: u128) -> u128 {
    (number << 1) ^ ((number >> 127) * 0x87)
}

/// Main keys, made ready.
pub(super) struct Mains<C> {
    scheme: Scheme,
    consumption: C,
    tac: C,
    psam: C,
}

impl<C: Cipher> Mains<C> {
    pub(super) fn new(keys: &Keys) -> Self {
        let all = |key: &crate::Key| {
            let mut keys = [*key.expose(); SIDE];
            let made = C::new(&keys);
            keys.zeroize();
            made
        };
        let (consumption, tac) = (all(&keys.consumption), all(&keys.tac));
        Self { scheme: keys.scheme, consumption, tac, psam: all(&keys.psam) }
    }

    pub(super) fn codes(&self, records: &[Integers; SIDE]) -> [Codes; SIDE] {
        let (source, tac_key) = (self.source(records), self.tac_key(records));
        let psam: Cmac<C> = Cmac::new(&mut dispersed(&self.psam, records, Integers::psam));
        let inner = tac_key.macs(&records.map(|record| record.characterized(record.icc)));
        let behind = |lane: usize| records[lane].characterized(u32::from_be_bytes(inner[lane].0));
        let mac2 = source.macs(&records.map(|record| record.mac2(self.scheme)));
        let gtac = source.macs(&core::array::from_fn(behind));
        let gmac = source.macs(&records.map(|record| record.gmac(self.scheme)));
        let sam_tac = psam.macs(&records.map(|record| record.sam_tac(self.scheme)));
        let tac = tac_key.macs(&records.map(|record| record.tac()));
        core::array::from_fn(|lane| Codes {
            mac2: mac2[lane],
            gtac: gtac[lane],
            gmac: gmac[lane],
            sam_tac: sam_tac[lane],
            tac: tac[lane],
        })
    }

    pub(super) fn tacs(&self, records: &[Integers; SIDE]) -> [Mac; SIDE] {
        self.tac_key(records).macs(&records.map(|record| record.tac()))
    }

    pub(super) fn gmacs(&self, records: &[Integers; SIDE]) -> [Mac; SIDE] {
        self.source(records).macs(&records.map(|record| record.gmac(self.scheme)))
    }

    /// SESPK of each.
    fn source(&self, records: &[Integers; SIDE]) -> Cmac<C> {
        let card: Cmac<C> = Cmac::new(&mut dispersed(&self.consumption, records, card));
        Cmac::new(&mut card.whole(&records.map(|record| record.wide_source())))
    }

    fn tac_key(&self, records: &[Integers; SIDE]) -> Cmac<C> {
        Cmac::new(&mut dispersed(&self.tac, records, card))
    }
}

const fn card(record: &Integers) -> u64 {
    record.asn
}

/// `diversify(key, X) = E(key, X || ~X)`.
fn dispersed<C: Cipher>(
    key: &C,
    records: &[Integers; SIDE],
    by: impl Fn(&Integers) -> u64,
) -> Blocks {
    let mut blocks = records.each_ref().map(|record| {
        let input = by(record);
        (u128::from(input) << 64 | u128::from(!input)).to_be_bytes()
    });
    key.encrypt(&mut blocks);
    blocks
}
