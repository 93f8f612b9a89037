//! Certificates of the world's stations, which sign grey records on receipts, and whom they believe.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pki::{Authority, Identity, Trust};

use crate::outside::Outside;
use crate::town::STATIONS;

/// Days that certificates are good.
const DAYS: u32 = 3650;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Who signs grey records on receipts, and whose are believed.
#[derive(Default)]
pub struct Papers {
    identities: BTreeMap<&'static str, Arc<Identity>>,
    trust: Option<Arc<Trust>>,
}

impl Papers {
    /// The authority of the world and a certificate for each station: those of the folder, or new ones.
    ///
    /// # Errors
    /// The disk refuses, or the clock shows no time.
    pub fn open(folder: &Path, outside: &Outside) -> Result<Self, String> {
        if !folder.join(pki::CERTIFICATE).exists() {
            Self::make(folder, outside)?;
        }
        let mut identities = BTreeMap::new();
        for plan in &STATIONS {
            let pair = pki::Pair::of(&folder.join(plan.name));
            identities.insert(plan.name, Arc::new(Identity::read(&pair).map_err(words)?));
        }
        let revoked = folder.join(pki::REVOKED);
        let trust = Trust::read(&folder.join(pki::CERTIFICATE), Some(&revoked)).map_err(words)?;
        Ok(Self { identities, trust: Some(Arc::new(trust)) })
    }

    fn make(folder: &Path, outside: &Outside) -> Result<(), String> {
        let now = pki::UnixTime::since_unix_epoch((outside.now)().unix);
        std::fs::create_dir_all(folder).map_err(words)?;
        let name = |text: &str| text.parse::<pki::Name>().map_err(words);
        let authority = Authority::make(folder, &name("demo")?, DAYS, now).map_err(words)?;
        for plan in &STATIONS {
            let subject = pki::Subject::Station(name(plan.name)?);
            let issued = authority.issue(&subject, DAYS, now).map_err(words)?;
            issued.write(&pki::Pair::of(&folder.join(plan.name))).map_err(words)?;
        }
        Ok(())
    }

    /// Whose are believed.
    #[must_use]
    pub fn trust(&self) -> Option<Arc<Trust>> {
        self.trust.clone()
    }

    /// Who a station is.
    #[must_use]
    pub fn identity(&self, station: &str) -> Option<Arc<Identity>> {
        self.identities.get(station).cloned()
    }
}
