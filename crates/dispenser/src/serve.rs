//! The other side of the [line protocol](crate::line): any dispenser behind a TCP socket.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::line::{Answer, Request};
use crate::remote::read_line;
use crate::{Dispenser, DispenserError};

/// A connection that says nothing for this long is given up.
const HANG_UP: Duration = Duration::from_secs(60);

/// A nozzle that several connections may ask about.
pub type Shared = Arc<Mutex<dyn Dispenser>>;

/// The nozzles of a dispenser by number.
pub type Nozzles = BTreeMap<u8, Shared>;

/// A nozzle, and how many connections have asked for it.
struct Asked {
    nozzle: Shared,
    connections: AtomicU64,
}

type AllAsked = BTreeMap<u8, Arc<Asked>>;

/// The nozzle of a connection, and which of those that asked for it this one is.
struct Chosen {
    asked: Arc<Asked>,
    connection: u64,
}

/// Serves connections, each on a thread of its own, until the listener breaks.
///
/// # Errors
/// No connection can be taken any more.
pub fn serve(listener: &TcpListener, nozzles: &Nozzles) -> std::io::Result<()> {
    let asked = nozzles.iter().map(|(number, nozzle)| {
        let (nozzle, connections) = (Arc::clone(nozzle), AtomicU64::new(0));
        (*number, Arc::new(Asked { nozzle, connections }))
    });
    let nozzles: Arc<AllAsked> = Arc::new(asked.collect());
    loop {
        let (stream, _) = listener.accept()?;
        let nozzles = Arc::clone(&nozzles);
        std::thread::Builder::new().name("dispenser".to_owned()).spawn(move || {
            // Whoever breaks off or falls silent has to call again. He may have done so already, on another
            // connection: so nothing is stopped here, the nozzle itself notices that nobody watches.
            let _ = talk(stream, &nozzles);
        })?;
    }
}

fn locked(nozzle: &Shared) -> MutexGuard<'_, dyn Dispenser + 'static> {
    nozzle.lock().unwrap_or_else(PoisonError::into_inner)
}

fn talk(stream: TcpStream, nozzles: &AllAsked) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(HANG_UP))?;
    let mut lines = BufReader::new(stream);
    let mut chosen = None;
    loop {
        let Some(line) = read_line(&mut lines)? else { return Ok(()) };
        let answer = match line.parse() {
            Ok(request) => answered(&request, nozzles, &mut chosen),
            Err(error) => Answer::No(error.to_string()),
        };
        lines.get_mut().write_all(format!("{answer}\n").as_bytes())?;
    }
}

fn answered(request: &Request, nozzles: &AllAsked, chosen: &mut Option<Chosen>) -> Answer {
    if let Request::Nozzle(number) = request {
        let Some(asked) = nozzles.get(number) else {
            return Answer::No(format!("there is no nozzle {number} here"));
        };
        // Counted while nobody else uses the nozzle, so that nothing older is served from here on.
        let nozzle = locked(&asked.nozzle);
        let connection = asked.connections.fetch_add(1, Ordering::SeqCst) + 1;
        *chosen = Some(Chosen { asked: Arc::clone(asked), connection });
        return Answer::Nozzle(*number, nozzle.unit());
    }
    let Some(Chosen { asked, connection }) = chosen else {
        return Answer::No("say NOZZLE n first".to_owned());
    };
    let mut nozzle = locked(&asked.nozzle);
    // An OPEN that comes late would open a nozzle whose lock has its end.
    if asked.connections.load(Ordering::SeqCst) != *connection {
        return Answer::No("a newer connection has this nozzle".to_owned());
    }
    let done = match request {
        Request::Open(order) => nozzle.authorise(order),
        Request::Stop => nozzle.stop(),
        Request::Wait(at_most) => return told(nozzle.wait(*at_most)),
        Request::Read | Request::Nozzle(_) => Ok(()),
    };
    match done {
        Ok(()) => told(nozzle.read()),
        Err(error) => Answer::No(error.to_string()),
    }
}

fn told(reading: Result<crate::Reading, DispenserError>) -> Answer {
    reading.map_or_else(|error| Answer::No(error.to_string()), Answer::Reading)
}
