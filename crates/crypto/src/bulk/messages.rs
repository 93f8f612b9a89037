//! The inputs of a record's codes as bytes, for the ciphers that go by bytes. Made from integers that nobody has looked
//! at, and so apart from [`crate::lock`], which takes checked ones.

use wire::{Buf, Scheme};

use super::batch::Integers;

/// Room for the longest input.
pub(super) type Input = Buf<36>;

impl Integers {
    fn tid_bytes(&self) -> [u8; 6] {
        let [_, _, a, b, c, d, e, f] = self.tid.to_be_bytes();
        [a, b, c, d, e, f]
    }

    fn tag(&self, ed: u8) -> [u8; 1] {
        [ed + u8::from(self.ep)]
    }

    /// `TID || 0000`, which DSK is dispersed by.
    pub(super) fn psam(&self) -> [u8; 8] {
        (self.tid << 16).to_be_bytes()
    }

    /// What SESPK of suites 10 and 20 is made over.
    pub(super) fn wide_source(&self) -> Input {
        Input::new()
            .with(b"SESPK\0")
            .with(&self.icc.to_be_bytes())
            .with(&self.ctc.to_be_bytes())
            .with(&self.ttc.to_be_bytes())
            .with(&self.trn.to_be_bytes())
            .with(&self.tid_bytes())
    }

    pub(super) fn tac(&self) -> Input {
        Input::new()
            .with(&self.amount.to_be_bytes())
            .with(&self.tag(0x93))
            .with(&self.tid_bytes())
            .with(&self.ttc.to_be_bytes())
            .with(&self.end_date.to_be_bytes())
            .with(&time(self.end_time))
    }

    pub(super) fn gmac(&self, scheme: Scheme) -> Input {
        match scheme {
            Scheme::Seed => self.tac(),
            Scheme::Field => Input::new().with(&self.amount.to_be_bytes()),
        }
    }

    pub(super) fn mac2(&self, scheme: Scheme) -> Input {
        let mut input = Input::new()
            .with(&self.balance.to_be_bytes())
            .with(&self.tag(0x91))
            .with(&self.tid_bytes());
        if scheme == Scheme::Seed {
            input.push(&self.ttc.to_be_bytes());
        }
        input.with(&self.lock_date.to_be_bytes()).with(&time(self.lock_time))
    }

    /// X of GTAC, and what stands behind it.
    pub(super) fn characterized(&self, behind: [u8; 4]) -> Input {
        Input::new()
            .with(&self.tag(0xA1))
            .with(&self.ctc.to_be_bytes())
            .with(&self.balance.to_be_bytes())
            .with(&self.tid_bytes())
            .with(&self.ttc.to_be_bytes())
            .with(&self.lock_date.to_be_bytes())
            .with(&time(self.lock_time))
            .with(&behind)
    }

    pub(super) fn sam_tac(&self, scheme: Scheme) -> Input {
        let (date, time_of_day) = match scheme {
            Scheme::Seed => (self.end_date, self.end_time),
            Scheme::Field => (0, 0),
        };
        Input::new()
            .with(&self.tag(0x93))
            .with(&self.asn.to_be_bytes())
            .with(&self.ctc.to_be_bytes())
            .with(&self.amount.to_be_bytes())
            .with(&self.tid_bytes())
            .with(&self.ttc.to_be_bytes())
            .with(&date.to_be_bytes())
            .with(&time(time_of_day))
    }
}

fn time(time: u32) -> [u8; 3] {
    let [_, hour, minute, second] = time.to_be_bytes();
    [hour, minute, second]
}
