//! A line that can be cut: one address that stays, and behind it whatever listens now.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the line's threads share.
#[derive(Default)]
struct Wires {
    /// Where it leads; nowhere while that is away.
    to: Option<String>,
    cut: bool,
    over: bool,
    /// Both ends of what goes through.
    open: Vec<TcpStream>,
}

/// Ends with the test.
pub struct Line {
    address: String,
    wires: Arc<Mutex<Wires>>,
}

impl Line {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let wires = Arc::new(Mutex::new(Wires::default()));
        let shared = Arc::clone(&wires);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.lock().unwrap().over {
                    return;
                }
                join(stream, &shared);
            }
        });
        Self { address, wires }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What listens behind it moved.
    pub fn leads_to(&self, address: Option<&str>) {
        self.wires.lock().unwrap().to = address.map(str::to_owned);
    }

    /// What is open breaks, and nothing new goes through; or it is mended.
    pub fn cut(&self, cut: bool) {
        let mut wires = self.wires.lock().unwrap();
        wires.cut = cut;
        if cut {
            for stream in wires.open.drain(..) {
                let _it_may_have_ended = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.cut(true);
        self.wires.lock().unwrap().over = true;
        // Wakes the thread that listens.
        let _nobody_answers = TcpStream::connect(&self.address);
    }
}

/// Two streams as one; neither when the line is cut.
fn join(near: TcpStream, wires: &Arc<Mutex<Wires>>) {
    let to = {
        let wires = wires.lock().unwrap();
        wires.to.clone().filter(|_| !wires.cut)
    };
    let Some(Ok(far)) = to.map(TcpStream::connect) else { return };
    let pair = [near, far];
    {
        let mut wires = wires.lock().unwrap();
        if wires.cut {
            return;
        }
        wires.open.extend(pair.iter().map(|stream| stream.try_clone().unwrap()));
    }
    for (from, to) in [(0, 1), (1, 0)] {
        let (mut from, mut to) = (pair[from].try_clone().unwrap(), pair[to].try_clone().unwrap());
        thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            let _both_end = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        });
    }
}
