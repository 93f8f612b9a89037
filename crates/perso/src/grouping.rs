//! Data groupings, as in EMV card personalisation: number 2, length 1, value. Those from 8000 on hold a value under the
//! data encryption key, which is the transport key.

use card::Pin;
use crypto::{AesKey, Key};
use wire::{Buf, Reader, Scheme, StatusWord, Suite};
use zeroize::Zeroizing;

/// The chip that the issuer means: every personalisation has it.
pub const FOR_CHIP: u16 = 0x0001;

/// The first number whose values are sealed.
const SEALED_FROM: u16 = 0x8000;

/// Room for the longest grouping of ours.
type Bytes = Buf<48>;

/// A data grouping as the issuer makes it. It holds keys and PINs only sealed.
#[derive(Clone, Copy, Debug)]
pub struct Grouping {
    /// Its number.
    pub id: u16,
    /// Its value.
    pub value: Bytes,
}

impl Grouping {
    /// A number and its value.
    #[must_use]
    pub fn new(id: u16, value: &[u8]) -> Self {
        Self { id, value: Bytes::new().with(value) }
    }

    /// Whether its value is under the data encryption key.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        is_sealed(self.id)
    }

    /// Number, length, value.
    #[must_use]
    pub fn encode(&self) -> Buf<51> {
        let length = u8::try_from(self.value.len()).unwrap_or(u8::MAX);
        Buf::new().with(&self.id.to_be_bytes()).with(&[length]).with(&self.value)
    }
}

/// Whether the values of this number are sealed.
#[must_use]
pub const fn is_sealed(id: u16) -> bool {
    id >= SEALED_FROM
}

/// The next grouping of a STORE DATA; `None` at the end.
///
/// # Errors
/// 6A80 for bytes that are none, and for the long form of the length, which nothing here needs.
pub fn next<'a>(rest: &mut &'a [u8]) -> Result<Option<(u16, &'a [u8])>, StatusWord> {
    if rest.is_empty() {
        return Ok(None);
    }
    let (head, behind) = rest.split_first_chunk::<3>().ok_or(StatusWord::WRONG_DATA)?;
    let [high, low, length] = *head;
    let taken = (length != 0xFF).then(|| behind.split_at_checked(usize::from(length))).flatten();
    let (value, behind) = taken.ok_or(StatusWord::WRONG_DATA)?;
    *rest = behind;
    Ok(Some((u16::from_be_bytes([high, low]), value)))
}

/// The key under which keys and PINs stand in their groupings: GlobalPlatform's data encryption key, here the transport
/// key.
#[derive(Clone, Copy)]
pub struct DataKey<'a>(&'a AesKey);

impl<'a> DataKey<'a> {
    /// Of a transport key.
    #[must_use]
    pub const fn of(transport: &'a AesKey) -> Self {
        Self(transport)
    }

    /// The grouping of a key: index 1, version 1, algorithm identifier 1, scheme 1, the sealed key 16, its check value 3.
    #[must_use]
    pub fn seal_key(&self, id: u16, value: &KeyValue) -> Grouping {
        let KeyValue { index, version, algorithm, scheme, key } = value;
        let value = Bytes::new()
            .with(&[*index, *version, *algorithm, scheme.byte()])
            .with(&self.0.encrypt(*key.expose()))
            .with(&key.check_value());
        Grouping { id, value }
    }

    /// A key whose check value is right, of a suite that is known and has its scheme; else 6A80.
    pub fn open_key(&self, value: &[u8]) -> Result<KeyValue, StatusWord> {
        let (value, check_value) = self.read_key(value).ok_or(StatusWord::WRONG_DATA)?;
        let right = crypto::check::same_bytes(&value.key.check_value(), &check_value);
        let fits = right && value.key.suite().has(value.scheme);
        if fits { Ok(value) } else { Err(StatusWord::WRONG_DATA) }
    }

    fn read_key(&self, value: &[u8]) -> Option<(KeyValue, [u8; 3])> {
        let mut reader = Reader::new(value);
        let [index, version, algorithm, scheme] = reader.take()?;
        let scheme = Scheme::from_byte(scheme)?;
        let bytes = Zeroizing::new(self.0.decrypt(reader.take()?));
        let check_value = reader.take()?;
        reader.end()?;
        let key = Key::of(Suite::from_byte(algorithm)?, *bytes);
        Some((KeyValue { index, version, algorithm, scheme, key }, check_value))
    }

    /// The grouping of a PIN: its 6 bytes, 80 and zeros, sealed.
    #[must_use]
    pub fn seal_pin(&self, id: u16, pin: &Pin) -> Grouping {
        let mut block = Zeroizing::new([0; 16]);
        block[..6].copy_from_slice(pin.expose());
        block[6] = 0x80;
        Grouping { id, value: Bytes::new().with(&self.0.encrypt(*block)) }
    }

    /// A PIN; 6A80 for a block that is none.
    pub fn open_pin(&self, value: &[u8]) -> Result<Pin, StatusWord> {
        let sealed = <[u8; 16]>::try_from(value).map_err(|_| StatusWord::WRONG_DATA)?;
        let block = Zeroizing::new(self.0.decrypt(sealed));
        let (digits, padding) = block.split_at(6);
        let padded = padding
            .split_first()
            .is_some_and(|(first, zeros)| *first == 0x80 && zeros.iter().all(|byte| *byte == 0));
        Pin::from_bcd(digits).filter(|_| padded).ok_or(StatusWord::WRONG_DATA)
    }
}

/// A key as a grouping says it.
pub struct KeyValue {
    /// The index by which a command names it.
    pub index: u8,
    /// Key version.
    pub version: u8,
    /// Algorithm identifier.
    pub algorithm: u8,
    /// Its scheme.
    pub scheme: Scheme,
    /// The key, which knows its suite.
    pub key: Key,
}

/// Fills a place that must be empty: a grouping that comes twice contradicts itself (6A80).
pub(crate) fn put<T>(place: Option<&mut Option<T>>, value: T) -> Result<(), StatusWord> {
    let place = place.filter(|place| place.is_none()).ok_or(StatusWord::WRONG_DATA)?;
    *place = Some(value);
    Ok(())
}
