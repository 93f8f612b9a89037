//! `greylock station serve`: a station, until it is told to stop.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use forecourt::Forecourt;
use pki::Tls;
use serde_json::json;
use station_server::{App, Callers, Shared};
use tokio::sync::watch;
use uplink::Linked;

use crate::cli::StationServeArgs;
use crate::env::unix_time;
use crate::error::{Error, Fault};
use crate::output::{Context, Report};
use crate::serving::{Logs, Signals, Told, listen, read_tls, system, telling, until};
use crate::stationing::{Config, Door, open, read_parameters, renew};

/// Serves until SIGINT or SIGTERM: nozzles are closed then, what has flowed is debited, and requests that run are
/// answered.
///
/// # Errors
/// What the configuration leaves open or names wrongly, and what cannot be opened: nothing was served then.
pub(super) fn run(args: &StationServeArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let environment = context.io.settings.station.clone();
    let config = Config::gather(args, &environment)?;
    if args.check {
        return checked(&config);
    }
    let logs = Logs::begin(config.format, config.level, context.io.settings.colour_err);
    let tls = tls(&config)?;
    let (name, started) = instance(context)?;
    let mut seed = [0; 8];
    context.io.random.fill(&mut seed)?;
    let opened = open(&config, u64::from_be_bytes(seed))?;
    let station = Arc::clone(&opened.station);
    let app = App::new(&name, started, Some(opened.station), opened.papers);
    let line = opened.line;
    let again = Again { args, environment, config, logs, tls, station, line, app };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| system("no threads can be had", &error))?;
    let address = runtime.block_on(serve(&again, context))?;
    let document = json!({ "outcome": "done", "listen": address });
    Ok(Report::done(document, "the station has stopped\n".to_owned()))
}

/// The configuration as it holds. Certificates and parameters are read, too; nothing is made or opened.
fn checked(config: &Config) -> Result<Report, Error> {
    tls(config)?;
    if let Some(stem) = &config.identity {
        pki::Identity::read(&pki::Pair::of(stem))?;
    }
    let parameters = read_parameters(&config.parameters)?;
    for nozzle in &config.nozzles {
        parameters.product(nozzle.product).ok_or_else(|| {
            let (number, product) = (nozzle.number, nozzle.product);
            Error::usage(format!("nozzle {number} sells product {product}, which has no price"))
                .advice(format!("add it to {}", config.parameters.display()))
        })?;
    }
    let document = json!({ "outcome": "done", "configuration": config.document() });
    Ok(Report::done(document, config.text()))
}

fn tls(config: &Config) -> Result<Option<Tls>, Error> {
    match (&config.door, &config.authority) {
        (Door::Certificates(stem), Some(authority)) => {
            Ok(Some(Tls::new(read_tls(stem, authority)?)))
        }
        _ => Ok(None),
    }
}

/// Which process this is, and since when.
fn instance(context: &mut Context<'_>) -> Result<(String, u64), Error> {
    let mut name = [0; 4];
    context.io.random.fill(&mut name)?;
    Ok((hex::encode(name), unix_time(context.io.clock.now())?.as_secs()))
}

/// What runs, and what SIGHUP reads again.
struct Again<'a> {
    args: &'a StationServeArgs,
    environment: BTreeMap<String, String>,
    config: Config,
    logs: Logs,
    tls: Option<Tls>,
    station: Arc<Forecourt>,
    line: Arc<Linked>,
    app: Shared,
}

impl Again<'_> {
    /// Takes over certificates, prices and limits, and the level of the log, each as far as it is good: what an operator
    /// took back counts at once, whatever is wrong with the rest.
    fn read(&self) {
        let new = match Config::gather(self.args, &self.environment) {
            Ok(new) => new,
            Err(error) => {
                tracing::error!("not read again, and what was in force stays so: {error}");
                return;
            }
        };
        let outcomes = [
            ("the certificates of its own door", self.take_certificates(&new)),
            ("certificates and trust of its line", renew(&self.line, &new)),
            ("the parameters", self.take_parameters(&new)),
        ];
        // Said at any level, old or new.
        self.logs.set(tracing::Level::INFO);
        for (what, outcome) in &outcomes {
            if let Err(error) = outcome {
                tracing::error!("{what} were not read again, and those in force stay so: {error}");
            }
        }
        if outcomes.iter().all(|(_, outcome)| outcome.is_ok()) {
            tracing::info!("certificates, parameters and level of the log were read again");
        }
        if self.config.needs_restart(&new) {
            tracing::warn!("what else changed in the configuration waits for a new start");
        }
        self.logs.set(new.level);
    }

    fn take_certificates(&self, new: &Config) -> Result<(), Error> {
        if let (Some(tls), Door::Certificates(stem), Some(authority)) =
            (&self.tls, &new.door, &new.authority)
        {
            tls.replace(read_tls(stem, authority)?);
        }
        Ok(())
    }

    fn take_parameters(&self, new: &Config) -> Result<(), Error> {
        let parameters = read_parameters(&new.parameters)?;
        let standing = self.station.site().parameters;
        // The same version once more brings nothing, whether it is in force or waits.
        if [Some(standing.version), standing.next].contains(&Some(parameters.version())) {
            return Ok(());
        }
        let taken = self.station.set_parameters(parameters);
        taken.map(drop).map_err(|refused| Error::new(Fault::Operator, refused.to_string()))
    }
}

async fn serve(again: &Again<'_>, context: &mut Context<'_>) -> Result<String, Error> {
    let Again { config, app, tls, .. } = again;
    let listener = listen(config.listen).await?;
    let address = listener.local_addr().map_err(|error| system("no address", &error))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let (stop, stopped) = watch::channel(false);
    let figures = figures(again, stopped.clone(), context).await?;
    // Signals are heard before anybody can know that the station is there.
    let mut signals = Signals::listen()?;
    tell_readers(again, context);
    again.logs.say(context, &format!("serving at {scheme}://{address}"));
    let door = tls.clone().map_or_else(pki::Door::loopback, pki::Door::tls).telling(telling);
    let callers = if tls.is_some() { Callers::Certificates } else { Callers::EverybodyHere };
    let router = callers.recognise(station_server::router(Arc::clone(app)));
    let mut serving = pin!(pki::serve(listener, door, router, until(stopped)));
    let told = async {
        while signals.next().await == Told::ReadAgain {
            tokio::task::block_in_place(|| again.read());
        }
        tracing::info!("stopping: nozzles are closed, and what has flowed is debited");
        let (station, line) = (Arc::clone(&again.station), Arc::clone(&again.line));
        // Streams tell how it ends; the line may still report it.
        let closing = move || {
            station.close();
            line.close();
        };
        let _ = tokio::task::spawn_blocking(closing).await;
        app.close_streams();
        stop.send_replace(true);
    };
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = told => serving.await,
    };
    stop.send_replace(true);
    if let Some(figures) = figures {
        // It was told to stop as the other one was.
        let _ = figures.await;
    }
    served?;
    Ok(format!("{scheme}://{address}"))
}

/// Where cards are put in: a port that the system chose is not in the configuration.
fn tell_readers(again: &Again<'_>, context: &mut Context<'_>) {
    for nozzle in again.station.site().nozzles {
        let place = nozzle.reader.place.unwrap_or_default();
        let (number, kind) = (nozzle.number, nozzle.reader.kind);
        again.logs.say(context, &format!("nozzle {number}: cards at {kind}:{place}"));
    }
}

type Figures = tokio::task::JoinHandle<Result<(), pki::PkiError>>;

/// The listener for figures alone, where one is wanted.
async fn figures(
    again: &Again<'_>,
    stopped: watch::Receiver<bool>,
    context: &mut Context<'_>,
) -> Result<Option<Figures>, Error> {
    let Some(at) = again.config.metrics_listen else { return Ok(None) };
    let listener = listen(at).await?;
    let address = listener.local_addr().map_err(|error| system("no address", &error))?;
    again.logs.say(context, &format!("metrics at http://{address}/metrics"));
    let router = station_server::figures_router(Arc::clone(&again.app));
    let door = pki::Door::loopback();
    Ok(Some(tokio::spawn(async move { pki::serve(listener, door, router, until(stopped)).await })))
}
