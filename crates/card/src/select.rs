//! SELECT (protocol §7): the directory and the purse application.

use wire::apdu::response;
use wire::files::{APPLICATION_FILE, DIRECTORY_NAME, MASTER_FILE, PUBLIC_DATA_SFI, PublicData};
use wire::{Buf, StatusWord};

use crate::card::{Answer, Card};
use crate::profile::Aid;
use crate::session::Ram;

/// What SELECT may find.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// 3F00, `1PAY.SYS.DDF01`.
    Directory,
    /// 3F01, the AID.
    Application,
}

/// By file id.
pub(crate) const fn numbered(id: u16) -> Option<Target> {
    match id {
        MASTER_FILE => Some(Target::Directory),
        APPLICATION_FILE => Some(Target::Application),
        _ => None,
    }
}

/// File control information.
type Fci = Buf<64>;

impl<N> Card<N> {
    /// By name: the whole AID, or the directory's name.
    pub(crate) fn named(&self, name: &[u8]) -> Option<Target> {
        if name == self.profile.aid.as_slice() {
            Some(Target::Application)
        } else if name == DIRECTORY_NAME {
            Some(Target::Directory)
        } else {
            None
        }
    }

    /// A SELECT that finds nothing (6A82) or whose Le does not fit (6Cxx) leaves selection and PIN as they were; one
    /// that succeeds drops the PIN and every RAM state.
    pub(crate) fn select(&mut self, target: Option<Target>, le: Option<u8>) -> Answer {
        let target = target.ok_or(StatusWord::FILE_NOT_FOUND)?;
        let (fci, status) = match target {
            Target::Directory => (directory_fci(), StatusWord::DONE),
            Target::Application => {
                (application_fci(&self.profile.aid, &self.state.public), self.application_status())
            }
        };
        check_le(le, fci.len())?;
        self.ram = match target {
            Target::Directory => Ram::Directory,
            Target::Application => Ram::APPLICATION,
        };
        Ok(response(&fci, status))
    }

    const fn application_status(&self) -> StatusWord {
        if self.application_locked() {
            StatusWord::APPLICATION_INVALIDATED
        } else {
            StatusWord::DONE
        }
    }
}

/// Le: absent, 00 or exact (protocol §5).
fn check_le(le: Option<u8>, len: usize) -> Result<(), StatusWord> {
    let exact = u8::try_from(len).unwrap_or(0);
    match le {
        None | Some(0) => Ok(()),
        Some(le) if le == exact => Ok(()),
        Some(_) => Err(StatusWord::exact_length(exact)),
    }
}

/// `6F { 84 name, A5 { 88 01 01 } }`.
fn directory_fci() -> Fci {
    fci(DIRECTORY_NAME, &[0x88, 0x01, 0x01])
}

/// `6F { 84 AID, A5 { 9F08 01 02, 9F0C 1E EF15 } }`.
fn application_fci(aid: &Aid, public: &PublicData) -> Fci {
    let version = [0x9F, 0x08, 0x01, 0x02];
    let public = public.encode();
    let own = Buf::<37>::new().with(&version).with(&[0x9F, 0x0C, length(&public)]).with(&public);
    fci(aid.as_slice(), &own)
}

fn fci(name: &[u8], own: &[u8]) -> Fci {
    let inner = Buf::<62>::new()
        .with(&[0x84, length(name)])
        .with(name)
        .with(&[0xA5, length(own)])
        .with(own);
    Fci::new().with(&[0x6F, length(&inner)]).with(&inner)
}

/// One length byte: what is in an FCI is always shorter than 128 bytes.
fn length(value: &[u8]) -> u8 {
    u8::try_from(value.len()).unwrap_or(0)
}

const _: () = assert!(PUBLIC_DATA_SFI == 0x15, "9F0C carries EF 15");
