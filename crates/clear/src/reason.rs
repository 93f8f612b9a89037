//! Why a row counts as not heard, or what people should look at: the centre's own words, as numbers that fit a byte.

use host::Code;

/// The reasons that clearing knows; the number of one is its place here, from 1.
const REASONS: [Code; 24] = [
    Code::TermsInconsistent,
    Code::KeyVersionUnknown,
    Code::Mac2Wrong,
    Code::CeilingExceedsBalance,
    Code::AmountExceedsCeiling,
    Code::GmacWrong,
    Code::SamTacWrong,
    Code::TacWrong,
    Code::RecordDisagrees,
    Code::StationDoesNotOwnTid,
    Code::GtacWrong,
    Code::NoticeAgainstRecord,
    Code::UnprovedDiffers,
    Code::TacDisagreesWithRecord,
    Code::ClonedOrRolledBackCard,
    Code::SecondRecordOfOneNumber,
    Code::LockDebitedTwice,
    Code::VoidLockWasMade,
    Code::SuccessionDisagrees,
    Code::SuccessionGap,
    Code::StationClaim,
    Code::CardholderClaim,
    Code::LossBooked,
    Code::TacWithoutRecord,
];

/// Three more, which say nothing about money.
const MORE: [Code; 3] =
    [Code::TtcHighHalfAltered, Code::ServiceEndsBeforeLock, Code::SettledCardStillGrey];

/// The number of a reason; 0 for one that clearing does not use.
#[must_use]
pub fn number(code: Code) -> u8 {
    let place = all().position(|known| known == code);
    place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(0)
}

/// The reason with this number.
#[must_use]
pub fn of(number: u8) -> Option<Code> {
    all().nth(usize::from(number.checked_sub(1)?))
}

fn all() -> impl Iterator<Item = Code> {
    REASONS.into_iter().chain(MORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_number_of_its_own() {
        for code in all() {
            assert_eq!(of(number(code)), Some(code));
        }
        assert_eq!((number(Code::CardReplaced), of(0)), (0, None));
        assert!(all().count() < usize::from(crate::row::fate::REPEATED));
    }
}
