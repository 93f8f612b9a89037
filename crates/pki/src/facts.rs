//! What a certificate says, for people.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::time::ASN1Time;

use crate::error::PkiError;
use crate::file;
use crate::peer::Peer;
use crate::subject::{ServerNames, Subject};

/// The number by which an authority tells its certificates apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Serial(pub(crate) Vec<u8>);

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl FromStr for Serial {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match hex::decode(text) {
            Ok(bytes) if (1..=20).contains(&bytes.len()) => Ok(Self(bytes)),
            _ => Err("want 2 to 40 hex digits, as `pki show` prints them"),
        }
    }
}

/// Whose certificate it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Holder {
    /// An authority's.
    Authority,
    /// Of a server, a station or an operator.
    Of(Subject),
    /// Of somebody that an authority of this kind names in no certificate.
    Unknown,
}

/// What a certificate says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Its number.
    pub serial: Serial,
    /// Whose it is.
    pub holder: Holder,
    /// The subject's distinguished name; empty in a server's.
    pub subject: String,
    /// The distinguished name of its authority.
    pub authority: String,
    /// Good from then.
    pub from: UnixTime,
    /// Good until then.
    pub until: UnixTime,
}

impl Facts {
    /// Of the first certificate in a PEM file.
    ///
    /// # Errors
    /// A file that cannot be read or holds no certificate.
    pub fn read(path: &Path) -> Result<Self, PkiError> {
        let der = read_certificate(path)?;
        Self::of(&der).ok_or_else(|| PkiError::content(path, "certificate that can be read"))
    }

    /// Of a certificate; nothing of what is none.
    #[must_use]
    pub fn of(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        Some(Self {
            serial: Serial(certificate.raw_serial().to_vec()),
            holder: holder(&certificate),
            subject: certificate.subject().to_string(),
            authority: certificate.issuer().to_string(),
            from: unix(validity.not_before),
            until: unix(validity.not_after),
        })
    }
}

/// The first certificate of a PEM file.
pub(crate) fn read_certificate(path: &Path) -> Result<CertificateDer<'static>, PkiError> {
    let text = file::read(path)?;
    CertificateDer::from_pem_slice(&text).map_err(|_| PkiError::content(path, "certificate"))
}

fn holder(certificate: &X509Certificate<'_>) -> Holder {
    if certificate.is_ca() {
        return Holder::Authority;
    }
    match Peer::named_by(certificate) {
        Peer::Station(name) => Holder::Of(Subject::Station(name)),
        Peer::Operator(name) => Holder::Of(Subject::Operator(name)),
        Peer::Nobody => server(certificate).map_or(Holder::Unknown, Holder::Of),
    }
}

fn server(certificate: &X509Certificate<'_>) -> Option<Subject> {
    let usage = certificate.extended_key_usage().ok()??;
    let names = certificate.subject_alternative_name().ok()??;
    let (mut dns, mut ips) = (Vec::new(), Vec::new());
    for name in &names.value.general_names {
        match name {
            GeneralName::DNSName(name) => dns.push((*name).to_owned()),
            GeneralName::IPAddress(bytes) => ips.push(address(bytes)?),
            _ => return None,
        }
    }
    usage.value.server_auth.then_some(())?;
    ServerNames::new(&dns, &ips).ok().map(Subject::Server)
}

fn address(bytes: &[u8]) -> Option<std::net::IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(Into::into);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(Into::into)).ok()
}

pub(crate) fn unix(time: ASN1Time) -> UnixTime {
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
