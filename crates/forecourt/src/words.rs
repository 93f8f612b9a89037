//! Locks and failures as documents and sentences.

use api::operate::Lock;
use station::visit::NotFreed;
use terminal::Failure;
use wire::LockId;

/// A lock as a document.
pub(crate) fn lock_document(lock: &LockId) -> Lock {
    Lock {
        asn: lock.asn.to_string(),
        purse: lock.purse.to_string(),
        ctc: lock.ctc,
        tid: lock.tid.to_string(),
        ttc: lock.ttc.0,
    }
}

/// A whole number of the last digit's units, with its point: money, or with three digits a quantity.
pub(crate) fn point(units: u64, digits: u8) -> String {
    let Some(one) = 10_u64.checked_pow(digits.into()).filter(|_| digits > 0) else {
        return units.to_string();
    };
    format!("{}.{:0width$}", units / one, units % one, width = usize::from(digits))
}

/// What broke, one sentence.
pub(crate) fn failure_words(failure: &Failure) -> String {
    match failure {
        Failure::CardRefused { command: "VERIFY PIN", status } => {
            format!("the card refused the PIN: {status} {}", status.words())
        }
        Failure::Journal => {
            "the journal could not be written: check the disk's free space and health".to_owned()
        }
        Failure::DispenserSilent => {
            "the dispenser gives no reading: see that it is switched on and connected".to_owned()
        }
        other => other.to_string(),
    }
}

/// Why a card was not freed, one sentence.
pub(crate) fn not_freed_words(reason: &NotFreed) -> String {
    match reason {
        NotFreed::Failed(failure) => failure_words(failure),
        NotFreed::Wait(words) => format!("the centre does not unlock it now: {words}"),
        NotFreed::NoRecordNoLink => {
            "the card is grey, no record here fits it and the centre is not in reach: show the receipt of its last fill"
                .to_owned()
        }
        NotFreed::ApplicationLocked => {
            "the application on the card is locked: only its issuer frees it".to_owned()
        }
    }
}

/// The stable name of the same.
pub(crate) const fn not_freed_name(reason: &NotFreed) -> &'static str {
    match reason {
        NotFreed::Failed(failure) => crate::refused::name_of(failure),
        NotFreed::Wait(_) => "centre_waits",
        NotFreed::NoRecordNoLink => "no_record_no_link",
        NotFreed::ApplicationLocked => "application_locked",
    }
}
