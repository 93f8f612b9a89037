//! A switch in the line: whoever holds it ends what runs over it at once, and mends it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// How soon a call that waits notices the switch.
const LOOK: Duration = Duration::from_millis(50);

/// While it is open no connection is made, and those that are there break: as if the wire were cut. A copy is the same
/// switch.
#[derive(Clone, Debug, Default)]
pub struct Switch(Arc<AtomicBool>);

impl Switch {
    /// Cuts the line.
    pub fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Mends it.
    pub fn mend(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Whether it is cut.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<(), Error> {
        if self.is_cut() { Err(Error::ConnectionFailed) } else { Ok(()) }
    }
}

/// Puts switches under a connection.
#[derive(Debug)]
pub(crate) struct Switched(pub(crate) Vec<Switch>);

impl<In: Transport> Connector<In> for Switched {
    type Out = Breakable<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        self.0.iter().try_for_each(Switch::check)?;
        let transport = chained.ok_or(Error::ConnectionFailed)?;
        Ok(Some(Breakable { switches: self.0.clone(), transport }))
    }
}

/// A connection that the switches end.
#[derive(Debug)]
pub(crate) struct Breakable<T> {
    switches: Vec<Switch>,
    transport: T,
}

impl<T: Transport> Transport for Breakable<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.switches.iter().try_for_each(Switch::check)?;
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let mut left = *timeout.after;
        loop {
            self.switches.iter().try_for_each(Switch::check)?;
            let part = left.min(LOOK);
            let waited = self.transport.await_input(NextTimeout { after: part.into(), ..timeout });
            match waited {
                Err(Error::Timeout(_)) if part < left => left -= part,
                Err(Error::Timeout(_)) => return Err(Error::Timeout(timeout.reason)),
                other => return other,
            }
        }
    }

    fn is_open(&mut self) -> bool {
        !self.switches.iter().any(Switch::is_cut) && self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}
