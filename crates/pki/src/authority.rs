//! The authority in its folder: makes certificates, keeps a copy of each, and takes them back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use rustls::pki_types::{CertificateDer, UnixTime};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use crate::error::PkiError;
use crate::facts::{Facts, Holder, Serial, read_certificate};
use crate::file::{self, Mode};
use crate::name::Name;
use crate::pair::Issued;
use crate::revoked::Revoked;
use crate::subject::Subject;

/// The authority's certificate, which every server, station and operator is given.
pub const CERTIFICATE: &str = "authority.pem";
/// Its key, which stays where it is.
pub const KEY: &str = "authority.key";
/// What it took back: the servers are given this.
pub const REVOKED: &str = "authority.crl";
/// A copy of each certificate, so that the one of a stolen station can be taken back.
const ISSUED: &str = "issued";

/// How long an authority is good for unless somebody says otherwise.
pub const AUTHORITY_DAYS: u32 = 7300;

/// A certificate is good from this long before it was made: the clocks of stations differ.
const BEFORE: Duration = Duration::from_secs(3600);
const DAY: u64 = 86_400;

/// An authority that is open, by one process at a time.
#[derive(Debug)]
pub struct Authority {
    dir: PathBuf,
    der: CertificateDer<'static>,
    facts: Facts,
    issuer: Issuer<'static, KeyPair>,
    /// Its lock keeps others from forgetting what this one takes back.
    _locked: File,
}

impl Authority {
    /// Makes an authority of this name in a folder that has none.
    ///
    /// # Errors
    /// One is there already, or the disk refuses.
    pub fn make(dir: &Path, name: &Name, days: u32, now: UnixTime) -> Result<Self, PkiError> {
        let (certificate, key) = (dir.join(CERTIFICATE), dir.join(KEY));
        for path in [&certificate, &key, &dir.join(REVOKED)] {
            file::check_free(path)?;
        }
        let pair = KeyPair::generate().map_err(PkiError::bug)?;
        let mut params = params_of_an_authority(name);
        fill_in(&mut params, now, until(now, days))?;
        let made = params.self_signed(&pair).map_err(PkiError::bug)?;
        let make = |error| PkiError::file("make", dir, &error);
        fs::create_dir_all(dir.join(ISSUED)).map_err(make)?;
        let secret = Zeroizing::new(pair.serialize_pem());
        file::create(&key, &secret, Mode::Secret)?;
        let none = Revoked::default().signed(&Issuer::from_params(&params, &pair), now)?;
        file::create(&dir.join(REVOKED), &none, Mode::Open)?;
        // The certificate comes last: a folder with it is a whole authority.
        file::create(&certificate, &made.pem(), Mode::Open)?;
        Self::open(dir)
    }

    /// Opens the authority of a folder.
    ///
    /// # Errors
    /// None there, one whose key others can read or belongs to another, or one that is in use.
    pub fn open(dir: &Path) -> Result<Self, PkiError> {
        let (certificate, key) = (dir.join(CERTIFICATE), dir.join(KEY));
        if !certificate.exists() {
            let what = format!("{} holds no authority", dir.display());
            return Err(PkiError::operator(what, "make one with `pki init`"));
        }
        let der = read_certificate(&certificate)?;
        let facts = Facts::of(&der).filter(|facts| facts.holder == Holder::Authority);
        let facts =
            facts.ok_or_else(|| PkiError::content(&certificate, "authority's certificate"))?;
        if file::is_open_to_others(&key) {
            let what = format!("others than its owner can read {}", key.display());
            return Err(PkiError::operator(what, "chmod 600 it, and ask who has read it"));
        }
        let locked = lock(&key)?;
        let pair = key_pair(&key)?;
        check_belongs(&der, &pair, &key)?;
        let issuer = Issuer::from_ca_cert_der(&der, pair)
            .map_err(|_| PkiError::content(&certificate, "authority's certificate"))?;
        Ok(Self { dir: dir.to_owned(), der, facts, issuer, _locked: locked })
    }

    /// What its certificate says.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Makes a key and a certificate, and keeps a copy of the certificate. It does not outlive the authority.
    ///
    /// # Errors
    /// An authority that has ended or has not begun, or a full disk.
    pub fn issue(&self, subject: &Subject, days: u32, now: UnixTime) -> Result<Issued, PkiError> {
        let last = self.facts.until.as_secs();
        if !(self.facts.from.as_secs()..last).contains(&now.as_secs()) {
            let what = format!("the authority in {} is not valid now", self.dir.display());
            let advice = "check the clock; if it is right, make a new authority with `pki init`";
            return Err(PkiError::operator(what, advice));
        }
        let pair = KeyPair::generate().map_err(PkiError::bug)?;
        let mut params = subject.params().map_err(PkiError::bug)?;
        fill_in(&mut params, now, until(now, days).min(last))?;
        let made = params.signed_by(&pair, &self.issuer).map_err(PkiError::bug)?;
        let facts = Facts::of(made.der())
            .filter(|facts| facts.holder == Holder::Of(subject.clone()))
            .ok_or_else(|| PkiError::bug("a new certificate does not say whose it is"))?;
        let issued = Issued::new(facts, made.pem(), Zeroizing::new(pair.serialize_pem()));
        // Before anybody has it: what was given out can be taken back.
        let copy = self.dir.join(ISSUED).join(format!("{}.pem", issued.facts.serial));
        file::create(&copy, &issued.certificate, Mode::Open)?;
        Ok(issued)
    }

    /// Issues anew, with a new key, to whom an older certificate of this authority names. The older one stays good
    /// until it ends or is taken back.
    ///
    /// # Errors
    /// A certificate of another authority, or as for [`Authority::issue`].
    pub fn renew(&self, old: &Path, days: Option<u32>, now: UnixTime) -> Result<Issued, PkiError> {
        match self.own(old)?.holder {
            Holder::Of(subject) => {
                self.issue(&subject, days.unwrap_or(subject.default_days()), now)
            }
            Holder::Authority | Holder::Unknown => {
                Err(PkiError::content(old, "certificate of a server, a station or an operator"))
            }
        }
    }

    /// Takes certificates back; says how many of them had not been before. Servers learn it from `authority.crl`.
    ///
    /// # Errors
    /// A list that was damaged, or a full disk: nothing was taken back then.
    pub fn revoke(&self, serials: &[Serial], now: UnixTime) -> Result<usize, PkiError> {
        let path = self.dir.join(REVOKED);
        let mut revoked = Revoked::read(&path, Some(&self.der))?;
        let fresh = revoked.add(serials, now);
        if fresh > 0 {
            file::replace(&path, &revoked.signed(&self.issuer, now)?, Mode::Open)?;
        }
        Ok(fresh)
    }

    /// What it took back.
    ///
    /// # Errors
    /// A list that was damaged.
    pub fn revoked(&self) -> Result<Revoked, PkiError> {
        Revoked::read(&self.dir.join(REVOKED), Some(&self.der))
    }

    /// Every certificate that it made, oldest first.
    ///
    /// # Errors
    /// A copy that cannot be read.
    pub fn issued(&self) -> Result<Vec<Facts>, PkiError> {
        let folder = self.dir.join(ISSUED);
        let failed = |error| PkiError::file("read", &folder, &error);
        let mut all = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            // What a killed process left half written has no such end.
            if path.extension().is_some_and(|end| end == "pem") {
                all.push(Facts::read(&path)?);
            }
        }
        all.sort_by_key(|facts| (facts.from.as_secs(), facts.serial.clone()));
        Ok(all)
    }

    /// What a certificate of this authority says.
    ///
    /// # Errors
    /// A file that holds none, or one of another authority.
    pub fn own(&self, path: &Path) -> Result<Facts, PkiError> {
        let der = read_certificate(path)?;
        if !is_signed_by(&der, &self.der) {
            let what =
                format!("{} is not from the authority in {}", path.display(), self.dir.display());
            return Err(PkiError::operator(what, "give the folder of the authority that made it"));
        }
        Facts::of(&der).ok_or_else(|| PkiError::content(path, "certificate that can be read"))
    }
}

fn params_of_an_authority(name: &Name) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name.as_str());
    // It signs certificates of ends and no authority below itself.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn until(now: UnixTime, days: u32) -> u64 {
    now.as_secs().saturating_add(u64::from(days) * DAY)
}

fn fill_in(params: &mut CertificateParams, now: UnixTime, until: u64) -> Result<(), PkiError> {
    params.not_before = date(now.as_secs().saturating_sub(BEFORE.as_secs()))?;
    params.not_after = date(until)?;
    params.serial_number = Some(SerialNumber::from_slice(&random_serial()?));
    Ok(())
}

pub(crate) fn date(seconds: u64) -> Result<OffsetDateTime, PkiError> {
    let date = i64::try_from(seconds).ok().map(OffsetDateTime::from_unix_timestamp);
    date.and_then(Result::ok).ok_or_else(|| {
        PkiError::operator("that many days end behind the year 9999", "give fewer days")
    })
}

/// 16 random bytes from where the keys come from too, the number positive and never shorter.
fn random_serial() -> Result<[u8; 16], PkiError> {
    let mut bytes = [0; 16];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| PkiError {
        kind: crate::error::Kind::System,
        what: "the system gives no random numbers".to_owned(),
        advice: "nothing was made; try again on a system with a working generator",
    })?;
    bytes[0] = bytes[0] & 0x7F | 0x40;
    Ok(bytes)
}

fn lock(key: &Path) -> Result<File, PkiError> {
    let failed = |error| PkiError::file("read", key, &error);
    let file = File::open(key).map_err(failed)?;
    file.try_lock().map_err(|error| match error {
        fs::TryLockError::Error(error) => failed(error),
        fs::TryLockError::WouldBlock => {
            let what = format!("{} is in use by another process", key.display());
            PkiError::operator(what, "wait until it has ended, then try again")
        }
    })?;
    Ok(file)
}

fn key_pair(path: &Path) -> Result<KeyPair, PkiError> {
    let bytes = Zeroizing::new(file::read(path)?);
    let pair = std::str::from_utf8(&bytes).ok().and_then(|text| KeyPair::from_pem(text).ok());
    pair.ok_or_else(|| PkiError::content(path, "key"))
}

fn check_belongs(der: &CertificateDer<'_>, pair: &KeyPair, path: &Path) -> Result<(), PkiError> {
    let fits = X509Certificate::from_der(der).is_ok_and(|(_, certificate)| {
        *certificate.public_key().subject_public_key.data == *pair.public_key_raw()
    });
    if fits {
        return Ok(());
    }
    let what = format!("{} is not the key of the certificate beside it", path.display());
    Err(PkiError::operator(what, "put the two files of one authority together"))
}

fn is_signed_by(der: &CertificateDer<'_>, authority: &CertificateDer<'_>) -> bool {
    match (X509Certificate::from_der(der), X509Certificate::from_der(authority)) {
        (Ok((_, it)), Ok((_, authority))) => {
            it.verify_signature(Some(authority.public_key())).is_ok()
        }
        _ => false,
    }
}
