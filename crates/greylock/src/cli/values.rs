//! How the values on the command line are read: each mistake says what is wanted instead.

use wire::ids::HexError;
use wire::{Amount, Asn, Date, Limit, Tid};

/// An issuer's identification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Issuer(pub [u8; 8]);

/// A PSAM's serial number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Serial(pub [u8; 10]);

fn fixed<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(HexError { digits: 2 * N }.to_string()),
    }
}

/// 16 hex digits.
pub(crate) fn issuer(text: &str) -> Result<Issuer, String> {
    fixed(text).map(Issuer)
}

/// 20 hex digits.
pub(crate) fn serial(text: &str) -> Result<Serial, String> {
    fixed(text).map(Serial)
}

/// The name of a prepaid account.
pub(crate) fn prepaid(text: &str) -> Result<host::PrepaidName, String> {
    text.parse().map_err(|error: host::PrepaidNameError| error.to_string())
}

/// 12 hex digits.
pub(crate) fn tid(text: &str) -> Result<Tid, String> {
    fixed(text).map(Tid)
}

/// 16 decimal digits, not all of them 6 to 9.
pub(crate) fn asn(text: &str) -> Result<Asn, String> {
    let asn = fixed(text).map(Asn).map_err(|_| "want exactly 16 digits (0-9)".to_owned())?;
    if !asn.is_bcd() {
        return Err("want 16 decimal digits (0-9): an ASN has no letters".to_owned());
    }
    if asn.complement_is_bcd() {
        return Err("the digits of an ASN must not all be 6 to 9: its complement would be an ASN \
            too, and both cards would share one TAC key"
            .to_owned());
    }
    Ok(asn)
}

/// 2 to 32 hex digits, but not the directory's name.
pub(crate) fn aid(text: &str) -> Result<card::Aid, String> {
    let want = || "want 2 to 32 hex digits, two for each byte of the name".to_owned();
    let bytes = hex::decode(text).map_err(|_| want())?;
    if bytes == wire::files::DIRECTORY_NAME {
        return Err("this is the name of the directory, an application needs another".to_owned());
    }
    card::Aid::new(&bytes).ok_or_else(want)
}

/// Three capital letters.
pub(crate) fn currency(text: &str) -> Result<String, String> {
    keys_file::currency_code(text).map(str::to_owned).map_err(str::to_owned)
}

/// Whole cents up to 2147483647.
pub(crate) fn cents(text: &str) -> Result<Amount, String> {
    let most = Amount::MAX;
    whole(text)?
        .and_then(Amount::new)
        .ok_or_else(|| format!("at most {most} (7FFFFFFF) fits a purse"))
}

/// Whole cents up to 16777215.
pub(crate) fn limit(text: &str) -> Result<Limit, String> {
    let too_large = || "an overdraft limit is at most 16777215 (FFFFFF)".to_owned();
    whole(text)?.and_then(Limit::new).ok_or_else(too_large)
}

/// Digits alone; `None` for more than four bytes hold.
fn whole(text: &str) -> Result<Option<u32>, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.parse().ok());
    }
    Err(match text {
        _ if text.starts_with('-') => "an amount is not negative",
        _ if text.contains(['.', ',']) => "want whole cents without a point: for 12.50 write 1250",
        _ => "want whole cents as decimal digits, such as 1250",
    }
    .to_owned())
}

/// A day of the calendar, `YYYY-MM-DD` or `YYYYMMDD`.
pub(crate) fn date(text: &str) -> Result<Date, String> {
    let want = || "want a day of the calendar, YYYY-MM-DD".to_owned();
    let day: jiff::civil::Date = text.parse().map_err(|_| want())?;
    let part = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(day.year()).ok();
    let parts = year.zip(part(day.month())).zip(part(day.day()));
    parts.and_then(|((year, month), day)| Date::new(year, month, day)).ok_or_else(want)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_whole_cents() {
        assert_eq!(cents("0").unwrap(), Amount::ZERO);
        assert_eq!(cents("007").unwrap().units(), 7);
        assert_eq!(cents("2147483647").unwrap(), Amount::MAX);
        for wrong in [
            "",
            "1e9",
            "-5",
            "+5",
            "12.50",
            "12,50",
            " 5",
            "5 ",
            "0x10",
            "1_000",
            "٣",
            "2147483648",
            "99999999999999999999",
        ] {
            assert!(cents(wrong).is_err(), "{wrong}");
        }
        assert_eq!(limit("16777215").unwrap().units(), 0x00FF_FFFF);
        assert!(limit("16777216").is_err());
    }

    #[test]
    fn an_asn_is_sixteen_digits_whose_complement_is_none() {
        assert!(asn("6280100000000017").is_ok());
        assert!(asn("6666666666666665").is_ok());
        for wrong in [
            "6789678967896789",
            "628010000000001",
            "62801000000000171",
            "62801000000000aa",
            "628010000000001x",
        ] {
            assert!(asn(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_has_one_to_sixteen_bytes_and_is_not_the_directory() {
        assert_eq!(aid("A000000003").unwrap().as_slice().len(), 5);
        assert!(aid(&hex::encode(wire::files::DIRECTORY_NAME)).is_err());
        for wrong in ["", "A", "zz", &"00".repeat(17)] {
            assert!(aid(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_exists() {
        assert_eq!(date("2026-10-18").unwrap().to_string(), "20261018");
        assert_eq!(date("20261018").unwrap().to_string(), "20261018");
        for wrong in ["2026-02-30", "20261301", "18.10.2026", "-000001-01-01", "today", ""] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }
}
