//! Status words and their meaning in words.

use core::fmt;

/// Two status bytes that end every answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(pub u16);

macro_rules! status_words {
    ($($name:ident = $value:literal, $words:literal;)*) => {
        impl StatusWord {
            $(#[doc = $words] pub const $name: Self = Self($value);)*

            /// The table of all status words with a fixed value, and their words.
            pub const TABLE: &'static [(Self, &'static str)] = &[$((Self($value), $words)),*];
        }
    };
}

status_words! {
    DONE = 0x9000, "done";
    APPLICATION_INVALIDATED = 0x6283, "selected, but the application is locked";
    MEMORY_FAILURE = 0x6581, "memory failure";
    WRONG_LENGTH = 0x6700, "wrong length";
    INCOMPATIBLE_FILE = 0x6981, "command does not fit the kind of file";
    PIN_NOT_VERIFIED = 0x6982, "PIN not verified, or the issuer not authenticated";
    PIN_BLOCKED = 0x6983, "PIN blocked";
    CONDITIONS = 0x6985, "not allowed in this state";
    NO_CURRENT_FILE = 0x6986, "no file is selected";
    WRONG_SECURE_MESSAGE = 0x6988, "secure messaging code wrong";
    WRONG_DATA = 0x6A80, "wrong data";
    APPLICATION_LOCKED = 0x6A81, "application locked";
    FILE_NOT_FOUND = 0x6A82, "file or application not found";
    RECORD_NOT_FOUND = 0x6A83, "record not found";
    NO_ROOM = 0x6A84, "no room for another lock";
    WRONG_P1P2 = 0x6A86, "wrong P1 or P2";
    UNKNOWN_LOCK = 0x6A88, "no such lock";
    OFFSET_OUTSIDE = 0x6B00, "offset outside the file";
    UNKNOWN_INSTRUCTION = 0x6D00, "instruction unknown";
    UNKNOWN_CLASS = 0x6E00, "class unknown";
    WRONG_MAC = 0x9302, "authentication code wrong";
    LOCKED_FOR_GOOD = 0x9303, "application locked for good";
    AMOUNT_TOO_LARGE = 0x9401, "amount above the balance";
    SEQUENCE_EXHAUSTED = 0x9402, "transaction numbers used up";
    NO_SUCH_KEY = 0x9403, "no such key";
    WRONG_CTC = 0x9406, "transaction number does not match";
}

impl StatusWord {
    /// `63Cx`: wrong PIN, x tries left (at most 15).
    #[must_use]
    pub const fn tries_left(tries: u8) -> Self {
        Self(0x63C0 | (tries & 0x0F) as u16)
    }

    /// `6Cxx`: wrong Le, xx bytes are there.
    #[must_use]
    pub const fn exact_length(len: u8) -> Self {
        Self(0x6C00 | len as u16)
    }

    /// True for 9000.
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.0 == Self::DONE.0
    }

    /// The two bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// What it means, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        let found = Self::TABLE.iter().find(|(word, _)| *word == self);
        match (found, self.0 >> 8, self.0 & 0xF0) {
            (Some((_, words)), _, _) => words,
            (None, 0x6C, _) => "wrong Le: the low byte is the right one",
            (None, 0x61, _) => "more data waits for GET RESPONSE",
            (None, 0x63, 0xC0) => "wrong PIN: the last digit is the number of tries left",
            _ => "status word unknown to this protocol",
        }
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
