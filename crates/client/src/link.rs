//! A station's link over the network.

use api::collect::{ReportTaken, Reports};
use api::transfer as transfers;
use api::unlock::UnlockAsked;
use station::{Link, LinkDown, OpenTransfer, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::{Asked, Decided};
use terminal::transfer::{TransferAsked, TransferDecided, Way};
use wire::record::{decode, encode};
use wire::{Amount, Asn, ClaimedRecord, Date, LockId, Mac, Purse, Report, Time};

use crate::error::ClientError;
use crate::http::Client;

/// Reports of one request: the server takes 512.
const BATCH: usize = 500;

/// A station's way to a centre's server.
#[derive(Debug)]
pub struct ServerLink {
    client: Client,
    /// The prepaid account that pays the loads and gets the unloads of this link.
    pub account: Option<String>,
    /// What the centre had to say against reports, and why it was out of reach; each thing once.
    pub remarks: Vec<String>,
    /// The last call that failed did so because nobody was reached.
    pub out_of_reach: bool,
}

impl ServerLink {
    /// Over this client, which must be a station's.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client, account: None, remarks: Vec::new(), out_of_reach: false }
    }

    /// The client under it.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    fn remark(&mut self, remark: String) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// To a station a centre that fails, or does not know it, is as good as away: what it has to say stays in its journal.
    fn down(&mut self, error: &ClientError) -> LinkDown {
        self.remark(format!("the centre is out of reach: {error}"));
        self.out_of_reach = error.is_out_of_reach();
        LinkDown
    }

    /// An answer that the server should not have given.
    fn odd(&mut self, what: &str) -> LinkDown {
        self.remark(format!("the centre is out of reach: its answer has no {what}"));
        self.out_of_reach = false;
        LinkDown
    }

    fn remark_on(&mut self, report: &Report, taken: &ReportTaken) {
        if let Some(problem) = &taken.problem {
            self.remark(problem.title.clone());
        } else if let (None, Some(lock)) = (&taken.outcome, report.lock_id()) {
            self.remark(format!(
                "the centre keeps the report of lock {lock} aside: it does not verify"
            ));
        }
    }
}

impl Link for ServerLink {
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown> {
        let mut all_final = true;
        for batch in reports.chunks(BATCH) {
            let hex = |report: &Report| hex::encode(encode(report).as_slice());
            let sent = Reports { reports: batch.iter().map(hex).collect() };
            let taken = self.client.report(&sent).map_err(|error| self.down(&error))?;
            if taken.answers.len() != batch.len() {
                return Err(self.odd("word on each report"));
            }
            for (report, answer) in batch.iter().zip(&taken.answers) {
                self.remark_on(report, answer);
                all_final &= answer.r#final;
            }
        }
        Ok(if all_final { Taken::All } else { Taken::Some })
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        let id = hex::encode(encode(lock).as_slice());
        let found = self.client.grey_record(&id).map_err(|error| self.down(&error))?;
        let Some(found) = found else { return Ok(None) };
        let record = hex::decode(&found.record).ok().and_then(|bytes| decode(&bytes));
        record.map(Some).ok_or_else(|| self.odd("readable record"))
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        let Asked { asn, tid, status, init } = asked;
        let asked = UnlockAsked {
            asn: asn.to_string(),
            tid: tid.to_string(),
            status: hex::encode(status.encode().as_slice()),
            init: hex::encode(init.encode().as_slice()),
        };
        let answered = match self.client.unlock(&asked) {
            Ok(answered) => answered,
            Err(error) if is_refusal(&error) => return Ok(UnlockAnswer::Wait(error.what)),
            Err(error) => return Err(self.down(&error)),
        };
        match answered.decision {
            Some(decision) => {
                let decided = decided(&decision);
                decided.map(UnlockAnswer::Decided).ok_or_else(|| self.odd("readable decision"))
            }
            None => {
                let [name, why, act] = [answered.wait, answered.words, answered.what_to_do]
                    .map(Option::unwrap_or_default);
                Ok(UnlockAnswer::Wait(format!("{why} ({name}): {act}")))
            }
        }
    }

    fn transfer(&mut self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        let TransferAsked { way, asn, tid, purse, amount, init } = asked;
        let asked = transfers::TransferAsked {
            way: way_name(*way).to_owned(),
            asn: asn.to_string(),
            tid: tid.to_string(),
            purse: purse.to_string(),
            amount: amount.units(),
            init: hex::encode(init.encode().as_slice()),
            account: self.account.clone(),
        };
        match self.client.transfer(&asked) {
            Ok(answered) => {
                let decided = transfer_decided(&answered);
                decided.map(TransferAnswer::Decided).ok_or_else(|| self.odd("readable decision"))
            }
            Err(error) if is_refusal(&error) => Ok(TransferAnswer::Refused(error.what)),
            Err(error) => Err(self.down(&error)),
        }
    }

    fn open_transfers(&mut self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        let open = self.client.open_transfers(&asn.to_string());
        let open = open.map_err(|error| self.down(&error))?;
        let open: Option<Vec<_>> = open.iter().map(open_transfer).collect();
        open.ok_or_else(|| self.odd("readable list of open transfers"))
    }

    fn prove_transfer(&mut self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        let proof = transfers::TransferProof {
            way: way_name(open.way).to_owned(),
            asn: asn.to_string(),
            purse: open.purse.to_string(),
            otc: open.otc,
            tac: tac.to_string(),
        };
        match self.client.prove_transfer(&proof) {
            Ok(_) => Ok(true),
            Err(error) if is_refusal(&error) => {
                self.remark(error.what);
                Ok(false)
            }
            Err(error) => Err(self.down(&error)),
        }
    }
}

/// The rules say no: that is an answer. Who is not let in has none.
fn is_refusal(error: &ClientError) -> bool {
    error.kind == crate::Kind::Refused && error.name() != Some("not_permitted")
}

fn decided(decision: &api::unlock::Decision) -> Option<Decided> {
    Some(Decided {
        amount: Amount::new(decision.amount)?,
        date: date(&decision.date)?,
        time: time(&decision.time)?,
        mac2: decision.mac2.parse().ok()?,
    })
}

fn transfer_decided(decision: &transfers::TransferDecided) -> Option<TransferDecided> {
    Some(TransferDecided {
        date: date(&decision.date)?,
        time: time(&decision.time)?,
        mac2: decision.mac2.parse().ok()?,
    })
}

fn date(text: &str) -> Option<Date> {
    Date::from_bytes(hex::decode(text).ok()?.try_into().ok()?)
}

fn time(text: &str) -> Option<Time> {
    Time::from_bytes(hex::decode(text).ok()?.try_into().ok()?)
}

const fn way_name(way: Way) -> &'static str {
    match way {
        Way::Load => "load",
        Way::Unload => "unload",
    }
}

fn open_transfer(open: &transfers::OpenTransfer) -> Option<OpenTransfer> {
    let way = [Way::Load, Way::Unload].into_iter().find(|way| way_name(*way) == open.way)?;
    let purse = Purse::ALL.into_iter().find(|purse| purse.to_string() == open.purse)?;
    Some(OpenTransfer { way, purse, otc: open.otc })
}
