//! Whom a certificate is for, and what it says of them.

use std::net::IpAddr;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose, SanType,
};
use rustls::pki_types::DnsName;

use crate::error::PkiError;
use crate::name::Name;
use crate::peer::Peer;

/// Who gets a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A server, by what its clients call it.
    Server(ServerNames),
    /// A station.
    Station(Name),
    /// An operator.
    Operator(Name),
}

/// What a server is called: at least one name, each of them possible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerNames {
    dns: Vec<String>,
    ips: Vec<IpAddr>,
}

impl ServerNames {
    /// DNS names and addresses.
    ///
    /// # Errors
    /// None of either, or something that is no DNS name.
    pub fn new(dns: &[String], ips: &[IpAddr]) -> Result<Self, PkiError> {
        if dns.is_empty() && ips.is_empty() {
            let what = "a server needs a name or an address that its clients call it by";
            return Err(PkiError::operator(what, "give a DNS name or an IP address"));
        }
        let wrong = dns.iter().find(|name| DnsName::try_from(name.as_str()).is_err());
        if let Some(wrong) = wrong {
            let what = format!("{wrong} is no DNS name");
            return Err(PkiError::operator(
                what,
                "write it as clients do, without scheme and port",
            ));
        }
        Ok(Self { dns: dns.to_vec(), ips: ips.to_vec() })
    }

    /// All of them as text, names first.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let ips = self.ips.iter().map(ToString::to_string);
        self.dns.iter().cloned().chain(ips).collect()
    }

    fn alternatives(&self) -> Result<Vec<SanType>, rcgen::Error> {
        let dns = self.dns.iter().map(|name| Ok(SanType::DnsName(name.as_str().try_into()?)));
        dns.chain(self.ips.iter().map(|ip| Ok(SanType::IpAddress(*ip)))).collect()
    }
}

impl Subject {
    /// How long a certificate is good for unless somebody says otherwise. A station is far away and renewed by
    /// hand; an operator is at hand.
    #[must_use]
    pub const fn default_days(&self) -> u32 {
        match self {
            Self::Server(_) | Self::Station(_) => 730,
            Self::Operator(_) => 365,
        }
    }

    /// As a server sees it.
    #[must_use]
    pub fn peer(&self) -> Peer {
        match self {
            Self::Server(_) => Peer::Nobody,
            Self::Station(name) => Peer::Station(name.clone()),
            Self::Operator(name) => Peer::Operator(name.clone()),
        }
    }

    /// What the certificate says, but for serial number and times. No certificate serves both ends: a server's is
    /// no client's, and a station's is no server's.
    pub(crate) fn params(&self) -> Result<CertificateParams, rcgen::Error> {
        let (common_name, alternatives, usage) = match self {
            Self::Server(names) => {
                (None, names.alternatives()?, ExtendedKeyUsagePurpose::ServerAuth)
            }
            Self::Station(name) | Self::Operator(name) => {
                let uri = self.peer().uri().unwrap_or_default();
                let uri = SanType::URI(uri.as_str().try_into()?);
                (Some(name.as_str()), vec![uri], ExtendedKeyUsagePurpose::ClientAuth)
            }
        };
        let mut params = CertificateParams::default();
        // A server's names may be longer than a common name, which nothing reads: its subject is left empty.
        params.distinguished_name = DistinguishedName::new();
        if let Some(name) = common_name {
            params.distinguished_name.push(DnType::CommonName, name);
        }
        params.subject_alt_names = alternatives;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        Ok(params)
    }
}
