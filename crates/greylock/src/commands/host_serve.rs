//! `greylock host serve`: the centre over the network, until it is told to stop.

use std::pin::pin;
use std::sync::Arc;

use keys_file::{MainKeys, SealKey};
use pki::Tls;
use serde_json::json;
use server::{App, Instance, Shared};
use store::Vault;
use tokio::sync::watch;

use super::who::{Callers, recognised};
use crate::cli::HostServeArgs;
use crate::env::{stamp_now, unix_time};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};
use crate::serving::{
    Config, Door, Given, Logs, Signals, Told, listen, operator_token, read_tls, system, telling,
    until,
};
use crate::vault;

/// Serves until SIGINT or SIGTERM; requests that run are answered first.
///
/// # Errors
/// What the options leave open or name wrongly, and what cannot be opened: nothing was served then.
pub(super) fn run(args: &HostServeArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let config = configured(args, context)?;
    if args.check {
        return checked(&config);
    }
    let data = &config.data;
    std::fs::create_dir_all(data).map_err(|error| Error::file("make", data, &error))?;
    let logs = Logs::begin(config.format, config.level, context.io.settings.colour_err);
    let keys: Vault = Arc::new(open_vault(&config, &logs, context)?);
    let entrance = entrance(&config, context)?;
    let instance = instance(context)?;
    let again = Again { args, environment: context.io.settings.host.clone(), config, logs };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| system("no threads can be had", &error))?;
    let address = runtime.block_on(serve(&again, (instance, &keys), entrance, context))?;
    let document = json!({ "outcome": "done", "listen": address });
    Ok(Report::done(document, "the centre has stopped\n".to_owned()))
}

fn configured(args: &HostServeArgs, context: &Context<'_>) -> Result<Config, Error> {
    Config::of(&Given::gather(args, &context.io.settings.host)?)
}

/// The configuration as it holds. Certificates are read, too; nothing is made or opened.
fn checked(config: &Config) -> Result<Report, Error> {
    if let Door::Certificates { certificate, authority } = &config.door {
        read_tls(certificate, authority)?;
    }
    let document = json!({ "outcome": "done", "configuration": config.document() });
    Ok(Report::done(document, config.text()))
}

/// Which process this is.
fn instance(context: &mut Context<'_>) -> Result<Instance, Error> {
    let mut name = [0; 4];
    context.io.random.fill(&mut name)?;
    let started = unix_time(context.io.clock.now())?.as_secs();
    Ok(Instance { name: hex::encode(name), version: env!("CARGO_PKG_VERSION"), started })
}

/// In development a vault that is not there is made, with fresh keys.
fn open_vault(config: &Config, logs: &Logs, context: &mut Context<'_>) -> Result<MainKeys, Error> {
    let (at, key_at) = (&config.vault, &config.seal_key);
    if config.door == Door::Development && !at.exists() {
        let key = match key_at.exists() {
            true => SealKey::read(key_at)?,
            false => vault::make_key(key_at, context.io.random)?,
        };
        let keys = super::keys::for_development(context.io.random)?;
        vault::seal(at, &keys, &key, context.io.random)?;
        let text = format!("made main keys for trying things out, sealed in {}", at.display());
        logs.say(context, &text);
    }
    Ok(keys_file::open(at, &SealKey::read(key_at)?)?)
}

/// How callers come in, and how they are told from each other.
type Entrance = (Option<Tls>, Callers);

fn entrance(config: &Config, context: &mut Context<'_>) -> Result<Entrance, Error> {
    match &config.door {
        Door::Development => {
            let token = operator_token(&config.data.join("operator.token"), context)?;
            Ok((None, Callers::Development { token }))
        }
        Door::Certificates { certificate, authority } => {
            Ok((Some(Tls::new(read_tls(certificate, authority)?)), Callers::Certificates))
        }
    }
}

/// What SIGHUP reads again.
struct Again<'a> {
    args: &'a HostServeArgs,
    environment: std::collections::BTreeMap<String, String>,
    config: Config,
    logs: Logs,
}

impl Again<'_> {
    /// Takes over certificates, revocation list and level, all of them or none.
    fn read(&self, tls: Option<&Tls>) {
        match self.take_over(tls) {
            Ok(new) => {
                // Said at any level, old or new.
                self.logs.set(tracing::Level::INFO);
                tracing::info!(
                    "certificates, revocation list and level of the log were read again"
                );
                if self.config.needs_restart(&new) {
                    tracing::warn!("what else changed in the configuration waits for a new start");
                }
                self.logs.set(new.level);
            }
            Err(error) => {
                tracing::error!("nothing was read again, and what was in force stays so: {error}");
            }
        }
    }

    fn take_over(&self, tls: Option<&Tls>) -> Result<Config, Error> {
        let new = Config::of(&Given::gather(self.args, &self.environment)?)?;
        if let (Some(tls), Door::Certificates { certificate, authority }) = (tls, &new.door) {
            tls.replace(read_tls(certificate, authority)?);
        }
        Ok(new)
    }
}

async fn serve(
    again: &Again<'_>,
    (instance, keys): (Instance, &Vault),
    (tls, callers): Entrance,
    context: &mut Context<'_>,
) -> Result<String, Error> {
    let config = &again.config;
    let app = App::open_as(instance, &config.place, keys, Arc::new(stamp_now)).await;
    let app = app.map_err(|refused| {
        Error::new(Fault::System, format!("the books cannot be opened: {}", refused.0.title))
            .advice("the log says why")
    })?;
    app.charge_accounts_only(config.prepaid_only);
    let listener = listen(config.listen).await?;
    let address = listener.local_addr().map_err(|error| system("no address", &error))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let feed = tokio::spawn(server::feed::run(Arc::clone(&app)));
    let (stop, stopped) = watch::channel(false);
    let figures = figures(again, &app, stopped.clone(), context).await?;
    // Signals are heard before anybody can know that the server is there.
    let signals = Signals::listen()?;
    again.logs.say(context, &format!("serving at {scheme}://{address}"));
    let door = tls.clone().map_or_else(pki::Door::loopback, pki::Door::tls).telling(telling);
    let router = recognised(server::router(Arc::clone(&app)), callers);
    let mut serving = pin!(pki::serve(listener, door, router, until(stopped)));
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = told_to_stop(signals, again, tls.as_ref()) => {
            app.close_streams();
            stop.send_replace(true);
            serving.await
        }
    };
    stop.send_replace(true);
    if let Some(figures) = figures {
        // It was told to stop as the other one was.
        let _ = figures.await;
    }
    feed.abort();
    served?;
    Ok(format!("{scheme}://{address}"))
}

type Figures = tokio::task::JoinHandle<Result<(), pki::PkiError>>;

/// The listener for figures alone, where one is wanted.
async fn figures(
    again: &Again<'_>,
    app: &Shared,
    stopped: watch::Receiver<bool>,
    context: &mut Context<'_>,
) -> Result<Option<Figures>, Error> {
    let Some(at) = again.config.metrics_listen else { return Ok(None) };
    let listener = listen(at).await?;
    let address = listener.local_addr().map_err(|error| system("no address", &error))?;
    again.logs.say(context, &format!("metrics at http://{address}/metrics"));
    let router = server::figures_router(Arc::clone(app));
    let door = pki::Door::loopback();
    Ok(Some(tokio::spawn(async move { pki::serve(listener, door, router, until(stopped)).await })))
}

/// Until the server is told to stop.
async fn told_to_stop(mut signals: Signals, again: &Again<'_>, tls: Option<&Tls>) {
    while signals.next().await == Told::ReadAgain {
        again.read(tls);
    }
    tracing::info!("stopping");
}
