//! What a template can compute: keys and codes as protocol §4 makes them, out of the functions of `crypto`.

use crypto::Key;
use crypto::mac::{mac4, mac8, secure_message};

/// Calls a function.
///
/// # Errors
/// No such function, or arguments of other lengths than it takes.
pub(super) fn call(name: &str, arguments: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let bytes: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
    let done = match (name, bytes.as_slice()) {
        ("3des", [key, block]) => triple_des(key, block),
        ("diversify", [key, input]) => diversify(key, input),
        ("fold", [key]) => key16(key).map(|key| key.folded().expose().to_vec()),
        ("mac", [key, message]) => fixed(key).map(|key| mac4(&key, message).0.to_vec()),
        ("mac8", [key, message]) => fixed(key).map(|key| mac8(&key, message).to_vec()),
        ("secure", [key, challenge, message]) => secure(key, challenge, message),
        ("add", [number, other]) => arithmetic(number, other, u64::checked_add),
        ("sub", [number, other]) => arithmetic(number, other, u64::checked_sub),
        ("wrong", [code]) => wrong(code),
        ("len", [data]) => u8::try_from(data.len()).ok().map(|len| vec![len]),
        _ => return Err(format!("there is no function {name} of {} arguments", bytes.len())),
    };
    done.ok_or_else(|| {
        let lens: Vec<String> = bytes.iter().map(|bytes| bytes.len().to_string()).collect();
        format!("{name} does not work with arguments of {} bytes", lens.join(", "))
    })
}

fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn key16(bytes: &[u8]) -> Option<Key> {
    fixed(bytes).map(Key::new)
}

fn triple_des(key: &[u8], block: &[u8]) -> Option<Vec<u8>> {
    Some(key16(key)?.encrypt(fixed(block)?).to_vec())
}

fn diversify(key: &[u8], input: &[u8]) -> Option<Vec<u8>> {
    Some(key16(key)?.diversify(fixed(input)?).expose().to_vec())
}

fn secure(key: &[u8], challenge: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    Some(secure_message(&key16(key)?, fixed(challenge)?, message).0.to_vec())
}

/// In the width of the first number.
fn arithmetic(number: &[u8], other: &[u8], work: fn(u64, u64) -> Option<u64>) -> Option<Vec<u8>> {
    let value = |bytes: &[u8]| {
        (bytes.len() < 8)
            .then(|| bytes.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)))
    };
    let result = work(value(number)?, value(other)?)?.to_be_bytes();
    let (above, kept) = result.split_at_checked(8 - number.len())?;
    above.iter().all(|byte| *byte == 0).then(|| kept.to_vec())
}

/// Another code of the same length.
fn wrong(code: &[u8]) -> Option<Vec<u8>> {
    let mut code = code.to_vec();
    *code.last_mut()? ^= 1;
    Some(code)
}
