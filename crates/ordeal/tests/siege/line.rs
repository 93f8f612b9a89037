//! A line that can be cut or fall silent: one address that stays, and behind it whatever listens now.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::thread;

/// Both ends of what goes through.
type Pair = [TcpStream; 2];

/// What the line's threads share.
#[derive(Default)]
struct Wires {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Where it leads; nowhere while that is away.
    to: Option<String>,
    cut: bool,
    silent: bool,
    over: bool,
    open: Vec<Weak<Pair>>,
}

impl Wires {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Waits while the line is silent; false when it broke meanwhile.
    fn may_pass(&self) -> bool {
        let waits = |state: &mut State| state.silent && !state.cut && !state.over;
        let state = self.changed.wait_while(self.state(), waits).unwrap();
        !state.cut && !state.over
    }
}

/// Ends with the test.
pub struct Line {
    address: String,
    wires: Arc<Wires>,
}

impl Line {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let wires = Arc::<Wires>::default();
        let shared = Arc::clone(&wires);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.state().over {
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
        self.wires.state().to = address.map(str::to_owned);
    }

    /// What is open breaks, and nothing new goes through.
    pub fn cut(&self) {
        let mut state = self.wires.state();
        state.cut = true;
        for pair in state.open.drain(..).filter_map(|pair| pair.upgrade()) {
            pair.iter().for_each(shut);
        }
        drop(state);
        self.wires.changed.notify_all();
    }

    /// Nothing breaks, and nothing arrives: it comes late, when the line is mended.
    pub fn silence(&self) {
        self.wires.state().silent = true;
    }

    /// Neither cut nor silent any more.
    pub fn mend(&self) {
        let mut state = self.wires.state();
        (state.cut, state.silent) = (false, false);
        drop(state);
        self.wires.changed.notify_all();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.wires.state().over = true;
        self.cut();
        // Wakes the thread that listens.
        let _nobody_answers = TcpStream::connect(&self.address);
    }
}

fn shut(stream: &TcpStream) {
    let _it_may_have_ended = stream.shutdown(Shutdown::Both);
}

/// Two streams as one; neither when the line is cut.
fn join(near: TcpStream, wires: &Arc<Wires>) {
    let to = {
        let state = wires.state();
        state.to.clone().filter(|_| !state.cut)
    };
    let Some(Ok(far)) = to.map(TcpStream::connect) else { return };
    let pair = Arc::new([near, far]);
    {
        let mut state = wires.state();
        if state.cut {
            return;
        }
        state.open.retain(|pair| pair.strong_count() > 0);
        state.open.push(Arc::downgrade(&pair));
    }
    for (from, to) in [(0, 1), (1, 0)] {
        let (pair, wires) = (Arc::clone(&pair), Arc::clone(wires));
        thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = (&pair[from]).read(&mut bytes) {
                if !wires.may_pass() || (&pair[to]).write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            pair.iter().for_each(shut);
        });
    }
}
