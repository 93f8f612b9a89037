//! `greylock host serve`: the centre over the network, until it is told to stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pki::{Clients, Door, Identity, Pair, Trust};
use serde_json::json;
use server::App;
use store::{Place, Vault};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::who::{Callers, recognised};
use crate::cli::HostServeArgs;
use crate::env::stamp_now;
use crate::error::{Error, Fault};
use crate::keys_file::MainKeys;
use crate::output::{Context, Report};
use crate::vault::{self, SealKey};

/// Serves until SIGINT or SIGTERM; requests that run are answered first.
///
/// # Errors
/// What the options leave open or name wrongly, and what cannot be opened: nothing was served then.
pub(super) fn run(args: &HostServeArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    check(args)?;
    std::fs::create_dir_all(&args.data).map_err(|error| Error::file("make", &args.data, &error))?;
    let keys: Vault = Arc::new(open_vault(args, context)?);
    let (door, callers) = entrance(args, context)?;
    let place = books(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| system("no threads can be had", &error))?;
    let address = runtime.block_on(serve(args, &place, &keys, (door, callers), context))?;
    let document = json!({ "outcome": "done", "listen": address });
    Ok(Report::done(document, "the centre has stopped\n".to_owned()))
}

fn check(args: &HostServeArgs) -> Result<(), Error> {
    if args.dev && !args.listen.ip().is_loopback() {
        return Err(Error::usage(format!(
            "--dev serves without TLS, and {} can be reached from other machines",
            args.listen
        ))
        .advice("listen on 127.0.0.1 or [::1], or give --certificate and --authority"));
    }
    if !args.dev && args.certificate.is_none() {
        return Err(Error::usage("a centre needs --certificate and --authority")
            .advice("make them with `greylock pki`, or try things out with --dev"));
    }
    Ok(())
}

fn books(args: &HostServeArgs) -> Result<Place, Error> {
    match &args.db {
        Some(url) => url.parse().map_err(|error: store::StoreError| Error::usage(error.what)),
        None => Ok(Place::Sqlite(args.data.join("books.sqlite"))),
    }
}

/// In development a vault that is not there is made, with fresh keys.
fn open_vault(args: &HostServeArgs, context: &mut Context<'_>) -> Result<MainKeys, Error> {
    let or =
        |given: &Option<PathBuf>, name: &str| given.clone().unwrap_or_else(|| args.data.join(name));
    let (at, key_at) = (or(&args.vault, "vault.sealed"), or(&args.seal_key, "vault.key"));
    if args.dev && !at.exists() {
        let key = match key_at.exists() {
            true => SealKey::read(&key_at)?,
            false => SealKey::make(&key_at, context.io.random)?,
        };
        let keys = super::keys::for_development(context.io.random)?;
        vault::seal(&at, &keys, &key, context.io.random)?;
        context.note(&format!("made main keys for trying things out, sealed in {}", at.display()));
    }
    vault::open(&at, &SealKey::read(&key_at)?)
}

/// Who is let in, and how he is told from others.
fn entrance(args: &HostServeArgs, context: &mut Context<'_>) -> Result<(Door, Callers), Error> {
    let (Some(stem), Some(authority)) = (&args.certificate, &args.authority) else {
        let token = operator_token(&args.data.join("operator.token"), context)?;
        return Ok((Door::loopback(), Callers::Development { token }));
    };
    let identity = Identity::read(&Pair::of(stem))?;
    let revoked = authority.join(pki::REVOKED);
    let trust =
        Trust::read(&authority.join(pki::CERTIFICATE), revoked.exists().then_some(&*revoked))?;
    let config = pki::server_config(identity, &trust, Clients::Required)?;
    Ok((Door::tls(Arc::new(config)), Callers::Certificates))
}

/// The token of the one operator of a server in development; made once.
fn operator_token(path: &Path, context: &mut Context<'_>) -> Result<String, Error> {
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

async fn serve(
    args: &HostServeArgs,
    place: &Place,
    keys: &Vault,
    (door, callers): (Door, Callers),
    context: &mut Context<'_>,
) -> Result<String, Error> {
    let app = App::open(place, keys, Arc::new(stamp_now)).await.map_err(|refused| {
        Error::new(Fault::System, format!("the books cannot be opened: {}", refused.0.title))
    })?;
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener
        .map_err(|error| system(&format!("{} cannot be listened on", args.listen), &error))?;
    let address = listener.local_addr().map_err(|error| system("no address", &error))?;
    let feed = tokio::spawn(server::feed::run(Arc::clone(&app)));
    let scheme = if args.dev { "http" } else { "https" };
    context.note(&format!("serving at {scheme}://{address}"));
    let (mut interrupt, mut terminate) =
        (heard(SignalKind::interrupt())?, heard(SignalKind::terminate())?);
    let closing = Arc::clone(&app);
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        closing.close_streams();
    };
    let router = recognised(server::router(app), callers);
    pki::serve(listener, door, router, stop).await?;
    feed.abort();
    Ok(format!("{scheme}://{address}"))
}

fn heard(kind: SignalKind) -> Result<Signal, Error> {
    signal(kind).map_err(|error| system("signals cannot be heard", &error))
}

fn system(what: &str, error: &std::io::Error) -> Error {
    Error::new(Fault::System, format!("{what}: {error}"))
}
