//! The centre behind a URL, as its operators see it.

use api::books::Field;
use api::issue::{IssueCard, IssuePsam};
use api::operate::{Holes, Notice, Outcome, Purchase, Ruling, RulingState};
use api::prepaid::{Funded, NewFunding, NewPrepaid, Prepaid};
use api::register::{Acted, Issued, NewAct, PurseOpening};
use api::unlock::{SwitchAsked, UnblockAsked};
use audit::facts::HostFacts;
use audit::gather;
use client::{Client, ClientError, Wanted};
use host::issue::{CardOrder, PsamOrder};
use host::{Centre, Chip, Subject};
use store::{Export, Value};
use wire::{Asn, Mac, Tid};
use zeroize::Zeroizing;

use super::no_keys::NoKeys;
use super::office::{Office, Standing, SwitchStep, Switched};
use crate::error::{Error, Fault};

/// A server.
pub struct ServerOffice {
    client: Client,
    /// The operator whom the certificate names.
    operator: Option<String>,
}

impl ServerOffice {
    /// Over this client, which must be an operator's; `operator` is the name that its certificate says.
    #[must_use]
    pub const fn new(client: Client, operator: Option<String>) -> Self {
        Self { client, operator }
    }

    /// Nobody decides in the name of another one.
    fn is(&self, name: &str) -> Result<(), Error> {
        match &self.operator {
            Some(operator) if operator != name => {
                Err(Error::usage(format!("the certificate is {operator}'s, not {name}'s"))
                    .advice("each operator decides with a certificate of his own"))
            }
            _ => Ok(()),
        }
    }
}

fn all<T>(rows: impl Iterator<Item = Result<T, ClientError>>) -> Result<Vec<T>, Error> {
    Ok(rows.collect::<Result<_, _>>()?)
}

fn code(text: &str) -> Result<Mac, Error> {
    text.parse().map_err(|_| Error::new(Fault::System, "the server's answer has no code"))
}

impl Office for ServerOffice {
    fn outcomes(&mut self, wanted: &Wanted) -> Result<Vec<Outcome>, Error> {
        let mut rows = all(self.client.outcomes(wanted))?;
        rows.retain(|row| wanted.takes(row.asn.as_deref(), &row.tid));
        Ok(rows)
    }

    fn purchases(&mut self, wanted: &Wanted) -> Result<Vec<Purchase>, Error> {
        let mut rows = all(self.client.purchases(wanted))?;
        rows.retain(|row| wanted.takes(Some(&row.asn), &row.tid));
        Ok(rows)
    }

    fn notices(&mut self) -> Result<Vec<Notice>, Error> {
        all(self.client.notices())
    }

    fn proposals(&mut self) -> Result<Vec<RulingState>, Error> {
        Ok(self.client.rulings()?)
    }

    fn propose(&mut self, ruling: &Ruling, maker: &str) -> Result<RulingState, Error> {
        self.is(maker)?;
        Ok(self.client.propose(ruling)?)
    }

    fn approve(&mut self, ruling: &Ruling, checker: &str) -> Result<RulingState, Error> {
        self.is(checker)?;
        Ok(self.client.approve(ruling)?)
    }

    fn holes(&mut self, tid: Option<Tid>) -> Result<Vec<Holes>, Error> {
        let tids = match tid {
            Some(tid) => vec![tid.to_string()],
            None => all(self.client.psams())?.into_iter().map(|psam| psam.tid).collect(),
        };
        let holes = tids.iter().map(|tid| self.client.holes(tid));
        let heard = |holes: &Result<Holes, ClientError>| match holes {
            Ok(holes) => holes.highest.is_some(),
            Err(_) => true,
        };
        all(holes.filter(heard))
    }

    fn key_versions(&mut self, asn: Asn) -> Result<Vec<u8>, Error> {
        Ok(self.client.card(&asn.to_string())?.key_versions)
    }

    fn unblock(&mut self, asn: Asn, version: Option<u8>, challenge: [u8; 4]) -> Result<Mac, Error> {
        let asked = UnblockAsked { challenge: hex::encode(challenge), key_version: version };
        code(&self.client.unblock(&asn.to_string(), &asked)?.mac)
    }

    fn switch(&mut self, step: &SwitchStep) -> Result<Switched, Error> {
        let asked = SwitchAsked {
            to: step.to,
            tid: step.tid.to_string(),
            init: hex::encode(step.init.encode().as_slice()),
            challenge: hex::encode(step.challenge),
        };
        let answered = self.client.switch(&step.asn.to_string(), &asked)?;
        let mac = answered.mac.as_deref().map(code).transpose()?;
        Ok(Switched { to: answered.to, mac })
    }

    fn issue_card(
        &mut self,
        order: &CardOrder,
        begin_with: Option<u8>,
        chip: Chip,
    ) -> Result<card::Profile, Error> {
        let card::Opening { balance, limit, ctc, otc } = order.opening;
        let asked = IssueCard {
            chip: chip.to_string(),
            purse: order.purse.to_string(),
            opening: PurseOpening { balance: balance.units(), limit: limit.units(), ctc, otc },
            aid: hex::encode(order.aid.as_slice()),
            start: order.start.to_string(),
            expiry: order.expiry.to_string(),
            begin_with,
        };
        let answered = self.client.issue_card(&order.asn.to_string(), &asked)?;
        let mut bytes = Zeroizing::new([0; card::Profile::LEN]);
        let read = hex::decode_to_slice(answered.profile.0.as_str(), &mut *bytes);
        let profile = read.ok().and_then(|()| card::Profile::decode(&bytes));
        profile.filter(|profile| profile.public.asn() == order.asn).ok_or_else(other_profile)
    }

    fn issue_psam(
        &mut self,
        order: &PsamOrder,
        station: Option<&str>,
        chip: Chip,
    ) -> Result<psam::Profile, Error> {
        let station = station.ok_or_else(|| {
            Error::usage("a server wants to know whose PSAM it is")
                .advice("give --station NAME: it alone will speak for this terminal id")
        })?;
        let asked = IssuePsam {
            chip: chip.to_string(),
            station: station.to_owned(),
            serial: hex::encode(order.serial),
            first_ttc: order.first_ttc,
        };
        let answered = self.client.issue_psam(&order.tid.to_string(), &asked)?;
        let mut bytes = Zeroizing::new([0; psam::Profile::LEN]);
        let read = hex::decode_to_slice(answered.profile.0.as_str(), &mut *bytes);
        let profile = read.ok().and_then(|()| psam::Profile::decode(bytes.as_slice()));
        profile.filter(|profile| profile.tid == order.tid).ok_or_else(other_profile)
    }

    fn issued(&mut self, subject: Subject, chip: Chip) -> Result<(), Error> {
        let issued = Issued { chip: Some(chip.to_string()) };
        match subject {
            Subject::Card(asn) => self.client.card_issued(&asn.to_string(), &issued)?,
            Subject::Psam(tid) => self.client.psam_issued(&tid.to_string(), &issued)?,
        };
        Ok(())
    }

    fn standing(&mut self, subject: Subject) -> Result<Standing, Error> {
        let (state, life) = match subject {
            Subject::Card(asn) => {
                let card = self.client.card(&asn.to_string())?;
                (card.state, card.life)
            }
            Subject::Psam(tid) => {
                let psam = self.client.psam(&tid.to_string())?;
                (psam.state, psam.life)
            }
        };
        Ok(Standing { state, life })
    }

    fn act(&mut self, subject: Subject, act: &NewAct, maker: &str) -> Result<Acted, Error> {
        self.is(maker)?;
        Ok(match subject {
            Subject::Card(asn) => self.client.act_on_card(&asn.to_string(), act)?,
            Subject::Psam(tid) => self.client.act_on_psam(&tid.to_string(), act)?,
        })
    }

    fn approve_act(
        &mut self,
        subject: Subject,
        number: u32,
        checker: &str,
    ) -> Result<Acted, Error> {
        self.is(checker)?;
        Ok(match subject {
            Subject::Card(asn) => self.client.approve_on_card(&asn.to_string(), number)?,
            Subject::Psam(tid) => self.client.approve_on_psam(&tid.to_string(), number)?,
        })
    }

    fn open_prepaid(&mut self, account: &NewPrepaid) -> Result<bool, Error> {
        Ok(self.client.open_prepaid(account)?.repeat)
    }

    fn fund_prepaid(
        &mut self,
        name: &str,
        paid: &NewFunding,
        maker: &str,
    ) -> Result<Funded, Error> {
        self.is(maker)?;
        Ok(self.client.fund_prepaid(name, paid)?)
    }

    fn prepaids(&mut self) -> Result<Vec<Prepaid>, Error> {
        all(self.client.prepaids())
    }

    /// The rows, not sums that the server says: the audit adds up by itself.
    fn facts(&mut self) -> Result<HostFacts, Error> {
        let mut export = Export::default();
        self.client.books(|table, row| {
            export.add(table, row.into_iter().map(value).collect());
        })?;
        let books = export.books().map_err(|error| {
            Error::new(Fault::System, format!("the server's books cannot be read: {error}"))
                .advice("audit with the version of greylock that serves them")
        })?;
        Ok(gather::centre(&Centre::new(books, NoKeys)))
    }
}

fn other_profile() -> Error {
    Error::new(Fault::System, "the server answered the profile of something else")
        .advice("issue with the version of greylock that the server runs")
}

fn value(field: Field) -> Value {
    match field {
        Field::Nothing => Value::Null,
        Field::Number(number) => Value::Number(number),
        Field::Text(text) => Value::Text(text),
    }
}
