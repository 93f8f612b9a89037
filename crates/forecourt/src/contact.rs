//! The way to one chip: counted, traced, and dead once the power is off or the card was pulled.

use std::sync::Arc;

use api::site::{Exchange, Happened};
use explain::Chip;
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::common::Common;
use crate::slot::{ChipTransport, Presence};

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
        let explained = explain::command(command, Some(self.who));
        let said = answer.map(|answer| {
            let answer = explain::answer(answer, explained.raw_header(), Some(self.who));
            let values: Vec<String> = answer.values.iter().map(ToString::to_string).collect();
            [answer.words.to_owned(), values.join(", ")].join(" ").trim().to_owned()
        });
        let values: Vec<String> = explained.values.iter().map(ToString::to_string).collect();
        let asked = [explained.name().to_owned(), values.join(", ")].join(" ");
        let said = said.unwrap_or_else(|| "no answer".to_owned());
        let exchange = Exchange {
            chip: self.who.name().to_owned(),
            command: explained.masked(),
            answer: answer.map(hex::encode),
            words: format!("{}: {said}", asked.trim()),
        };
        self.common.feed.tell(Happened::Apdu { nozzle: self.nozzle, exchange });
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
