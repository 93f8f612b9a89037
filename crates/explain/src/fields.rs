//! The data elements of protocol §2 and §6 to §8, each once.

use crate::field::{Field, Kind};

macro_rules! fields {
    ($($id:ident $name:literal $len:tt $kind:ident;)*) => {
        $(pub(crate) const $id: Field = Field { name: $name, len: len!($len), kind: Kind::$kind };)*
    };
}

macro_rules! len {
    (_) => {
        None
    };
    ($len:literal) => {
        Some($len)
    };
}

fields! {
    A "A" 4 Hex;
    ALGORITHM "algorithm" 1 Hex;
    AMOUNT "amount" 4 Amount;
    APPLICATION_TYPE "application type" 1 Hex;
    APPLICATION_VERSION "application version" 1 Hex;
    ASN "ASN" 8 Hex;
    B "B" 4 Hex;
    BALANCE "balance" 4 Amount;
    BLOCK "block" 1 Number;
    C_MAC "C-MAC" 8 Hex;
    CARD_CHALLENGE "card challenge" 8 Hex;
    CARD_CRYPTOGRAM "card cryptogram" 8 Hex;
    CARD_NUMBER "card number" 10 Hex;
    CHALLENGE "challenge" _ Hex;
    CHANNEL "channel" 2 Hex;
    CHIP "chip" 10 Hex;
    COUNTER "counter" 3 Number;
    CRYPTOGRAM "cryptogram" 8 Hex;
    CTC "CTC" 2 Number;
    DATA "data" _ Hex;
    DATE "date" 4 Date;
    DISPERSING "dispersing" _ Hex;
    END_DATE "end date" 4 Date;
    END_TIME "end time" 3 Time;
    FCI "FCI" _ Hex;
    FILE_ID "file id" 2 Hex;
    FIRST_DAY "first day" 4 Date;
    GMAC "GMAC" 4 Hex;
    GROUPINGS "data groupings" _ Secret;
    GTAC "GTAC" 4 Hex;
    HOST_CHALLENGE "host challenge" 8 Hex;
    HOST_CRYPTOGRAM "host cryptogram" 8 Hex;
    ICC "ICC" 4 Hex;
    ISSUER "issuer" 8 Hex;
    KEY_INDEX "key index" 1 Number;
    KEY_VERSION "key version" 1 Number;
    LAST_DAY "last day" 4 Date;
    LEVELS "dispersing levels" 1 Number;
    LIMIT "overdraft limit" 3 Amount;
    MAC "MAC" 4 Hex;
    MAC1 "MAC1" 4 Hex;
    MAC2 "MAC2" 4 Hex;
    MAC3 "MAC3" 4 Hex;
    MODE "mode" 1 Mode;
    NAME "name" _ Hex;
    OFFSET "offset" 1 Number;
    OTC "OTC" 2 Number;
    PIN "PIN" _ Secret;
    PIN_BLOCK "PIN block" 8 Secret;
    PINS "PINs" _ Secret;
    PURSE "purse" 1 Purse;
    RECORD "record" 1 Number;
    RECORD_FILE "record file" 1 RecordFile;
    SAM_TAC "SAM TAC" 4 Hex;
    SCHEME "scheme" 1 Scheme;
    SEQUENCE "sequence number" 2 Number;
    SERIAL "serial number" 10 Hex;
    SHORT_FILE "file" 1 ShortFile;
    STATE "state" 1 State;
    STORED "stored" 1 Stored;
    TAC "TAC" 4 Hex;
    TAG "tag" 1 Tag;
    TID "TID" 6 Hex;
    TIME "time" 3 Time;
    TRN "TRN" 4 Hex;
    TTC "TTC" 4 Number;
}
