//! What a station asks and reports.

use api::collect::{Reports, ReportsTaken};
use api::lists::{Blacklisted, GreyRecord, ListState};
use api::transfer::{OpenTransfer, TransferAsked, TransferDecided, TransferProof, TransferProved};
use api::unlock::{Receipt, ReceiptTaken, UnlockAnswered, UnlockAsked};

use crate::error::ClientError;
use crate::http::{Client, encoded};
use crate::paging::Pages;

/// Every method fails as [`ClientError`] says.
#[expect(clippy::missing_errors_doc, reason = "one sentence above for all of them")]
impl Client {
    /// Sends a batch of reports, at most 512.
    pub fn report(&self, reports: &Reports) -> Result<ReportsTaken, ClientError> {
        self.post("/v1/reports", reports)
    }

    /// Asks for the unlock of a grey card.
    pub fn unlock(&self, asked: &UnlockAsked) -> Result<UnlockAnswered, ClientError> {
        self.post("/v1/unlocks", asked)
    }

    /// Hands in the card's receipt of an on-line unlock.
    pub fn receipt(&self, receipt: &Receipt) -> Result<ReceiptTaken, ClientError> {
        self.post("/v1/receipts", receipt)
    }

    /// Asks for a load or an unload.
    pub fn transfer(&self, asked: &TransferAsked) -> Result<TransferDecided, ClientError> {
        self.post("/v1/transfers", asked)
    }

    /// Hands in the card's proof of a load or an unload.
    pub fn prove_transfer(&self, proof: &TransferProof) -> Result<TransferProved, ClientError> {
        self.post("/v1/transfers/proofs", proof)
    }

    /// The loads and unloads of a card that no proof was brought for.
    pub fn open_transfers(&self, asn: &str) -> Result<Vec<OpenTransfer>, ClientError> {
        self.get(&format!("/v1/cards/{}/transfers/open", encoded(asn)))
    }

    /// The grey list.
    #[must_use]
    pub fn grey_records(&self) -> Pages<'_, GreyRecord> {
        Pages::new(self, "/v1/grey-records".to_owned())
    }

    /// The record of one lock, by its whole id in hex; `None` when none is listed.
    pub fn grey_record(&self, lock: &str) -> Result<Option<GreyRecord>, ClientError> {
        match self.get(&format!("/v1/grey-records/{}", encoded(lock))) {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// A whole list, `blacklist` or `grey`, as its file (docs/formats.md).
    pub fn list_base(&self, list: &str) -> Result<Vec<u8>, ClientError> {
        self.octets(&format!("/v1/lists/{}", encoded(list)))
    }

    /// What a list holds at a cursor; `None` when the centre's books never had it.
    pub fn list_state(&self, list: &str, at: &str) -> Result<Option<ListState>, ClientError> {
        let path = format!("/v1/lists/{}/state?at={}", encoded(list), encoded(at));
        match self.get(&path) {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Cards that get no new lock.
    pub fn blacklist(&self) -> Result<Vec<Blacklisted>, ClientError> {
        self.get("/v1/blacklist")
    }
}
