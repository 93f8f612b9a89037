//! The DES of the OpenSSL that a machine has, found when it is wanted: its low-level functions, which take a key's
//! schedule and a block and do nothing besides. Benchmarks measure against it; nothing else uses it, and no build needs
//! it.

mod library;

pub use library::{NoOpenSsl, OpenSsl, Schedule};

/// The same work as TAC of one record: the card's key from a main key, the key of the code, the code.
#[must_use]
pub fn tac(openssl: &OpenSsl, main: &[Schedule; 2], asn: [u8; 8], input: &[u8; 24]) -> [u8; 4] {
    let key = dispersed(openssl, main, asn);
    let (left, right) = key.split_at(8);
    let mut folded = [0; 8];
    folded.iter_mut().zip(left.iter().zip(right)).for_each(|(byte, (a, b))| *byte = a ^ b);
    mac(openssl, &openssl.schedule(&folded), input)
}

/// The same work as GMAC of one record: the card's key, SESPK of `source`, the code.
#[must_use]
pub fn gmac(
    openssl: &OpenSsl,
    main: &[Schedule; 2],
    asn: [u8; 8],
    source: [u8; 8],
    input: &[u8; 24],
) -> [u8; 4] {
    let key = dispersed(openssl, main, asn);
    let session = openssl.triple(&openssl.schedules(&key), source);
    mac(openssl, &openssl.schedule(&session), input)
}

/// `3DES(main, X) || 3DES(main, ~X)`.
fn dispersed(openssl: &OpenSsl, main: &[Schedule; 2], asn: [u8; 8]) -> [u8; 16] {
    let mut key = [0; 16];
    let (left, right) = key.split_at_mut(8);
    left.copy_from_slice(&openssl.triple(main, asn));
    right.copy_from_slice(&openssl.triple(main, asn.map(|byte| !byte)));
    key
}

fn mac(openssl: &OpenSsl, key: &Schedule, input: &[u8; 24]) -> [u8; 4] {
    let [a, b, c, d, ..] = openssl.cbc_last_block(key, input);
    [a, b, c, d]
}
