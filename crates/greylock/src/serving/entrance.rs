//! Who is let in: certificates, or in development a token.

use std::path::Path;

use pki::{Clients, Event, Identity, Pair, ServerConfig, Trust};

use crate::error::Error;
use crate::output::Context;

/// The server's end of TLS, of the files as they are now.
///
/// # Errors
/// A file that cannot be read or does not fit the others.
pub(crate) fn read_tls(certificate: &Path, authority: &Path) -> Result<ServerConfig, Error> {
    let identity = Identity::read(&Pair::of(certificate))?;
    // The list is there from the authority's beginning: without it somebody who was taken back would get in.
    let revoked = authority.join(pki::REVOKED);
    let trust = Trust::read(&authority.join(pki::CERTIFICATE), Some(&revoked))?;
    Ok(pki::server_config(identity, &trust, Clients::Required)?)
}

/// The token of the one operator of a server in development; made once.
///
/// # Errors
/// A folder that cannot be written, or a file that cannot be read.
pub(crate) fn operator_token(path: &Path, context: &mut Context<'_>) -> Result<String, Error> {
    if !path.exists() {
        let mut token = [0; 16];
        context.io.random.fill(&mut token)?;
        let mut birth = crate::media::Birth::begin(path)?;
        birth.fill(hex::encode(token).as_bytes())?;
        birth.finish()?;
    }
    let token = std::fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))?;
    Ok(token.trim().to_owned())
}

/// What happens to connections, in the log.
pub(crate) fn telling(event: &Event) {
    match event {
        Event::Refused { .. } => tracing::info!("{event}"),
        Event::Broken { .. } => tracing::debug!("{event}"),
        Event::Cut { .. } => tracing::warn!("{event}"),
        Event::Untaken { .. } => tracing::error!("{event}"),
    }
}
