//! SELECT (protocol §7, §8).

use wire::StatusWord;
use wire::files::{APPLICATION_FILE, DIRECTORY_NAME, MASTER_FILE};

use crate::psam::{Data, Outcome, Psam, Selected};
use crate::read::check_le;

const LABEL: &[u8] = b"GREYLOCK PSAM";

impl<N> Psam<N> {
    /// Answers the FCI. One that fails leaves what was selected.
    pub(crate) fn select(&mut self, name: &[u8], by_id: bool, le: Option<u8>) -> Outcome {
        let target = self.target(name, by_id).ok_or(StatusWord::FILE_NOT_FOUND)?;
        let fci = match target {
            Selected::Application => fci(&self.profile.aid),
            Selected::Directory | Selected::Nothing => fci(DIRECTORY_NAME),
        };
        check_le(le, fci.len())?;
        self.selected = target;
        self.purchase = None;
        Ok(fci)
    }

    fn target(&self, name: &[u8], by_id: bool) -> Option<Selected> {
        let is_file = |id: u16| name == id.to_be_bytes();
        match by_id {
            true if is_file(APPLICATION_FILE) => Some(Selected::Application),
            true if is_file(MASTER_FILE) => Some(Selected::Directory),
            false if name == self.profile.aid => Some(Selected::Application),
            false if name == DIRECTORY_NAME => Some(Selected::Directory),
            _ => None,
        }
    }
}

/// `6F { 84 name, A5 { 50 label } }`.
fn fci(name: &[u8]) -> Data {
    let label = object(0x50, LABEL);
    let template = Data::new().with(&object(0x84, name)).with(&object(0xA5, &label));
    object(0x6F, &template)
}

/// Tag, length, value; every value here is shorter than 128 bytes.
fn object(tag: u8, value: &[u8]) -> Data {
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    Data::new().with(&[tag, length]).with(value)
}
