//! What both ends of a connection hold against each other.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::error::PkiError;
use crate::facts::read_certificate;
use crate::file;
use crate::pair::Pair;
use crate::revoked::{Revoked, read_list};

/// Both ends are of this house: nobody needs an older version than 1.3.
const VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&TLS13];

/// Whom to believe: an authority, less what it took back.
#[derive(Clone, Debug)]
pub struct Trust {
    authority: CertificateDer<'static>,
    revoked: Vec<CertificateRevocationListDer<'static>>,
}

impl Trust {
    /// The authority's certificate, and its list if there is one.
    ///
    /// # Errors
    /// A file that cannot be read or holds something else, or a list of another authority.
    pub fn read(authority: &Path, revoked: Option<&Path>) -> Result<Self, PkiError> {
        let authority = read_certificate(authority)?;
        let mut lists = Vec::new();
        if let Some(path) = revoked {
            Revoked::read(path, Some(&authority))?;
            lists.push(read_list(path)?);
        }
        Ok(Self { authority, revoked: lists })
    }

    /// The authority's certificate.
    #[must_use]
    pub const fn authority(&self) -> &CertificateDer<'static> {
        &self.authority
    }

    fn roots(&self) -> Result<Arc<RootCertStore>, PkiError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone()).map_err(|error| {
            let advice = "give the authority's own certificate, `authority.pem`";
            PkiError::operator(format!("that is no authority's certificate: {error}"), advice)
        })?;
        Ok(Arc::new(roots))
    }
}

/// Who one is: certificates, the own one first, and the key.
#[derive(Debug)]
pub struct Identity {
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Of two PEM files.
    ///
    /// # Errors
    /// A file that cannot be read or holds something else.
    pub fn read(pair: &Pair) -> Result<Self, PkiError> {
        let text = file::read(&pair.certificate)?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let certificates = certificates.ok().filter(|all| !all.is_empty());
        let certificates =
            certificates.ok_or_else(|| PkiError::content(&pair.certificate, "certificate"))?;
        let text = zeroize::Zeroizing::new(file::read(&pair.key)?);
        let key = PrivateKeyDer::from_pem_slice(&text);
        let key = key.map_err(|_| PkiError::content(&pair.key, "key"))?;
        Ok(Self { certificates, key })
    }

    /// The certificates, the own one first: for clients that take no [`ClientConfig`].
    #[must_use]
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }

    /// The key: for clients that take no [`ClientConfig`].
    #[must_use]
    pub const fn key(&self) -> &PrivateKeyDer<'static> {
        &self.key
    }
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { certificates: self.certificates.clone(), key: self.key.clone_key() }
    }
}

/// Whether a client must have a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clients {
    /// Without one there is no connection.
    Required,
    /// Without one it is [`crate::Peer::Nobody`]; a wrong one is refused all the same.
    Optional,
}

/// The server's end.
///
/// Sessions are not resumed: a connection that would show no certificate would go on with one that was taken back.
///
/// # Errors
/// A key that is not that of the certificate, or an authority that is none.
pub fn server_config(
    identity: Identity,
    trust: &Trust,
    clients: Clients,
) -> Result<ServerConfig, PkiError> {
    let provider = provider();
    let verifier = client_verifier(trust, clients, &provider)?;
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(VERSIONS).map_err(PkiError::bug)?;
    let builder = builder.with_client_cert_verifier(verifier);
    let config = builder.with_single_cert(identity.certificates, identity.key);
    let mut config = config.map_err(|error| unfit(&error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// The end of a station or an operator; without an identity, of nobody. It speaks HTTP/1.1 unless `alpn_protocols` is
/// set to more.
///
/// # Errors
/// As of [`server_config`].
pub fn client_config(trust: &Trust, identity: Option<Identity>) -> Result<ClientConfig, PkiError> {
    let provider = provider();
    let verifier = WebPkiServerVerifier::builder_with_provider(trust.roots()?, provider.clone())
        .with_crls(trust.revoked.iter().cloned())
        .only_check_end_entity_revocation()
        .build()
        .map_err(PkiError::bug)?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(VERSIONS).map_err(PkiError::bug)?;
    let builder = builder.with_webpki_verifier(verifier);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(Identity { certificates, key }) => {
            builder.with_client_auth_cert(certificates, key).map_err(|error| unfit(&error))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

pub(crate) fn client_verifier(
    trust: &Trust,
    clients: Clients,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, PkiError> {
    let builder = WebPkiClientVerifier::builder_with_provider(trust.roots()?, Arc::clone(provider))
        .with_crls(trust.revoked.iter().cloned())
        .only_check_end_entity_revocation();
    let builder = match clients {
        Clients::Required => builder,
        Clients::Optional => builder.allow_unauthenticated(),
    };
    builder.build().map_err(PkiError::bug)
}

/// Named here and not taken from the process, where anything linked in could have set another.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn unfit(error: &rustls::Error) -> PkiError {
    let what = format!("certificate and key cannot be used together: {error}");
    PkiError::operator(what, "give the two files that were made together, STEM.pem and STEM.key")
}
