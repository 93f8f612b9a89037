//! Signatures that travel on paper: whoever holds the authority's certificate can check them, without a network.

use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, UnixTime};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::config::{Clients, Identity, Trust, client_verifier, provider};
use crate::error::PkiError;
use crate::peer::Peer;

/// The keys of our authority's certificates: P-256 with SHA-256. A signature is the ASN.1 of r and s, at most 72 bytes.
const SCHEME: SignatureScheme = SignatureScheme::ECDSA_NISTP256_SHA256;

/// Signs a message. Its first bytes say what it is, so that no signature serves for something else.
///
/// # Errors
/// A key of another kind.
pub fn sign(identity: &Identity, message: &[u8]) -> Result<Vec<u8>, PkiError> {
    let key = any_ecdsa_type(identity.key()).ok().and_then(|key| key.choose_scheme(&[SCHEME]));
    let advice = "give a station's certificate and key, made by `greylock pki station`";
    let key = key.ok_or_else(|| {
        PkiError::operator("that key signs nothing: it is not on the curve P-256", advice)
    })?;
    key.sign(message).map_err(PkiError::bug)
}

/// Checks a signature and the certificate it was made with; answers who signed.
///
/// `at` is when it was signed: a certificate that has ended since was good then. What the authority took back is not
/// believed, whenever it signed.
///
/// # Errors
/// The certificate is not of this authority, was not valid then or is taken back, or the signature is not its key's.
pub fn verify(
    trust: &Trust,
    certificate: &CertificateDer<'_>,
    message: &[u8],
    signature: &[u8],
    at: UnixTime,
) -> Result<Peer, PkiError> {
    let advice = "nothing was done with it; ask at the station that it names";
    let verifier = client_verifier(trust, Clients::Required, &provider())?;
    verifier.verify_client_cert(certificate, &[], at).map_err(|error| {
        PkiError::operator(format!("its certificate is not believed: {error}"), advice)
    })?;
    let parsed = X509Certificate::from_der(certificate).ok().map(|(_, certificate)| certificate);
    let key = parsed
        .as_ref()
        .map(|certificate| certificate.public_key().subject_public_key.data.as_ref());
    let provider = provider();
    let schemes = provider.signature_verification_algorithms.mapping;
    let algorithms =
        schemes.iter().find(|(scheme, _)| *scheme == SCHEME).map_or(&[][..], |(_, all)| *all);
    let fits = |key: &[u8]| {
        algorithms.iter().any(|one| one.verify_signature(key, message, signature).is_ok())
    };
    if !key.is_some_and(fits) {
        return Err(PkiError::operator("its signature is not of that certificate's key", advice));
    }
    Ok(Peer::of(certificate))
}
