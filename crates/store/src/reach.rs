//! How a PostgreSQL is reached: on this machine as it is, on another one only with TLS that names it.
//!
//! `sslmode=verify-full` and `sslrootcert=FILE` stand in the URL as PostgreSQL's own programs have them, so that
//! `pg_dump` and `psql` take the same one.

use std::path::Path;
use std::sync::Arc;

use ::postgres::config::{Host, SslMode};
use ::postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Kind, StoreError};

/// Where a PostgreSQL is, and how to speak to it.
#[derive(Clone)]
pub(crate) struct Reach {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

fn wrong(what: impl std::fmt::Display) -> StoreError {
    StoreError::new(Kind::Unavailable, format!("the database's URL: {what}"))
}

impl Reach {
    /// Of `postgres://USER@HOST/DATABASE`, perhaps with `?sslmode=verify-full&sslrootcert=FILE`.
    ///
    /// # Errors
    /// A URL that is none, a database on another machine without TLS, or TLS that would not show who answers.
    pub(crate) fn of(url: &str) -> Result<Self, StoreError> {
        let (rest, asked) = taken_apart(url)?;
        let mut config: Config = rest.parse().map_err(wrong)?;
        let tls = match (asked.mode.as_deref(), &asked.root) {
            (None | Some("disable"), None) => None,
            (Some("verify-full"), Some(root)) => Some(verified(Path::new(root))?),
            (Some("verify-full"), None) => {
                return Err(wrong("sslmode=verify-full wants sslrootcert=FILE beside it"));
            }
            (None | Some("disable"), Some(_)) => {
                return Err(wrong("sslrootcert wants sslmode=verify-full beside it"));
            }
            (Some(mode), _) => {
                return Err(wrong(format!(
                    "sslmode={mode} does not make sure who answers: write \
                     sslmode=verify-full&sslrootcert=FILE"
                )));
            }
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        if tls.is_none() && is_far(&config) {
            let what = "the database is on another machine, and nothing is said to it without TLS: \
                        write sslmode=verify-full&sslrootcert=FILE into its URL";
            return Err(StoreError::new(Kind::Unavailable, what));
        }
        Ok(Self { config, tls })
    }

    /// For what a connection may take and the like.
    pub(crate) const fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    /// The password, where the URL has one.
    pub(crate) fn password(&self) -> Option<&[u8]> {
        self.config.get_password()
    }

    pub(crate) fn connect(&self) -> Result<Client, ::postgres::Error> {
        match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        }
    }
}

fn is_far(config: &Config) -> bool {
    let far = |host: &Host| match host {
        Host::Tcp(name) => !matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        Host::Unix(_) => false,
    };
    let elsewhere = config.get_hostaddrs().iter().any(|address| !address.is_loopback());
    elsewhere || config.get_hosts().iter().any(far)
}

/// What the URL says of TLS.
#[derive(Default)]
struct Asked {
    mode: Option<String>,
    root: Option<String>,
}

/// The URL without what it says of TLS, which the client takes otherwise; and that.
fn taken_apart(url: &str) -> Result<(String, Asked), StoreError> {
    let Some((address, options)) = url.split_once('?') else {
        return Ok((url.to_owned(), Asked::default()));
    };
    let (mut asked, mut rest) = (Asked::default(), Vec::new());
    for option in options.split('&') {
        match option.split_once('=') {
            Some(("sslmode", mode)) => asked.mode = Some(mode.to_owned()),
            Some(("sslrootcert", root)) if root.contains('%') => {
                return Err(wrong("sslrootcert: write a path without %"));
            }
            Some(("sslrootcert", root)) => asked.root = Some(root.to_owned()),
            _ => rest.push(option),
        }
    }
    let mark = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{address}{mark}{}", rest.join("&")), asked))
}

/// TLS 1.3 with a server whose certificate one of these authorities made for the name in the URL.
fn verified(root: &Path) -> Result<MakeRustlsConnect, StoreError> {
    let unread = |error: &dyn std::fmt::Display| {
        wrong(format!("sslrootcert: {} has no certificate to go by: {error}", root.display()))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(root).map_err(|error| unread(&error))? {
        let certificate = certificate.map_err(|error| unread(&error))?;
        roots.add(certificate).map_err(|error| unread(&error))?;
    }
    if roots.is_empty() {
        return Err(unread(&"it is no PEM file"));
    }
    // Named here and not taken from the process, where anything linked in could have set another.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS13]);
    let builder = builder.map_err(|error| StoreError::new(Kind::OurBug, error))?;
    Ok(MakeRustlsConnect::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// `postgres://USER:PASSWORD@HOST/…?password=PASSWORD`, with `instead` in place of the password and what stands
/// before it.
fn mask(url: &str, in_user: &str, option: impl Fn(&str) -> Option<String>) -> String {
    let masked = url.split_once("://").and_then(|(scheme, rest)| {
        // A ? before the first @ belongs to the password, one behind it begins the options.
        let first = rest.find('@')?;
        let end = rest.get(first..)?.find('?').map_or(rest.len(), |options| first + options);
        let at = rest.get(..end)?.rfind('@')?;
        let (who, host) = (rest.get(..at)?, rest.get(at + 1..)?);
        let (user, _) = who.split_once(':')?;
        Some(format!("{scheme}://{user}{in_user}@{host}"))
    });
    let url = masked.as_deref().unwrap_or(url);
    let (masked, options) = url.split_once('?').map_or((url, None), |(a, o)| (a, Some(o)));
    let masked = masked.to_owned();
    let kept = |text: &str| match text.split_once('=') {
        Some((name, _)) if name.contains("password") => option(name),
        _ => Some(text.to_owned()),
    };
    let options = options.map(|options| options.split('&').filter_map(kept).collect::<Vec<_>>());
    match options.filter(|options| !options.is_empty()) {
        Some(options) => format!("{masked}?{}", options.join("&")),
        None => masked,
    }
}

/// A URL that may be shown: `***` where its password stands.
#[must_use]
pub fn shown_url(url: &str) -> String {
    mask(url, ":***", |name| Some(format!("{name}=***")))
}

/// The URL without its password.
pub(crate) fn without_password(url: &str) -> String {
    mask(url, "", |_| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_refused_that_would_not_make_sure_who_answers() {
        for (url, says) in [
            ("postgres://u@db.example/d", "another machine"),
            ("postgres://u@localhost/d?hostaddr=192.0.2.1", "another machine"),
            ("postgres://u@db.example/d?sslmode=disable", "another machine"),
            ("postgres://u@db.example/d?sslmode=require", "does not make sure who answers"),
            ("postgres://u@localhost/d?sslmode=prefer", "does not make sure who answers"),
            ("postgres://u@db.example/d?sslmode=verify-full", "sslrootcert=FILE"),
            ("postgres://u@db.example/d?sslrootcert=/x", "sslmode=verify-full"),
            ("postgres://u@db.example/d?sslmode=verify-full&sslrootcert=/no/such", "/no/such"),
            ("postgres://u@localhost/d?sslcert=x", "the database's URL"),
        ] {
            let said = Reach::of(url).err().unwrap().what;
            assert!(said.contains(says), "{url}: {said}");
        }
        assert!(Reach::of("postgres://u@localhost/d?application_name=g").is_ok());
    }

    #[test]
    fn no_password_is_shown() {
        for (url, shown, without) in [
            ("postgres://u:secret@h/d", "postgres://u:***@h/d", "postgres://u@h/d"),
            ("postgres://u:s:e@cret@h/d?a=b", "postgres://u:***@h/d?a=b", "postgres://u@h/d?a=b"),
            (
                "postgres://u@h/d?password=x&a=b",
                "postgres://u@h/d?password=***&a=b",
                "postgres://u@h/d?a=b",
            ),
            ("postgres://u@h/d?password=x", "postgres://u@h/d?password=***", "postgres://u@h/d"),
            ("postgres://u:pa?ss@h/d", "postgres://u:***@h/d", "postgres://u@h/d"),
            ("postgres://u:p?a=b@h/d?c=d", "postgres://u:***@h/d?c=d", "postgres://u@h/d?c=d"),
            ("postgress://u:secret@h/d", "postgress://u:***@h/d", "postgress://u@h/d"),
            ("sqlite:books", "sqlite:books", "sqlite:books"),
        ] {
            assert_eq!((shown_url(url).as_str(), without_password(url).as_str()), (shown, without));
        }
    }
}
