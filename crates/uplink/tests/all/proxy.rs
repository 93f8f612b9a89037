//! A wire that can be cut, and one that loses answers.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What the wire does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Passes,
    /// Nothing is connected, and what was is broken.
    Cut,
    /// Requests to report arrive, their answers do not.
    LosesAnswers,
}

struct State {
    to: SocketAddr,
    mode: Mode,
    open: Vec<TcpStream>,
}

/// A port that passes on to a centre, wherever that is now.
#[derive(Clone)]
pub struct Proxy {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Answers that were lost.
    pub lost: Arc<AtomicUsize>,
}

impl Proxy {
    pub fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { to, mode: Mode::Passes, open: Vec::new() };
        let proxy = Self { address, state: Arc::new(Mutex::new(state)), lost: Arc::default() };
        let own = proxy.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                own.take(socket.unwrap());
            }
        });
        proxy
    }

    /// From now on; what is open breaks.
    pub fn set(&self, mode: Mode) {
        let mut state = self.state.lock().unwrap();
        state.mode = mode;
        for socket in state.open.drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Another centre stands there.
    pub fn turn_to(&self, to: SocketAddr) {
        self.state.lock().unwrap().to = to;
        self.set(Mode::Passes);
    }

    fn take(&self, near: TcpStream) {
        let mut state = self.state.lock().unwrap();
        if state.mode == Mode::Cut {
            return;
        }
        let Ok(far) = TcpStream::connect(state.to) else { return };
        state.open.extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
        drop(state);
        let report = Arc::new(AtomicUsize::new(0));
        let (up, down) = ((near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near));
        let (proxy, seen) = (self.clone(), Arc::clone(&report));
        std::thread::spawn(move || proxy.pump(up, &seen, true));
        let proxy = self.clone();
        std::thread::spawn(move || proxy.pump(down, &report, false));
    }

    fn pump(&self, (mut from, mut to): (TcpStream, TcpStream), report: &AtomicUsize, is_up: bool) {
        let mut bytes = [0; 65_536];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let part = &bytes[..count];
            if is_up && part.starts_with(b"POST /v1/reports") {
                report.store(1, Ordering::SeqCst);
            }
            let loses = self.state.lock().unwrap().mode == Mode::LosesAnswers;
            if !is_up && loses && report.load(Ordering::SeqCst) == 1 {
                self.lost.fetch_add(1, Ordering::SeqCst);
                break;
            }
            if to.write_all(part).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
