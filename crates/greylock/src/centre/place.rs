//! What `--host` names, and who asks there.

use std::path::{Path, PathBuf};

use client::{Address, Caller, Client, ClientError, Kind, Limits};
use pki::{Identity, Pair, Peer, Trust};
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::{CertificateArgs, OperatorArgs};
use crate::error::{Error, Fault};

const FOLDER: &str = "file:";

/// What `--host` names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A folder, made by `greylock host init`.
    Folder(PathBuf),
    /// A server.
    Server(Address),
}

impl Place {
    /// Reads the argument.
    ///
    /// # Errors
    /// Neither a folder nor a server's URL.
    pub fn of(host: &str) -> Result<Self, Error> {
        if let Some(folder) = host.strip_prefix(FOLDER).filter(|path| !path.is_empty()) {
            return Ok(Self::Folder(PathBuf::from(folder)));
        }
        let address: Result<Address, ClientError> = host.parse();
        address.map(Self::Server).map_err(|error| {
            Error::usage(format!("cannot reach the centre `{host}`: {error}")).advice(
                "give file:DIR with a folder made by `greylock host init`, or the URL of `greylock host serve`",
            )
        })
    }
}

/// The client of whoever the options name.
pub(super) fn client_of(
    address: &Address,
    certificate: &CertificateArgs,
    word: Caller,
) -> Result<Client, Error> {
    let caller = match (&certificate.certificate, &certificate.authority) {
        (Some(_), None) | (None, Some(_)) => {
            return Err(Error::usage("--certificate and --authority go together")
                .advice("make both with `greylock pki`"));
        }
        // Who is asked on this machine without TLS is told in words who asks.
        (Some(stem), Some(authority)) if address.is_tls() => {
            let revoked = authority.join(pki::REVOKED);
            let revoked = revoked.exists().then_some(&*revoked);
            let trust = Box::new(Trust::read(&authority.join(pki::CERTIFICATE), revoked)?);
            let identity = Box::new(Identity::read(&Pair::of(stem))?);
            Caller::Certificate { trust, identity }
        }
        _ if address.is_tls() => {
            return Err(Error::usage(format!("{address} asks for a certificate")).advice(
                "give --certificate STEM and --authority DIR, both made by `greylock pki`",
            ));
        }
        _ => word,
    };
    Ok(Client::new(address.clone(), caller, Limits::default())?)
}

/// The client of a running station: an operator's, by certificate, or on this machine anybody's.
///
/// # Errors
/// A URL that is none, or a certificate that cannot be used.
pub(crate) fn running_client(url: &str, certificate: &CertificateArgs) -> Result<Client, Error> {
    let address: Result<Address, ClientError> = url.parse();
    let address = address.map_err(|error| {
        Error::usage(format!("cannot reach the station `{url}`: {error}"))
            .advice("give the URL that `greylock station serve` says, like http://127.0.0.1:7817")
    })?;
    client_of(&address, certificate, Caller::Nobody)
}

/// The operator of a server in development, by the token of `--token`.
pub(super) fn operator_word(address: &Address, args: &OperatorArgs) -> Result<Caller, Error> {
    if address.is_tls() {
        return Ok(Caller::Nobody);
    }
    let path = args.token.as_deref().ok_or_else(|| {
        Error::usage(format!("{address} asks for its operator's token")).advice(
            "give --token DATA/operator.token, with the folder that `greylock host serve --dev --data DATA` works in",
        )
    })?;
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| Error::file("read", path, &error))?;
    Ok(Caller::Operator(Zeroizing::new(text.trim().to_owned())))
}

/// The operator whom a certificate names.
pub(super) fn named_operator(stem: Option<&Path>) -> Result<Option<String>, Error> {
    let Some(stem) = stem else { return Ok(None) };
    let identity = Identity::read(&Pair::of(stem))?;
    Ok(match identity.certificates().first().map(Peer::of) {
        Some(Peer::Operator(name)) => Some(name.to_string()),
        _ => None,
    })
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        let (fault, advice) = match error.kind {
            Kind::OutOfReach => (Fault::Away, "send the same again later: it is done once"),
            Kind::Refused => {
                let refusal = json!({ "refusal": error.name() });
                return Self::new(Fault::Centre, error.what).with_document(refusal);
            }
            Kind::Operator => (
                Fault::Operator,
                "check --host, and who you are: --certificate, --authority, --token",
            ),
            Kind::Centre => (Fault::System, "look into the server's log"),
            Kind::OurBug => return Self::bug(error.what),
        };
        Self::new(fault, error.what).advice(advice)
    }
}
