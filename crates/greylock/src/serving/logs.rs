//! The log of a server, on stderr.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Registry, fmt, reload};

use super::LogFormat;
use crate::output::Context;

/// What libraries have to say is of use only when it is a warning.
const OTHERS: LevelFilter = LevelFilter::WARN;
/// The crates of ours that say something.
const OURS: [&str; 7] =
    ["greylock", "server", "store", "pki", "station_server", "forecourt", "uplink"];

/// A log whose level can be changed.
pub(crate) struct Logs {
    format: LogFormat,
    handle: reload::Handle<Targets, Registry>,
}

fn targets(level: Level) -> Targets {
    Targets::new().with_default(OTHERS).with_targets(OURS.map(|name| (name, level)))
}

impl Logs {
    /// Begins to log. In one process the first one stays.
    pub(crate) fn begin(format: LogFormat, level: Level, colour: bool) -> Self {
        let (filter, handle) = reload::Layer::new(targets(level));
        let registry = tracing_subscriber::registry().with(filter);
        let lines = fmt::layer().with_writer(std::io::stderr);
        let begun = match format {
            LogFormat::Json => {
                let lines = lines.json().flatten_event(true).with_span_list(false);
                tracing::subscriber::set_global_default(registry.with(lines))
            }
            LogFormat::Human => {
                tracing::subscriber::set_global_default(registry.with(lines.with_ansi(colour)))
            }
        };
        if begun.is_err() {
            tracing::debug!("somebody logs already");
        }
        Self { format, handle }
    }

    /// Logs more, or less.
    pub(crate) fn set(&self, level: Level) {
        if self.handle.reload(targets(level)).is_err() {
            tracing::error!("the level of the log cannot be changed");
        }
    }

    /// What people want to see at start; in the form of the log when that is for machines.
    pub(crate) fn say(&self, context: &mut Context<'_>, text: &str) {
        match self.format {
            LogFormat::Human => context.note(text),
            LogFormat::Json => tracing::info!("{text}"),
        }
    }
}
