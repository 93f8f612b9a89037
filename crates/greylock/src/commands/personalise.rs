//! Personalisation of a chip that is there, through its commands (docs/personalisation.md): an image or a reader, the
//! same bytes.

use std::path::PathBuf;

use crypto::AesKey;
use explain::Chip as Seen;
use nvm::Kind;
use perso::{Application, DataKey, Grouping, Issuer, Sending};
use terminal::Transport;
use wire::apdu::{CommandBytes, split_response};
use wire::blank_command::{CARD_MANAGER, CardManager};
use wire::{BlankCommand, StatusWord};

use crate::cli::ThroughArgs;
use crate::error::{Error, Fault};
use crate::media::{AnyIn, Chip, FileNvm, Place, Snapshot};
use crate::output::Context;
use crate::trace::{Trace, Traced};
use crate::transport_key;

/// Where a card or a PSAM is made.
pub(super) enum Way {
    /// In a new image.
    Image(PathBuf),
    /// In a blank chip, under its transport key.
    Chip(Through),
}

/// A blank chip and the way into it.
pub(super) struct Through {
    place: Place,
    key: AesKey,
    trace: Trace,
    told: bool,
}

impl Through {
    /// What keys and PIN are sealed under.
    pub(super) const fn data_key(&self) -> DataKey<'_> {
        DataKey::of(&self.key)
    }
}

impl Way {
    /// What `--out` and `--transport-key` say together.
    ///
    /// # Errors
    /// They do not fit, or the key cannot be read.
    pub(super) fn of(out: &Place, through: &ThroughArgs) -> Result<Self, Error> {
        match (out, &through.transport_key) {
            (Place::Reader(_), None) => Err(Error::usage(format!("{out} is a chip in a reader"))
                .advice("give the transport key of the blank chip: --transport-key FILE")),
            (Place::Image(path), None) => {
                check_not_blank(out)?;
                if through.trace.trace || through.trace.trace_json.is_some() {
                    return Err(Error::usage("a new image is written without commands").advice(
                        "leave out --trace, or personalise a blank chip with --transport-key FILE",
                    ));
                }
                Ok(Self::Image(path.clone()))
            }
            (_, Some(file)) => {
                check_is_there(out)?;
                let (place, key) = (out.clone(), transport_key::read(file)?);
                let trace = Trace::open(&through.trace)?;
                Ok(Self::Chip(Through { place, key, trace, told: through.trace.trace }))
            }
        }
    }
}

/// A blank image is never overwritten either; it is told how it is used.
fn check_not_blank(out: &Place) -> Result<(), Error> {
    let there = out.image().is_ok_and(std::path::Path::is_file);
    let blank =
        there && Snapshot::read(out.image()?).is_ok_and(|mut file| perso::is_blank(&mut file));
    if blank {
        Err(Error::usage(format!("{out} is a blank chip"))
            .advice("give its transport key to personalise it: --transport-key FILE"))
    } else {
        Ok(())
    }
}

fn check_is_there(out: &Place) -> Result<(), Error> {
    match out {
        Place::Image(path) if !path.exists() => {
            Err(Error::usage(format!("{out} is not there: --transport-key wants a blank chip"))
                .advice("`greylock card blank` or `greylock psam blank` makes one; without --transport-key a new image is made"))
        }
        _ => Ok(()),
    }
}

/// What a chip of this number is told: the groupings, keys and PIN sealed under [`Through::data_key`]. Asked for when the
/// chip has proved its transport key and holds nothing yet: whoever registers its number does it here.
pub(super) type Order<'a> = dyn FnMut([u8; 10]) -> Result<Vec<Grouping>, Error> + 'a;

/// A chip on its way.
struct Line<'a, T> {
    slot: &'a mut T,
    place: &'a Place,
    fault: Fault,
    /// Whether the last grouping is out.
    last: bool,
}

/// Personalises a blank chip, and gives it back with its power still on.
///
/// # Errors
/// Why it is still blank, or that nobody knows.
pub(super) fn personalise<A: Application>(
    way: &Through,
    order: &mut Order<'_>,
    context: &mut Context<'_>,
) -> Result<([u8; 10], Traced<AnyIn<A>>), Error>
where
    perso::Chip<FileNvm, A>: Chip<FileNvm>,
    AnyIn<A>: Transport,
{
    let (fault, seen) = match A::KIND {
        Kind::Psam => (Fault::Psam, Seen::Psam),
        _ => (Fault::Card, Seen::Card),
    };
    let mut slot = way.trace.of(AnyIn::<A>::open(&way.place)?, Seen::Blank);
    let line = Line { slot: &mut slot, place: &way.place, fault, last: false };
    let chip = line.talk(&way.key, order, way.told, context)?;
    Ok((chip, way.trace.of(slot.into_slot(), seen)))
}

impl<T: Transport> Line<'_, T> {
    /// From the card manager to the last grouping; the chip's number.
    fn talk(
        mut self,
        key: &AesKey,
        order: &mut Order<'_>,
        told: bool,
        context: &mut Context<'_>,
    ) -> Result<[u8; 10], Error> {
        let tries_left = self.select()?;
        let mut host_challenge = [0; 8];
        context.io.random.fill(&mut host_challenge)?;
        let issuer = Issuer::new(key.clone(), host_challenge);
        let answer = self.send("INITIALIZE UPDATE", &issuer.initialize_update())?;
        let offered = issuer.hear(&answer).map_err(|why| {
            let value = hex::encode(key.check_value());
            let what = format!("{}: {why} than the one with check value {value}", self.place);
            Error::new(self.fault, what).advice(format!(
                "nothing was counted, {tries_left} tries are left; give the transport key that the chip was made with"
            ))
        })?;
        let chip = offered.chip;
        let (sending, command) = offered.authenticate();
        self.send("EXTERNAL AUTHENTICATE", &command)?;
        self.store(sending, order, told, context)?;
        Ok(chip)
    }

    /// Selects the card manager; how many wrong issuers the chip still bears.
    fn select(&mut self) -> Result<u8, Error> {
        let command = BlankCommand::SelectName { name: &CARD_MANAGER, le: Some(0) };
        let (data, status) = self.exchange(&command.encode())?;
        let manager = CardManager::parse(&data).filter(|_| status.is_done());
        match manager {
            Some(CardManager { tries_left: 0 }) => Err(Error::new(
                self.fault,
                format!("{} was shown too many wrong transport keys: it is closed for good", self.place),
            )
            .advice("take another blank chip")),
            Some(manager) => Ok(manager.tries_left),
            None => Err(Error {
                status: Some(status),
                ..Error::new(self.fault, format!("{} is no blank chip: it is personalised already, or none of ours", self.place))
                    .advice("personalisation is closed for good on it; look at it with `card show` or `psam show`, and take a blank one to make another")
            }),
        }
    }

    /// Every grouping in a command of its own, the last one marked so.
    fn store(
        &mut self,
        mut sending: Sending,
        order: &mut Order<'_>,
        told: bool,
        context: &mut Context<'_>,
    ) -> Result<(), Error> {
        let (groupings, first) = (order(sending.chip())?, sending.for_chip());
        let count = groupings.len();
        for (at, grouping) in std::iter::once(&first).chain(&groupings).enumerate() {
            self.last = at == count;
            if told {
                let sealed = if grouping.is_sealed() { ", sealed" } else { "" };
                let len = grouping.value.len();
                context.note(&format!("    grouping {:04X}, {len} bytes{sealed}", grouping.id));
            }
            let stored = sending.store(grouping, self.last);
            let (next, command) = stored.ok_or_else(|| Error::bug("a grouping is too long"))?;
            sending = next;
            self.send("STORE DATA", &command)?;
        }
        Ok(())
    }

    /// One command; its data with 9000.
    fn send(&mut self, name: &str, command: &CommandBytes) -> Result<Vec<u8>, Error> {
        match self.exchange(command)? {
            (data, StatusWord::DONE) => Ok(data),
            (_, status) => Err(self.refused(name, status)),
        }
    }

    /// A chip that proved the key and refuses the issuer heard other bytes than were sent.
    fn refused(&self, name: &str, status: StatusWord) -> Error {
        let error = Error::refused(self.fault, name, status);
        match status.0 {
            0x63C0..=0x63CF => {
                let left = status.0 & 0x0F;
                error.advice(format!("the chip counted it, {left} tries are left; issue it again"))
            }
            _ => error.advice("the chip is still blank: issue it again"),
        }
    }

    fn exchange(&mut self, command: &CommandBytes) -> Result<(Vec<u8>, StatusWord), Error> {
        let answer = self.slot.transmit(command).ok();
        let split = answer.as_ref().and_then(|answer| split_response(answer));
        split.map(|(data, status)| (data.to_vec(), status)).ok_or_else(|| self.lost())
    }

    /// No answer: before the last grouping the chip is blank, with it nobody knows.
    fn lost(&self) -> Error {
        let place = &self.place;
        let what = format!("{place} gave no answer while it was personalised");
        let advice = if self.last {
            "it is wholly done or still blank: put it in again and issue it again with the same number; a blank one takes it, one that is done says so"
        } else {
            "it is still blank: put it in again and issue it again with the same number"
        };
        Error::new(Fault::Lost, what).advice(advice)
    }
}

#[cfg(test)]
mod tests {
    use card::Pin;
    use nvm::memory::Ram;
    use perso::{Birth, CardChip, CardGroupings};
    use terminal::Lost;
    use wire::apdu::ResponseBytes;

    use super::*;
    use crate::env::{Random, Settings, SystemClock};
    use crate::output::{Exit, Io};

    /// A reader that is lost at a command, before the chip heard it or after.
    struct Breaking {
        chip: CardChip<Ram>,
        left: usize,
        heard: bool,
    }

    impl Transport for Breaking {
        fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
            if self.left > 0 {
                self.left -= 1;
                return self.chip.transmit(command).map_err(|_| Lost::Unknown);
            }
            if self.heard {
                let _answer_is_lost = self.chip.transmit(command);
            }
            Err(Lost::Unknown)
        }
    }

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), Error> {
            self.0 = self.0.wrapping_add(1);
            out.fill(self.0);
            Ok(())
        }
    }

    fn profile() -> card::Profile {
        let main = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|fill| crypto::Key::new([fill; 16]));
        let keys = keys_file::MainKeys::new(main, crypto::Key::new([11; 16]));
        let order = super::super::CardOrder {
            asn: wire::Asn([0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17]),
            purse: wire::Purse::Ed,
            opening: card::Opening::default(),
            aid: card::Aid::default(),
            start: wire::Date::new(2026, 11, 22).unwrap(),
            expiry: wire::Date::new(2036, 11, 22).unwrap(),
        };
        super::super::card_profile(&keys, &order, crypto::Key::new([8; 16])).unwrap()
    }

    fn blank() -> Ram {
        let key = || AesKey::new([5; 16]);
        let birth = Birth { chip: [1; 10], key_version: 1, transport: key(), own: key() };
        let mut ram = Ram::fixed(card::IMAGE_LEN);
        CardChip::blank(&mut ram, &birth).unwrap();
        ram
    }

    /// One try to personalise; what it ended with, and the memory.
    fn attempt(ram: Ram, left: usize, heard: bool) -> (Result<[u8; 10], Error>, Ram) {
        let chip = CardChip::power_on(ram).unwrap();
        let mut reader = Breaking { chip, left, heard };
        let place = Place::Reader("Pump".to_owned());
        let line = Line { slot: &mut reader, place: &place, fault: Fault::Card, last: false };
        let (profile, pin) = (profile(), Pin::from_digits("123456").unwrap());
        let (key, mut groupings) = (AesKey::new([5; 16]), Vec::new());
        CardGroupings::of(&profile, &pin, DataKey::of(&key), &mut |one| groupings.push(one));
        let mut io = Io {
            stdin: &mut std::io::empty(),
            stdout: &mut std::io::sink(),
            stderr: &mut std::io::sink(),
            clock: &mut SystemClock,
            random: &mut Counting(0),
            settings: Settings::default(),
        };
        let ended = line.talk(
            &key,
            &mut |_| Ok(groupings.clone()),
            false,
            &mut Context::new(&mut io, false),
        );
        (ended, reader.chip.nvm_mut().unwrap().clone())
    }

    #[test]
    fn a_reader_that_is_lost_anywhere_leaves_a_chip_that_can_be_issued_or_says_that_it_is() {
        // SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, 17 groupings.
        const COMMANDS: usize = 20;
        assert!(attempt(blank(), COMMANDS, false).0.is_ok());
        for left in 0..COMMANDS {
            for heard in [false, true] {
                let (ended, ram) = attempt(blank(), left, heard);
                let error = ended.unwrap_err();
                assert_eq!(error.fault.exit(), Exit::Lost);
                let last = left + 1 == COMMANDS;
                assert_eq!(error.advice.unwrap().contains("wholly done or still blank"), last);
                match attempt(ram, COMMANDS, false).0 {
                    Ok(chip) => assert!(chip == [1; 10] && !(last && heard), "{left}"),
                    Err(error) => {
                        assert!(last && heard, "{left}: {error}");
                        assert_eq!(error.fault.exit(), Exit::Refused);
                        assert!(error.what.contains("personalised already"), "{error}");
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_altered_on_the_way_are_refused_with_the_tries_left() {
        struct Altering(CardChip<Ram>);
        impl Transport for Altering {
            fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
                let mut bytes = command.to_vec();
                if bytes[1] == 0x82 {
                    bytes[8] ^= 1;
                }
                self.0.transmit(&bytes).map_err(|_| Lost::Unknown)
            }
        }
        let mut slot = Altering(CardChip::power_on(blank()).unwrap());
        let place = Place::Reader("Pump".to_owned());
        let mut line = Line { slot: &mut slot, place: &place, fault: Fault::Card, last: false };
        let issuer = Issuer::new(AesKey::new([5; 16]), [1; 8]);
        let answer = line.send("INITIALIZE UPDATE", &issuer.initialize_update()).unwrap();
        let (_, command) = issuer.hear(&answer).unwrap().authenticate();
        let error = line.send("EXTERNAL AUTHENTICATE", &command).unwrap_err();
        assert_eq!((error.fault.exit(), error.status), (Exit::Refused, Some(StatusWord(0x63C9))));
        assert!(error.advice.unwrap().contains("9 tries are left"));
    }
}
