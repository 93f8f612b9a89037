//! What an authority took back: the list that it signs and servers look into.

use std::path::Path;

use rcgen::{
    CertificateRevocationListParams, Issuer, KeyIdMethod, RevokedCertParams, SerialNumber,
    SigningKey,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::revocation_list::CertificateRevocationList;

use crate::authority::date;
use crate::error::PkiError;
use crate::facts::{Serial, unix};
use crate::file;

/// When the next list would have to come, in days. Nothing here holds an old list against anybody: a server whose
/// operator forgot to bring a new one goes on serving.
const NEXT_DAYS: u64 = 3650;

/// The numbers of certificates that are good no more.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Revoked {
    /// Counts the lists.
    number: u64,
    rows: Vec<(Serial, UnixTime)>,
}

impl Revoked {
    /// The list of a file; with an authority, only a list that it signed.
    ///
    /// # Errors
    /// A file that holds none, or that of another authority.
    pub fn read(path: &Path, authority: Option<&CertificateDer<'_>>) -> Result<Self, PkiError> {
        let der = read_list(path)?;
        let (_, list) = CertificateRevocationList::from_der(&der)
            .map_err(|_| PkiError::content(path, "revocation list that can be read"))?;
        if authority.is_some_and(|authority| !is_signed_by(&list, authority)) {
            let what = format!("{} was not signed by its authority", path.display());
            let advice =
                "bring the list back that was there: without it, what was taken back is good again";
            return Err(PkiError::operator(what, advice));
        }
        let rows = list.iter_revoked_certificates();
        let rows = rows.map(|row| (Serial(row.raw_serial().to_vec()), unix(row.revocation_date)));
        let number = list.crl_number().and_then(|number| u64::try_from(number).ok());
        Ok(Self { number: number.unwrap_or(0), rows: rows.collect() })
    }

    /// The numbers, each with when it was taken back.
    #[must_use]
    pub fn rows(&self) -> &[(Serial, UnixTime)] {
        &self.rows
    }

    /// Whether this number was taken back.
    #[must_use]
    pub fn has(&self, serial: &Serial) -> bool {
        self.rows.iter().any(|(revoked, _)| revoked == serial)
    }

    /// Adds those that are not there; says how many.
    pub(crate) fn add(&mut self, serials: &[Serial], now: UnixTime) -> usize {
        let before = self.rows.len();
        for serial in serials {
            if !self.has(serial) {
                self.rows.push((serial.clone(), now));
            }
        }
        self.rows.len() - before
    }

    /// The next list, in PEM.
    pub(crate) fn signed<K: SigningKey>(
        &self,
        issuer: &Issuer<'_, K>,
        now: UnixTime,
    ) -> Result<String, PkiError> {
        let mut revoked_certs = Vec::new();
        for (serial, at) in &self.rows {
            revoked_certs.push(RevokedCertParams {
                serial_number: SerialNumber::from_slice(&serial.0),
                revocation_time: date(at.as_secs())?,
                reason_code: None,
                invalidity_date: None,
            });
        }
        let list = CertificateRevocationListParams {
            this_update: date(now.as_secs())?,
            next_update: date(now.as_secs().saturating_add(NEXT_DAYS * 86_400))?,
            crl_number: SerialNumber::from(self.number.saturating_add(1)),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(issuer).and_then(|list| list.pem());
        list.map_err(PkiError::bug)
    }
}

/// The list of a PEM file as it is.
pub(crate) fn read_list(path: &Path) -> Result<CertificateRevocationListDer<'static>, PkiError> {
    let text = file::read(path)?;
    CertificateRevocationListDer::from_pem_slice(&text)
        .map_err(|_| PkiError::content(path, "revocation list"))
}

fn is_signed_by(list: &CertificateRevocationList<'_>, authority: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(authority)
        .is_ok_and(|(_, authority)| list.verify_signature(authority.public_key()).is_ok())
}
