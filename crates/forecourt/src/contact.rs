//! The way to one chip: counted, traced, and dead once the power is off or the card was pulled.

use std::sync::Arc;

use api::site::{Element, Exchange, Happened};
use explain::{Chip, Shown, Value};
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::common::Common;
use crate::slot::{ChipTransport, Presence};
use crate::words::point;

/// The way to a card or a PSAM.
pub(crate) struct Contact {
    chip: Option<ChipTransport>,
    who: Chip,
    presence: Option<Arc<dyn Presence>>,
    common: Arc<Common>,
    nozzle: u8,
    /// Commands that went out.
    pub(crate) apdus: u32,
}

impl Contact {
    pub(crate) const fn card(
        common: Arc<Common>,
        nozzle: u8,
        chip: ChipTransport,
        presence: Arc<dyn Presence>,
    ) -> Self {
        let presence = Some(presence);
        Self { chip: Some(chip), who: Chip::Card, presence, common, nozzle, apdus: 0 }
    }

    pub(crate) const fn psam(common: Arc<Common>, nozzle: u8, chip: ChipTransport) -> Self {
        Self { chip: Some(chip), who: Chip::Psam, presence: None, common, nozzle, apdus: 0 }
    }

    /// A reader with nothing in it.
    pub(crate) const fn nothing(common: Arc<Common>, nozzle: u8) -> Self {
        Self { chip: None, who: Chip::Card, presence: None, common, nozzle, apdus: 0 }
    }

    /// Whether this very card is still in.
    pub(crate) fn is_in(&self) -> bool {
        self.presence.as_ref().is_none_or(|presence| presence.is_in())
    }

    fn tell(&self, command: &[u8], answer: Option<&[u8]>) {
        let asked = explain::command(command, Some(self.who));
        let said = answer.map(|answer| explain::answer(answer, asked.raw_header(), Some(self.who)));
        let show = |value: &Value| show(value, self.common.decimals);
        let elements = |values: &[Value]| {
            let element =
                |value: &Value| Element { name: value.name.to_owned(), value: show(value) };
            values.iter().map(element).collect::<Vec<_>>()
        };
        let brief = said.as_ref().map(|said| said.brief(show));
        let brief = brief.unwrap_or_else(|| "no answer".to_owned());
        let exchange = Exchange {
            chip: self.who.name().to_owned(),
            command: asked.masked(),
            answer: answer.map(hex::encode),
            words: format!("{}: {brief}", asked.name()),
            asked: elements(&asked.values),
            said: said.map_or_else(Vec::new, |said| elements(&said.values)),
        };
        self.common.feed.tell(Happened::Apdu { nozzle: self.nozzle, exchange });
    }
}

/// The data elements that are money.
const MONEY: [&str; 3] = ["amount", "balance", "overdraft limit"];

/// A value for people.
fn show(value: &Value, decimals: u8) -> String {
    match value.shown {
        Shown::Number(units) if MONEY.contains(&value.name) => point(units.into(), decimals),
        _ => value.shown.to_string(),
    }
}

impl Transport for Contact {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        if self.common.power.is_off() || !self.is_in() {
            return Err(Lost::NotSent);
        }
        self.apdus += 1;
        let answer = self.chip.as_mut().ok_or(Lost::NotSent)?.transmit(command);
        // What was answered in the moment in which the power went nobody has heard.
        if self.common.power.is_off() {
            return Err(Lost::Unknown);
        }
        if self.common.trace {
            self.tell(command, answer.as_ref().ok().map(wire::Buf::as_slice));
        }
        answer
    }

    fn is_present(&mut self) -> bool {
        !self.common.power.is_off()
            && self.is_in()
            && self.chip.as_mut().is_some_and(|chip| chip.is_present())
    }
}
