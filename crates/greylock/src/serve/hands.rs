//! Who pulls the chip out, puts it back and ends it all: signals.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use signal_hook::iterator::{Handle, Signals};

/// The hands on the chip, shared with the thread that hears the signals. Dropped, they let go of
/// the signals.
pub(crate) struct Hands {
    shared: Arc<Shared>,
    signals: Option<Handle>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    out: bool,
    stopping: bool,
    /// The way to the reader. Whoever pulls shuts it down, also in the middle of a command.
    reader: Option<TcpStream>,
}

impl Hands {
    /// Nobody's but [`Hands::end`]'s.
    #[cfg(feature = "pcsc")]
    pub(crate) fn of_the_program() -> Self {
        Self { shared: Shared::new(), signals: None }
    }

    /// Takes the chip out for good.
    #[cfg(feature = "pcsc")]
    pub(crate) fn end(&self) {
        self.shared.move_by(SIGTERM);
    }

    /// Hears SIGUSR1, SIGTERM and SIGINT from now on.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let mut heard = Signals::new([SIGUSR1, SIGTERM, SIGINT])?;
        let signals = heard.handle();
        let shared = Shared::new();
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in heard.forever() {
                of_thread.move_by(signal);
            }
        })?;
        Ok(Self { shared, signals: Some(signals) })
    }

    /// Waits until the chip is to be in the reader; false when all is to end.
    pub(crate) fn wait_for_insertion(&self) -> bool {
        let state = self.shared.state();
        let state = self.shared.changed.wait_while(state, |state| state.out && !state.stopping);
        !state.unwrap_or_else(PoisonError::into_inner).stopping
    }

    /// Waits for this long, or until a hand moves.
    pub(crate) fn pause(&self, limit: Duration) {
        let state = self.shared.state();
        let was_out = state.out;
        let unmoved = |state: &mut State| !state.stopping && state.out == was_out;
        let _moved_or_over = self.shared.changed.wait_timeout_while(state, limit, unmoved);
    }

    /// Puts the chip into the reader; false when a hand has moved since.
    pub(crate) fn hold(&self, reader: &TcpStream) -> io::Result<bool> {
        let mut state = self.shared.state();
        if state.out || state.stopping {
            return Ok(false);
        }
        state.reader = Some(reader.try_clone()?);
        Ok(true)
    }

    /// The chip left the reader; true when a hand took it out and not the reader itself.
    pub(crate) fn let_go(&self) -> bool {
        self.shared.state().reader.take().is_none()
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        if let Some(signals) = &self.signals {
            signals.close();
        }
    }
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::default()), changed: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn move_by(&self, signal: i32) {
        let mut state = self.state();
        match signal {
            SIGUSR1 => state.out = !state.out,
            _ => state.stopping = true,
        }
        if state.out || state.stopping {
            // A connection that is down already needs no pulling.
            let _pulled = state.reader.take().map(|reader| reader.shutdown(Shutdown::Both));
        }
        self.changed.notify_all();
    }
}
