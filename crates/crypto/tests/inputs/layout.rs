//! Inputs of codes as rows of fields, and the bytes that each place of a row may have.

/// A field of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Field {
    /// Four bytes, at most 7FFFFFFF.
    Balance,
    /// Four bytes, at most 7FFFFFFF.
    Amount,
    /// An overdraft limit: three bytes, any.
    Limit,
    /// A new overdraft limit as an amount: 00 and three bytes.
    LimitAsAmount,
    /// A tag or mark of ED; that of EP is one more.
    Tag(u8),
    Asn,
    Ctc,
    Otc,
    Tid,
    Ttc,
    /// 80 or more, then any three.
    Trn,
    Icc,
    /// The inner MAC of GTAC: any four bytes.
    Inner,
    Date,
    Time,
    /// Zeros in the place of date and time.
    NoEnd,
    /// The header of a secure message with the challenge xored in: any four bytes.
    Challenged,
    /// One byte that never differs, such as Lc.
    Byte(u8),
    /// Bytes that never differ, such as a label.
    Text(&'static [u8]),
    /// A PIN of so many bytes: digits, filled with F.
    PinDigits(usize),
    /// Length, digits and padding of a PIN, 8 bytes.
    PinBlock,
    /// Anything, to see that the search finds collisions.
    Any(usize),
}

/// The bytes that one place may have.
#[derive(Clone, Copy)]
pub(crate) struct Bytes([bool; 256]);

impl Bytes {
    fn of(holds: impl Fn(u8) -> bool) -> Self {
        Self(std::array::from_fn(|byte| holds(u8::try_from(byte).unwrap())))
    }

    fn any() -> Self {
        Self([true; 256])
    }

    fn only(byte: u8) -> Self {
        Self::of(|other| other == byte)
    }

    /// The BCD bytes of a range of numbers.
    fn numbers(from: u8, to: u8) -> Self {
        Self::of(|byte| {
            let (high, low) = (byte / 16, byte % 16);
            high < 10 && low < 10 && (from..=to).contains(&(high * 10 + low))
        })
    }

    pub(crate) fn both(&self, other: &Self) -> Self {
        Self::of(|byte| self.has(byte) && other.has(byte))
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    pub(crate) fn list(&self) -> Vec<u8> {
        (0..=255).filter(|byte| self.has(*byte)).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// One of the bytes, chosen by a number.
    pub(crate) fn pick(&self, number: u8) -> Option<u8> {
        let list = self.list();
        list.get(usize::from(number) % list.len().max(1)).copied()
    }
}

/// Two digits, or F where they end.
fn is_digits(byte: u8) -> bool {
    [byte >> 4, byte & 0x0F].iter().all(|digit| *digit <= 9 || *digit == 0x0F)
}

/// The places of one field.
pub(crate) fn places(field: Field) -> Vec<Bytes> {
    let any = |count: usize| vec![Bytes::any(); count];
    match field {
        Field::Balance | Field::Amount => [vec![Bytes::of(|byte| byte <= 0x7F)], any(3)].concat(),
        Field::Limit => any(3),
        Field::LimitAsAmount => [vec![Bytes::only(0)], any(3)].concat(),
        Field::Tag(first) => vec![Bytes::of(|byte| byte == first || byte == first + 1)],
        Field::Asn => any(8),
        Field::Ctc | Field::Otc => any(2),
        Field::Tid => any(6),
        Field::Ttc | Field::Icc | Field::Inner => any(4),
        Field::Trn => [vec![Bytes::of(|byte| byte >= 0x80)], any(3)].concat(),
        Field::Date => vec![
            Bytes::numbers(0, 99),
            Bytes::numbers(0, 99),
            Bytes::numbers(1, 12),
            Bytes::numbers(1, 31),
        ],
        Field::Time => vec![Bytes::numbers(0, 23), Bytes::numbers(0, 59), Bytes::numbers(0, 59)],
        Field::Challenged => any(4),
        Field::Byte(byte) => vec![Bytes::only(byte)],
        Field::Text(bytes) => bytes.iter().map(|byte| Bytes::only(*byte)).collect(),
        Field::PinDigits(count) => vec![Bytes::of(is_digits); count],
        Field::PinBlock => {
            let rest = Bytes::of(|byte| is_digits(byte) || byte == 0x80 || byte == 0);
            [vec![Bytes::of(|byte| (2..=6).contains(&byte))], vec![rest; 7]].concat()
        }
        Field::NoEnd => vec![Bytes::only(0); 7],
        Field::Any(count) => any(count),
    }
}

/// All places of an input with its padding: 80, then 00 to a multiple of eight.
pub(crate) fn padded_places(fields: &[Field]) -> Vec<Bytes> {
    let mut all: Vec<Bytes> = fields.iter().flat_map(|field| places(*field)).collect();
    all.push(Bytes::only(0x80));
    while !all.len().is_multiple_of(8) {
        all.push(Bytes::only(0));
    }
    all
}

/// All places of an input of CMAC: a whole number of blocks of 16 is not padded.
pub(crate) fn cmac_places(fields: &[Field]) -> Vec<Bytes> {
    let mut all: Vec<Bytes> = fields.iter().flat_map(|field| places(*field)).collect();
    if !all.len().is_multiple_of(16) {
        all.push(Bytes::only(0x80));
    }
    while !all.len().is_multiple_of(16) {
        all.push(Bytes::only(0));
    }
    all
}

/// A message with its padding.
pub(crate) fn padded(message: &[u8]) -> Vec<u8> {
    let mut out = [message, &[0x80]].concat();
    out.resize(out.len().next_multiple_of(8), 0);
    out
}

/// What the fields of an input hold.
pub(crate) struct Held<'a> {
    fields: &'a [Field],
    bytes: &'a [u8],
}

impl<'a> Held<'a> {
    pub(crate) const fn new(fields: &'a [Field], bytes: &'a [u8]) -> Self {
        Self { fields, bytes }
    }

    /// The bytes of a field; zeros where the input has no such field.
    pub(crate) fn of<const N: usize>(&self, wanted: Field) -> [u8; N] {
        let mut at = 0;
        for field in self.fields {
            let len = places(*field).len();
            if *field == wanted {
                return self.bytes[at..at + len].try_into().unwrap();
            }
            at += len;
        }
        [0; N]
    }

    /// The tag, whichever it is, where there is one.
    pub(crate) fn tag(&self) -> Option<u8> {
        let is_tag = |field: &&Field| matches!(field, Field::Tag(_));
        let [byte] = self.of(*self.fields.iter().find(is_tag)?);
        Some(byte)
    }
}

#[test]
fn dates_and_times_have_the_bytes_that_are_accepted() {
    use wire::{Date, Time};
    let date = |at: usize, byte: u8| {
        let mut bytes = [0x20, 0x26, 0x01, 0x01];
        bytes[at] = byte;
        Date::from_bytes(bytes).is_some()
    };
    let time = |at: usize, byte: u8| {
        let mut bytes = [0; 3];
        bytes[at] = byte;
        Time::from_bytes(bytes).is_some()
    };
    for byte in 0..=255 {
        for (at, place) in places(Field::Date).iter().enumerate() {
            assert_eq!(place.has(byte), date(at, byte), "byte {at} of a date: {byte:02X}");
        }
        for (at, place) in places(Field::Time).iter().enumerate() {
            assert_eq!(place.has(byte), time(at, byte), "byte {at} of a time: {byte:02X}");
        }
        let amount = wire::Amount::from_bytes([byte, 0, 0, 0]).is_some();
        assert_eq!(places(Field::Amount)[0].has(byte), amount, "an amount from {byte:02X}");
    }
}
