//! A Chromium of the test's own, driven over the DevTools protocol through two pipes: no port, no library.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Milliseconds from the beginning of the navigation until a visitor can put a card in.
const USABLE: &str = "(() => { const look = () => { \
    if (document.querySelectorAll('.pump[data-state=\"free\"]').length === 5 \
        && document.querySelectorAll('.face').length === 6 \
        && document.querySelector('.books-verdict')?.textContent) window.usable = performance.now(); \
    else requestAnimationFrame(look); }; requestAnimationFrame(look); })()";

/// An answer that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// The browser with its windows.
pub(crate) struct Browser {
    child: Child,
    orders: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    session: String,
    /// Width, height, and the colours that the visitor likes.
    screen: (u32, u32, String),
    /// What the page said on its console as an error, and what it threw.
    pub(crate) errors: Vec<String>,
    /// Every address that was asked for.
    pub(crate) requests: Vec<String>,
    /// What runs in a window before its page.
    before: String,
    /// What it leaves behind is in here, and goes with it.
    own: Option<tempfile::TempDir>,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let own = tempfile::tempdir().unwrap();
        // With --remote-debugging-pipe it reads orders from descriptor 3 and writes to 4.
        let command = format!(
            "exec env TMPDIR='{0}' chromium --headless --no-sandbox --disable-gpu --disable-background-networking \
             --hide-scrollbars --no-first-run --remote-debugging-pipe --user-data-dir='{0}/profile' \
             about:blank 3<&0 4>&1 </dev/null >/dev/null 2>&1",
            own.path().display()
        );
        let mut child = Command::new("sh")
            .args(["-c", &command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                message.clear();
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            orders,
            messages,
            last_id: 0,
            session: String::new(),
            screen: (1440, 900, "light".to_owned()),
            errors: Vec::new(),
            requests: Vec::new(),
            before: String::new(),
            own: Some(own),
        };
        browser.attach();
        browser
    }

    fn attach(&mut self) {
        self.session.clear();
        let window = json!({"url": "about:blank", "newWindow": true});
        let target = self.call("Target.createTarget", &window);
        let attached = self.call(
            "Target.attachToTarget",
            &json!({"targetId": target["targetId"], "flatten": true}),
        );
        attached["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility", "DOM"] {
            self.call(&format!("{domain}.enable"), &json!({}));
        }
        // Without it a tab that nobody looks at has no focus to give.
        self.call("Emulation.setFocusEmulationEnabled", &json!({"enabled": true}));
    }

    /// Opens another window, and turns to it; hands back what `turn_to` takes.
    pub(crate) fn window(&mut self, url: &str) -> String {
        self.attach();
        let (width, height, scheme) = self.screen.clone();
        self.screen(width, height, &scheme);
        self.open(url);
        self.here()
    }

    /// A script that runs first in the windows that are opened from now on.
    pub(crate) fn run_first(&mut self, script: &str) {
        script.clone_into(&mut self.before);
    }

    /// The window that orders go to.
    pub(crate) fn here(&self) -> String {
        self.session.clone()
    }

    /// Turns to another window.
    pub(crate) fn turn_to(&mut self, window: &str) {
        window.clone_into(&mut self.session);
    }

    /// One order, and its answer. What happens meanwhile is noted.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        let mut order = json!({"id": id, "method": method, "params": params});
        if !self.session.is_empty() {
            order["sessionId"] = json!(self.session);
        }
        let mut bytes = order.to_string().into_bytes();
        bytes.push(0);
        self.orders.write_all(&bytes).unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left);
            let message = message.unwrap_or_else(|error| {
                panic!("chromium does not answer {method}: {error} (without it: cargo xtask setup)")
            });
            if message["id"] == json!(id) {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    fn note(&mut self, message: &Value) {
        let params = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => self.errors.push(params.to_string()),
            Some("Runtime.consoleAPICalled") if params["type"] == "error" => {
                self.errors.push(params["args"].to_string());
            }
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => {
                self.errors.push(params["entry"].to_string());
            }
            Some("Network.requestWillBeSent") => {
                self.requests.extend(params["request"]["url"].as_str().map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Width and height in pixels, and the colours that the visitor likes.
    pub(crate) fn screen(&mut self, width: u32, height: u32, scheme: &str) {
        self.screen = (width, height, scheme.to_owned());
        let mobile = width < 500;
        self.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
        );
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": feature}));
    }

    pub(crate) fn open(&mut self, url: &str) {
        let first = json!({"source": format!("{}{USABLE}", self.before)});
        self.call("Page.addScriptToEvaluateOnNewDocument", &first);
        self.call("Page.navigate", &json!({"url": url}));
        self.until(
            "document.querySelectorAll('.pump').length === 5 && document.querySelector('.face')",
        );
        self.until("document.querySelector('.books-verdict').textContent !== ''");
        self.until("window.usable > 0");
    }

    /// The value of an expression; a promise is waited for.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", &asked);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].clone()
    }

    /// Waits for frames until the expression holds.
    pub(crate) fn until(&mut self, expression: &str) {
        let seconds = PATIENCE.as_secs() - 10;
        let held = self.eval(&format!(
            "new Promise((done) => {{ const end = performance.now() + {seconds}000; const look = () => \
             ({expression}) ? done(true) : performance.now() > end ? done(false) : \
             requestAnimationFrame(look); look(); }})"
        ));
        if held != true {
            let shown = self.eval("document.body.innerText");
            panic!("never came true: {expression}\n{}", shown.as_str().unwrap_or_default());
        }
    }

    /// A click of the mouse in the middle of the one element that is meant.
    pub(crate) fn click(&mut self, selector: &str) {
        self.until(&format!("document.querySelector({selector:?})"));
        let (x, y) = self.middle(selector);
        let hit = self
            .eval(&format!("document.elementFromPoint({x}, {y})?.closest({selector:?}) !== null"));
        assert_eq!(hit, true, "something lies over {selector}");
        let button = |kind: &str| json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1});
        self.call("Input.dispatchMouseEvent", &button("mousePressed"));
        self.call("Input.dispatchMouseEvent", &button("mouseReleased"));
    }

    /// Takes the first element with the mouse and lets go over the second.
    pub(crate) fn drag(&mut self, from: &str, to: &str) {
        let (x, y) = self.middle(from);
        let mouse = |kind: &str, x: f64, y: f64| json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1});
        self.call("Input.dispatchMouseEvent", &mouse("mousePressed", x, y));
        self.call("Input.dispatchMouseEvent", &mouse("mouseMoved", x + 10.0, y + 10.0));
        let (x, y) = self.place(to);
        self.call("Input.dispatchMouseEvent", &mouse("mouseMoved", x, y));
        self.call("Input.dispatchMouseEvent", &mouse("mouseReleased", x, y));
    }

    fn middle(&mut self, selector: &str) -> (f64, f64) {
        self.eval(&format!(
            "document.querySelector({selector:?}).scrollIntoView({{block: 'center', behavior: 'instant'}}); \
             new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        ));
        self.place(selector)
    }

    fn place(&mut self, selector: &str) -> (f64, f64) {
        let middle = self.eval(&format!(
            "(() => {{ const box = document.querySelector({selector:?}).getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap())
    }

    /// A key as a keyboard has it: `Tab`, `Enter`, `Escape`, or one character.
    pub(crate) fn key(&mut self, key: &str) {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Escape" => ("Escape", 27, ""),
            "ArrowRight" => ("ArrowRight", 39, ""),
            other => ("", 0, other),
        };
        let down = json!({"type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text});
        let up =
            json!({"type": "keyUp", "key": key, "code": code, "windowsVirtualKeyCode": number});
        self.call("Input.dispatchKeyEvent", &down);
        self.call("Input.dispatchKeyEvent", &up);
    }

    /// A picture of what is seen.
    pub(crate) fn picture(&mut self, path: &Path) {
        let shot = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        let bytes = base64(shot["data"].as_str().unwrap());
        assert!(bytes.starts_with(b"\x89PNG"), "{} is no picture", path.display());
        std::fs::write(path, bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // All of its processes end, and write nothing more: their end of the pipe is closed then.
        let _ = self.orders.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let end = Instant::now() + PATIENCE;
        while let Ok(_last) =
            self.messages.recv_timeout(end.saturating_duration_since(Instant::now()))
        {}
        // It is ended by its own id; the shell has become it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let gone = self.own.take().map(tempfile::TempDir::close);
        assert!(
            std::thread::panicking() || gone.is_some_and(|gone| gone.is_ok()),
            "the browser's folder is not gone"
        );
    }
}

/// RFC 4648, as the protocol sends pictures.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0_u32, Vec::new());
    for digit in text.bytes().filter(|&digit| digit != b'=') {
        let value = DIGITS.iter().position(|&known| known == digit).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).unwrap());
        }
    }
    bytes
}
