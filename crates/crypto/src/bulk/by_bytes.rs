//! The codes of suites 10 and 20, sixteen records side by side: ciphers whose processor instructions go by bytes.

use wire::{Buf, Mac, Scheme};
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

/// CMAC (NIST SP 800-38B) of each record under its own key.
struct Cmac<C> {
    cipher: C,
    /// What the last block is xored with when it is whole, and when it is padded.
    last: [Blocks; 2],
}

impl<C: Cipher> Cmac<C> {
    fn new(keys: &mut Blocks) -> Self {
        let cipher = C::new(keys);
        keys.zeroize();
        let mut whole = [[0; 16]; SIDE];
        cipher.encrypt(&mut whole);
        whole = whole.map(doubled);
        Self { cipher, last: [whole, whole.map(doubled)] }
    }

    /// All sixteen bytes. The inputs are of one length, and not empty.
    fn whole(&self, inputs: &[Input; SIDE]) -> Blocks {
        let mut chain = [[0; 16]; SIDE];
        let length = inputs.first().map_or(0, Buf::len);
        let blocks = length.div_ceil(16);
        for block in 0..blocks {
            let last = block + 1 == blocks;
            let [whole, padded] = &self.last;
            let mask = if length.is_multiple_of(16) { whole } else { padded };
            for ((chain, input), mask) in chain.iter_mut().zip(inputs).zip(mask) {
                let part = input.get(block * 16..).unwrap_or_default();
                let part = part.get(..16).unwrap_or(part);
                chain.iter_mut().zip(part).for_each(|(byte, next)| *byte ^= next);
                if last {
                    if let Some(byte) = chain.get_mut(part.len()) {
                        *byte ^= 0x80;
                    }
                    chain.iter_mut().zip(mask).for_each(|(byte, next)| *byte ^= next);
                }
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
fn doubled(block: [u8; 16]) -> [u8; 16] {
    let number = u128::from_be_bytes(block);
    let carry = if number >> 127 == 1 { 0x87 } else { 0 };
    (number << 1 ^ carry).to_be_bytes()
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
        let inner =
            tac_key.macs(&records.map(|record| record.characterized(record.icc.to_be_bytes())));
        let behind = |lane: usize| records[lane].characterized(inner[lane].0);
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

fn card(record: &Integers) -> [u8; 8] {
    record.asn.to_be_bytes()
}

/// `diversify(key, X) = E(key, X || ~X)`.
fn dispersed<C: Cipher>(
    key: &C,
    records: &[Integers; SIDE],
    by: impl Fn(&Integers) -> [u8; 8],
) -> Blocks {
    let mut blocks = records.each_ref().map(|record| {
        let input = u64::from_be_bytes(by(record));
        (u128::from(input) << 64 | u128::from(!input)).to_be_bytes()
    });
    key.encrypt(&mut blocks);
    blocks
}
