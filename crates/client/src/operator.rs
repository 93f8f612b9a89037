//! What operators look at and decide.

use std::io::{BufRead as _, BufReader};

use api::books::{Field, Line};
use api::issue::{IssueCard, IssuePsam, Profile};
use api::ledger::{Posting, TrialBalance};
use api::operate::{Holes, Notice, Outcome, Purchase, Ruling, RulingState};
use api::prepaid::{Funded, NewFunding, NewPrepaid, Prepaid};
use api::register::{
    Acted, Card, Issued, NewAct, NewCard, NewPsam, Psam, Registered, ReplaceCard, Replaced,
};
use api::unlock::{SwitchAnswered, SwitchAsked, Unblock, UnblockAsked};

use crate::error::ClientError;
use crate::http::{Client, encoded};
use crate::paging::Pages;

/// Of what a list is wanted: of everything, or of a card or a terminal alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Of this card only.
    pub asn: Option<String>,
    /// Of this terminal only.
    pub tid: Option<String>,
}

impl Wanted {
    /// Whether a row of this card, where it is known, and this terminal is wanted.
    #[must_use]
    pub fn takes(&self, asn: Option<&str>, tid: &str) -> bool {
        self.asn.as_deref().is_none_or(|wanted| asn == Some(wanted))
            && self.tid.as_deref().is_none_or(|wanted| tid == wanted)
    }

    /// The server takes one of both.
    fn at(&self, path: &str) -> String {
        match (&self.asn, &self.tid) {
            (Some(asn), _) => format!("{path}?asn={}", encoded(asn)),
            (None, Some(tid)) => format!("{path}?tid={}", encoded(tid)),
            (None, None) => path.to_owned(),
        }
    }
}

/// Every method fails as [`ClientError`] says.
#[expect(clippy::missing_errors_doc, reason = "one sentence above for all of them")]
impl Client {
    /// The outcomes that the centre heard. Asked for a card and a terminal, those of the card.
    #[must_use]
    pub fn outcomes(&self, wanted: &Wanted) -> Pages<'_, Outcome> {
        Pages::new(self, wanted.at("/v1/outcomes"))
    }

    /// The purchases that the centre heard of, as [`Client::outcomes`].
    #[must_use]
    pub fn purchases(&self, wanted: &Wanted) -> Pages<'_, Purchase> {
        Pages::new(self, wanted.at("/v1/purchases"))
    }

    /// What waits for a decision or needs attention.
    #[must_use]
    pub fn notices(&self) -> Pages<'_, Notice> {
        Pages::new(self, "/v1/notices".to_owned())
    }

    /// Proposals that wait for their checker.
    pub fn rulings(&self) -> Result<Vec<RulingState>, ClientError> {
        self.get("/v1/rulings")
    }

    /// Proposes a ruling.
    pub fn propose(&self, ruling: &Ruling) -> Result<RulingState, ClientError> {
        self.post("/v1/rulings", ruling)
    }

    /// Approves what another operator proposed.
    pub fn approve(&self, ruling: &Ruling) -> Result<RulingState, ClientError> {
        self.post("/v1/rulings/approvals", ruling)
    }

    /// Takes a card into the books that was made with the centre's keys.
    pub fn register_card(&self, card: &NewCard) -> Result<Registered, ClientError> {
        self.post("/v1/cards", card)
    }

    /// Begins a card, and hears what it is to be made of.
    pub fn issue_card(&self, asn: &str, card: &IssueCard) -> Result<Profile, ClientError> {
        self.post(&format!("/v1/cards/{}/profile", encoded(asn)), card)
    }

    /// Says that a card was made and is out.
    pub fn card_issued(&self, asn: &str, issued: &Issued) -> Result<Registered, ClientError> {
        self.post(&format!("/v1/cards/{}/issued", encoded(asn)), issued)
    }

    /// Does something about a card.
    pub fn act_on_card(&self, asn: &str, act: &NewAct) -> Result<Acted, ClientError> {
        self.post(&format!("/v1/cards/{}/acts", encoded(asn)), act)
    }

    /// Approves what another operator ordered about a card.
    pub fn approve_on_card(&self, asn: &str, number: u32) -> Result<Acted, ClientError> {
        self.post(&format!("/v1/cards/{}/acts/{number}/approval", encoded(asn)), &())
    }

    /// The cards.
    #[must_use]
    pub fn cards(&self) -> Pages<'_, Card> {
        Pages::new(self, "/v1/cards".to_owned())
    }

    /// A card.
    pub fn card(&self, asn: &str) -> Result<Card, ClientError> {
        self.get(&format!("/v1/cards/{}", encoded(asn)))
    }

    /// The code that unblocks a locked application.
    pub fn unblock(&self, asn: &str, asked: &UnblockAsked) -> Result<Unblock, ClientError> {
        self.post(&format!("/v1/cards/{}/unblock", encoded(asn)), asked)
    }

    /// The next step of a card's way to other keys.
    pub fn switch(&self, asn: &str, asked: &SwitchAsked) -> Result<SwitchAnswered, ClientError> {
        self.post(&format!("/v1/cards/{}/switch", encoded(asn)), asked)
    }

    /// Replaces a lost card.
    pub fn replace(&self, asn: &str, order: &ReplaceCard) -> Result<Replaced, ClientError> {
        self.post(&format!("/v1/cards/{}/replacement", encoded(asn)), order)
    }

    /// Gives a PSAM to a station.
    pub fn register_psam(&self, psam: &NewPsam) -> Result<Registered, ClientError> {
        self.post("/v1/psams", psam)
    }

    /// Begins a PSAM, and hears what it is to be made of.
    pub fn issue_psam(&self, tid: &str, psam: &IssuePsam) -> Result<Profile, ClientError> {
        self.post(&format!("/v1/psams/{}/profile", encoded(tid)), psam)
    }

    /// Says that a PSAM was made and is out.
    pub fn psam_issued(&self, tid: &str, issued: &Issued) -> Result<Registered, ClientError> {
        self.post(&format!("/v1/psams/{}/issued", encoded(tid)), issued)
    }

    /// Does something about a PSAM.
    pub fn act_on_psam(&self, tid: &str, act: &NewAct) -> Result<Acted, ClientError> {
        self.post(&format!("/v1/psams/{}/acts", encoded(tid)), act)
    }

    /// Approves what another operator ordered about a PSAM.
    pub fn approve_on_psam(&self, tid: &str, number: u32) -> Result<Acted, ClientError> {
        self.post(&format!("/v1/psams/{}/acts/{number}/approval", encoded(tid)), &())
    }

    /// The PSAMs.
    #[must_use]
    pub fn psams(&self) -> Pages<'_, Psam> {
        Pages::new(self, "/v1/psams".to_owned())
    }

    /// The transaction numbers of a PSAM that nobody reported.
    pub fn holes(&self, tid: &str) -> Result<Holes, ClientError> {
        self.get(&format!("/v1/psams/{}/holes", encoded(tid)))
    }

    /// A PSAM.
    pub fn psam(&self, tid: &str) -> Result<Psam, ClientError> {
        self.get(&format!("/v1/psams/{}", encoded(tid)))
    }

    /// Opens a prepaid account.
    pub fn open_prepaid(&self, account: &NewPrepaid) -> Result<Registered, ClientError> {
        self.post("/v1/prepaid", account)
    }

    /// The prepaid accounts.
    #[must_use]
    pub fn prepaids(&self) -> Pages<'_, Prepaid> {
        Pages::new(self, "/v1/prepaid".to_owned())
    }

    /// Enters what was paid into a prepaid account, or is paid back.
    pub fn fund_prepaid(&self, name: &str, paid: &NewFunding) -> Result<Funded, ClientError> {
        self.post(&format!("/v1/prepaid/{}/fundings", encoded(name)), paid)
    }

    /// Every account, and their sum.
    pub fn accounts(&self) -> Result<TrialBalance, ClientError> {
        self.get("/v1/accounts")
    }

    /// All books of one state, row by row; each row with the name of its table.
    pub fn books(&self, mut each: impl FnMut(String, Vec<Field>)) -> Result<(), ClientError> {
        let broken = |why: &str| ClientError::out_of_reach(format!("the books broke off: {why}"));
        let mut lines = BufReader::new(self.stream("/v1/books", None)?.into_reader());
        let (mut line, mut count) = (String::new(), 0);
        loop {
            line.clear();
            let read = lines.read_line(&mut line).map_err(|error| broken(&error.to_string()))?;
            if read == 0 {
                return Err(broken("their end is missing"));
            }
            let line = serde_json::from_str(&line);
            match line.map_err(|error| ClientError::centre(format!("no row: {error}")))? {
                Line::Row { table, row } => each(table, row),
                Line::End { rows } if rows == count => return Ok(()),
                Line::End { .. } => return Err(broken("rows are missing")),
            }
            count += 1;
        }
    }

    /// The postings, oldest first.
    #[must_use]
    pub fn postings(&self) -> Pages<'_, Posting> {
        Pages::new(self, "/v1/postings".to_owned())
    }
}
