//! Prepaid accounts: money that a station or seller paid in before, from which the loads of its counters are taken and
//! to which their unloads go.
//!
//! Such an account is what the centre owes to whoever paid in. A load takes its amount when the answer leaves, so an
//! account never promises the same money to two cards; it has it back when the load did not take place. An unload is
//! credited on proof. Of several answers under one OTC each account holds the highest that was charged to it, since the
//! card may take any of them (`transferred`).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use wire::{Stamp, Tid};

use crate::books::{Books, StationId};
use crate::centre::{Centre, Registered};
use crate::codec;
use crate::codes::Codes;
use crate::ledger::{Account, Legs, Posting, PostingReason};
use crate::operator::is_person;
use crate::refusal::Refusal;

/// The longest name of an account, in bytes.
const LONGEST_NAME: usize = 32;
/// The longest reference of a funding, in bytes.
const LONGEST_REFERENCE: usize = 64;
/// Most units that one funding moves: sums of a billion of them stay within the ledger.
const MOST: i64 = 1_000_000_000_000;

/// The name of a prepaid account: 1 to 32 small letters, digits, `-`, `_` or `.`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrepaidName([u8; LONGEST_NAME]);

impl PrepaidName {
    fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST_NAME);
        // Only ASCII gets in.
        self.0.get(..end).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

impl fmt::Display for PrepaidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PrepaidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no account's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("want 1 to 32 of a-z, 0-9, `-`, `_` and `.`")]
pub struct PrepaidNameError;

impl FromStr for PrepaidName {
    type Err = PrepaidNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        if text.is_empty() || !text.bytes().all(allowed) {
            return Err(PrepaidNameError);
        }
        let mut name = [0; LONGEST_NAME];
        name.get_mut(..text.len()).ok_or(PrepaidNameError)?.copy_from_slice(text.as_bytes());
        Ok(Self(name))
    }
}

/// An account as it was opened.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct PrepaidAccount {
    /// Its name.
    #[serde(with = "codec::text")]
    pub name: PrepaidName,
    /// Who paid in, in words.
    pub holder: String,
    /// The stations whose counters may charge it.
    pub stations: BTreeSet<StationId>,
}

/// Money paid in, or paid back.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Funding {
    /// The account.
    #[serde(with = "codec::text")]
    pub name: PrepaidName,
    /// What names this payment among those of the account: the bank's reference. The same one posts once.
    pub reference: String,
    /// Units; negative is paid back to the holder.
    pub amount: i64,
    /// Who entered it.
    pub maker: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// A funding was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Funded {
    /// What is on the account.
    pub balance: i128,
    /// This reference was taken before.
    pub repeat: bool,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Opens an account. The same one again is a repeat.
    pub fn open_prepaid(&mut self, account: &PrepaidAccount) -> Result<Registered, Refusal> {
        match self.books.prepaid(account.name) {
            Some(known) if known == *account => Ok(Registered { repeat: true }),
            Some(_) => Err(Refusal::AccountAlreadyOpen),
            None => {
                self.books.put_prepaid(account.clone());
                Ok(Registered { repeat: false })
            }
        }
    }

    /// Takes money in for an account, or pays it back, once for each reference.
    pub fn fund_prepaid(&mut self, funding: &Funding) -> Result<Funded, Refusal> {
        let Funding { name, reference, amount, maker, now } = funding;
        self.books.prepaid(*name).ok_or(Refusal::AccountUnknown)?;
        let account = Account::Prepaid(*name);
        is_reference(reference)?;
        if let Some(known) = self.books.funding(*name, reference) {
            return match known.amount == *amount {
                true => Ok(Funded { balance: self.books.balance(&account), repeat: true }),
                false => Err(Refusal::FundingDisagrees),
            };
        }
        is_person(maker)?;
        if *amount == 0 || !(-MOST..=MOST).contains(amount) {
            return Err(Refusal::FundingOutOfRange);
        }
        let balance = self.books.balance(&account) + i128::from(*amount);
        if balance < 0 {
            return Err(Refusal::AccountTooLow);
        }
        let lines = Legs::default().transfer(Account::Issued, account, *amount);
        let lines = lines.ok_or(Refusal::LedgerOverflow)?;
        self.books.add_funding(funding.clone());
        let reason = PostingReason::PrepaidFunded;
        self.books.post(Posting { reason, asn: None, lock: None, at: *now, lines });
        Ok(Funded { balance, repeat: false })
    }

    /// Whether the counter of this terminal may charge the account.
    pub(crate) fn may_charge(&self, name: PrepaidName, tid: Tid) -> Result<(), Refusal> {
        let account = self.books.prepaid(name).ok_or(Refusal::AccountUnknown)?;
        let station = self.books.station_of(tid);
        match station.is_some_and(|station| account.stations.contains(&station)) {
            true => Ok(()),
            false => Err(Refusal::AccountOfOthers),
        }
    }
}

fn is_reference(reference: &str) -> Result<(), Refusal> {
    let printable = !reference.chars().any(char::is_control);
    // Blanks around it would make another reference of the same payment.
    let plain = reference.trim() == reference && !reference.is_empty();
    let named = plain && reference.len() <= LONGEST_REFERENCE;
    if named && printable { Ok(()) } else { Err(Refusal::ReferenceMissing) }
}
