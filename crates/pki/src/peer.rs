//! Who is at the other end of a connection.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::name::Name;

const STATION: &str = "urn:greylock:station:";
const OPERATOR: &str = "urn:greylock:operator:";

/// Who a client's certificate names. The listener puts it into every request, so handlers take it as an argument; it
/// comes from certificates alone, and only from such as the handshake verified.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Peer {
    /// A station.
    Station(Name),
    /// An operator.
    Operator(Name),
    /// Nobody: no certificate, or one that does not name exactly one of them.
    #[default]
    Nobody,
}

impl Peer {
    /// Who this certificate names. Whether the certificate is one of the authority was asked before.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        match X509Certificate::from_der(certificate) {
            Ok(([], certificate)) => Self::named_by(&certificate),
            _ => Self::Nobody,
        }
    }

    /// One alternative name and no second one: who has two is neither.
    pub(crate) fn named_by(certificate: &X509Certificate<'_>) -> Self {
        match certificate.subject_alternative_name() {
            Ok(Some(names)) => match names.value.general_names.as_slice() {
                [GeneralName::URI(uri)] => Self::from_uri(uri),
                _ => Self::Nobody,
            },
            _ => Self::Nobody,
        }
    }

    fn from_uri(uri: &str) -> Self {
        let after = |start: &str| uri.strip_prefix(start).and_then(|name| name.parse().ok());
        let station = after(STATION).map(Self::Station);
        station.or_else(|| after(OPERATOR).map(Self::Operator)).unwrap_or_default()
    }

    /// The name as the certificate carries it; nothing for nobody.
    pub(crate) fn uri(&self) -> Option<String> {
        match self {
            Self::Station(name) => Some(format!("{STATION}{name}")),
            Self::Operator(name) => Some(format!("{OPERATOR}{name}")),
            Self::Nobody => None,
        }
    }
}

/// A request that came through another listener is nobody's.
impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_one_peer_or_nobody() {
        let north: Name = "North".parse().unwrap();
        assert_eq!(Peer::from_uri("urn:greylock:station:North"), Peer::Station(north.clone()));
        assert_eq!(Peer::from_uri("urn:greylock:operator:North"), Peer::Operator(north));
        for odd in [
            "",
            "North",
            "urn:greylock:station:",
            "urn:greylock:station: North",
            "urn:greylock:station:North:2",
            "urn:greylock:station:North?x",
            "urn:greylock:Station:North",
            "URN:greylock:station:North",
            "urn:greylock:pump:North",
            "https://greylock/station/North",
        ] {
            assert_eq!(Peer::from_uri(odd), Peer::Nobody, "{odd}");
        }
        assert_eq!(Peer::of(&CertificateDer::from(b"no certificate".to_vec())), Peer::Nobody);
    }
}
