//! An authority, and who has certificates of it.

use std::sync::Arc;
use std::time::Duration;

use pki::{Authority, CERTIFICATE, Identity, Pair, REVOKED, ServerNames, Subject, Trust, UnixTime};
use tempfile::TempDir;
use uplink::Who;

/// Before every record of the tests, and for long enough.
const BEGIN: u64 = 1_700_000_000;

pub struct House {
    folder: TempDir,
    authority: Authority,
}

impl House {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let begin = UnixTime::since_unix_epoch(Duration::from_secs(BEGIN));
        let name = "Test".parse().unwrap();
        let authority = Authority::make(&folder.path().join("ca"), &name, 7300, begin).unwrap();
        Self { folder, authority }
    }

    fn identity(&self, subject: &Subject) -> Identity {
        let begin = UnixTime::since_unix_epoch(Duration::from_secs(BEGIN));
        let issued = self.authority.issue(subject, 3650, begin).unwrap();
        let pair = Pair::free(&self.folder.path().join(issued.facts.serial.to_string())).unwrap();
        issued.write(&pair).unwrap();
        Identity::read(&pair).unwrap()
    }

    pub fn station(&self, name: &str) -> Identity {
        self.identity(&Subject::Station(name.parse().unwrap()))
    }

    pub fn operator(&self, name: &str) -> Identity {
        self.identity(&Subject::Operator(name.parse().unwrap()))
    }

    pub fn server(&self) -> Identity {
        let names = ServerNames::new(&[], &["127.0.0.1".parse().unwrap()]).unwrap();
        self.identity(&Subject::Server(names))
    }

    pub fn trust(&self) -> Trust {
        let ca = self.folder.path().join("ca");
        Trust::read(&ca.join(CERTIFICATE), Some(&ca.join(REVOKED))).unwrap()
    }

    pub fn as_station(&self, name: &str) -> Who {
        Who::Certificate { trust: Arc::new(self.trust()), identity: Arc::new(self.station(name)) }
    }
}
