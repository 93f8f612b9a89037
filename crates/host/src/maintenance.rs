//! What the centre does to a card itself: APPLICATION UNBLOCK, and the switch to its next keys (protocol §5, §7).

use crypto::check;
use serde::{Deserialize, Serialize};
use wire::response::InitUpdate;
use wire::{Asn, Mac, Stamp, Tid};

use crate::books::{Books, Card, KeysSince};
use crate::centre::Centre;
use crate::codec;
use crate::codes::{Codes, OnlineSession, UpdateStand};
use crate::notice::{About, Code};
use crate::refusal::Refusal;

/// What whoever has the card at hand sends to bring it over to other keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SwitchRequest {
    /// The card.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// The version that it is to use.
    pub to: u8,
    /// The TID that INITIALIZE FOR UPDATE carried.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// The response of INITIALIZE FOR UPDATE: with its MAC1 the card proves which keys it uses.
    #[serde(with = "codec::bytes")]
    pub init: InitUpdate,
    /// What the GET CHALLENGE behind it answered.
    pub challenge: [u8; 4],
    /// The centre's time.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// The centre's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwitchAnswer {
    /// Send SWITCH KEYS with this code, then ask again.
    Send(Mac),
    /// The card has proved that it uses these keys: nothing is left to do.
    Done,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// The code of APPLICATION UNBLOCK `84 18 00 00 04` over the card's challenge: it leaves
    /// balance, mark and unread TAC as they are, and the unlock can follow (protocol §5). A version is given by who has
    /// seen it on the grey card, or has tried the other one.
    pub fn unblock(
        &mut self,
        asn: Asn,
        version: Option<u8>,
        challenge: [u8; 4],
        now: Stamp,
    ) -> Result<Mac, Refusal> {
        let card = self.living_card(asn)?;
        let believed = self.believed(&card);
        let version = match version {
            Some(version) if believed.contains(&version) => version,
            Some(_) => return Err(Refusal::KeyVersionNotInUse),
            None => *believed.first().ok_or(Refusal::KeyVersionUnknown)?,
        };
        let header = [0x84, 0x18, 0x00, 0x00, 0x04];
        let code = self.vault.maintenance(version, asn, challenge, &header);
        let code = code.ok_or(Refusal::KeyVersionUnknown)?;
        self.tell(Code::ApplicationUnblocked, About::card(asn), now, String::new());
        Ok(code)
    }

    /// SWITCH KEYS for a card that proves which keys it uses. Asked again afterwards it learns what the card did: an
    /// answer that got lost costs nothing. That the code was handed out is in the books before it leaves.
    pub fn switch(&mut self, request: &SwitchRequest) -> Result<SwitchAnswer, Refusal> {
        let SwitchRequest { asn, to, challenge, now, .. } = *request;
        let card = self.living_card(asn)?;
        let uses = self.prove_version(request)?;
        self.learn_version(asn, uses, now);
        if uses == to {
            return Ok(SwitchAnswer::Done);
        }
        if !self.is_newer(to, Some(uses)) {
            return Err(Refusal::KeyVersionNotNewer);
        }
        let code = self.vault.switch_keys(uses, asn, challenge, to);
        let code = code.ok_or(Refusal::KeyVersionUnknown)?;
        let card = self.books.card(asn).unwrap_or(card);
        if self.is_newer(to, card.keys.ordered) {
            let keys = KeysSince { ordered: Some(to), ..card.keys };
            self.books.put_card(Card { keys, ..card });
        }
        self.tell(Code::SwitchOrdered, About::card(asn), now, format!("from {uses} to {to}"));
        Ok(SwitchAnswer::Send(code))
    }

    /// The versions of which one is in use on a card, the likelier first: two while a SWITCH KEYS is out.
    pub fn key_versions(&self, asn: Asn) -> Result<Vec<u8>, Refusal> {
        Ok(self.believed(&self.card(asn)?))
    }

    fn believed(&self, card: &Card) -> Vec<u8> {
        let known = self.known_version(card);
        let ordered = card.keys.ordered.filter(|to| self.is_newer(*to, known));
        ordered.into_iter().chain(known).collect()
    }

    /// The last version that the card is known to use, or to have used.
    fn known_version(&self, card: &Card) -> Option<u8> {
        let newest = || self.vault.versions().into_iter().next();
        card.keys.proved.or(card.opening.key_version).or_else(newest)
    }

    /// The card made a code with keys of this version. An old proof that comes late says nothing new: no card goes back.
    pub(crate) fn learn_version(&mut self, asn: Asn, version: u8, now: Stamp) {
        self.card_lives(asn);
        let Some(card) = self.books.card(asn) else { return };
        if !self.is_newer(version, self.known_version(&card)) {
            return;
        }
        let keys = KeysSince { proved: Some(version), ..card.keys };
        self.books.put_card(Card { keys, ..card });
        self.tell(Code::KeysSwitched, About::card(asn), now, format!("to {version}"));
    }

    /// Whether the vault has this version, and has it before the other one: it names the newest first.
    fn is_newer(&self, version: u8, than: Option<u8>) -> bool {
        let versions = self.vault.versions();
        let place = |wanted: u8| versions.iter().position(|version| *version == wanted);
        let other = than.and_then(place).unwrap_or(versions.len());
        place(version).is_some_and(|place| place < other)
    }

    fn prove_version(&self, request: &SwitchRequest) -> Result<u8, Refusal> {
        let SwitchRequest { asn, tid, init, .. } = *request;
        let InitUpdate { balance, otc, limit, key, icc, mac1 } = init;
        if self.vault.suite(key.version) != Some(key.algorithm) {
            return Err(Refusal::KeyVersionUnknown);
        }
        let session = OnlineSession { asn, version: key.version, icc, otc };
        let own = self.vault.update_mac1(&session, &UpdateStand { balance, limit, tid });
        check(own.ok_or(Refusal::KeyVersionUnknown)?, mac1).ok_or(Refusal::Mac1Wrong)?;
        Ok(key.version)
    }

    fn living_card(&self, asn: Asn) -> Result<Card, Refusal> {
        let card = self.card(asn)?;
        if card.replaced.is_some() { Err(Refusal::CardReplaced) } else { Ok(card) }
    }
}
