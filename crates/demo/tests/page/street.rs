//! A demo of the test's own, a browser in front of it, and what must hold in the end.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use demo::page::Page;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::browser::Browser;
use crate::support;

/// Slow enough to see fuel flow, fast enough for a test.
pub(crate) const FAST: f64 = 20.0;

pub(crate) const DESK: (u32, u32) = (1440, 900);
pub(crate) const PHONE: (u32, u32) = (360, 740);

/// The browser on the page of a demo that runs.
pub(crate) struct Street {
    browser: Browser,
    demo: Running,
}

impl Street {
    pub(crate) fn open((width, height): (u32, u32), scheme: &str) -> Self {
        let demo = Running::start(([127, 0, 0, 1], 0).into(), 1);
        let mut browser = Browser::start();
        browser.screen(width, height, scheme);
        browser.open(&demo.url);
        let mut street = Self { browser, demo };
        street.post("/demo/v1/speed", &format!("{{factor: {FAST}}}"));
        street
    }

    /// Ends the demo and serves another one, with a world of its own, at the same place.
    pub(crate) fn serve_another(&mut self) {
        let at = self.demo.at;
        self.demo.end();
        self.demo = Running::start(at, 2);
    }

    /// Opens the page once more, in a window of its own, and turns to it.
    pub(crate) fn another_window(&mut self) -> String {
        let url = self.demo.url.clone();
        self.browser.window(&url)
    }

    /// A call that the page could make.
    pub(crate) fn post(&mut self, path: &str, body: &str) {
        let asked = format!(
            "fetch({path:?}, {{method: 'POST', headers: {{'Content-Type': 'application/json'}}, \
             body: JSON.stringify({body})}}).then((answer) => answer.status)"
        );
        let status = self.eval(&asked).as_u64().unwrap();
        assert!((200..300).contains(&status), "{path}: {status}");
    }

    pub(crate) fn get(&mut self, path: &str) -> Value {
        self.eval(&format!("fetch({path:?}).then((answer) => answer.json())"))
    }

    /// The books as the API has them, and as the page shows them.
    pub(crate) fn books_hold(&mut self) {
        let books = self.get("/demo/v1/books");
        assert_eq!(books["ok"], true, "{}", books["problems"]);
        let sum = |name: &str| {
            let rows = books["rows"].as_array().unwrap();
            rows.iter().find(|row| row["name"] == name).unwrap()["amount"].as_i64().unwrap()
        };
        assert_eq!(
            sum("opening") + sum("loads") - sum("unloads"),
            sum("on_cards") + sum("debits"),
            "{books}"
        );
        self.until("document.getElementById('books-chip').dataset.ok === 'true'");
        self.until(
            "document.querySelector('.books-verdict').textContent === 'Adds up to the cent'",
        );
    }

    /// What is off is named by the API, and the page says by how much.
    pub(crate) fn books_name(&mut self, name: &str) {
        let books = self.get("/demo/v1/books");
        let what = books["problems"][0]["what"].as_str().unwrap().to_owned();
        assert!(what.starts_with(name), "{what}");
        self.until("document.getElementById('books-chip').dataset.ok === 'false'");
        self.until("document.querySelector('.books-verdict').textContent.includes('named below')");
        self.until(&format!(
            "document.getElementById('books').textContent.includes({:?})",
            what.split(':').next().unwrap()
        ));
    }

    /// Keeps a picture for whoever wants to look.
    pub(crate) fn keep(&mut self, name: &str) {
        // Two frames, so that what was told last is drawn.
        self.eval(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
        );
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/page");
        std::fs::create_dir_all(&folder).unwrap();
        self.browser.picture(&folder.join(format!("{name}.png")));
    }

    /// Nothing was wrong with the page, and it asked nobody else.
    pub(crate) fn close(mut self) {
        self.books_hold();
        // A station without power answers 503, and the browser says so by itself.
        let is_dark = |error: &String| error.contains("503") && error.contains("\"network\"");
        let errors: Vec<_> = self.errors.iter().filter(|error| !is_dark(error)).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let home = self.demo.url.clone();
        let is_ours = |url: &String| {
            url.starts_with(&home)
                || url.starts_with("data:")
                || url.starts_with(&format!("blob:{home}"))
                || url == "about:blank"
        };
        let foreign: Vec<_> = self.requests.iter().filter(|url| !is_ours(url)).collect();
        assert!(foreign.is_empty(), "{foreign:#?}");
    }
}

impl Deref for Street {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl DerefMut for Street {
    fn deref_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }
}

/// The demo as `greylock demo` serves it, until dropped.
struct Running {
    url: String,
    at: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Running {
    fn start(at: SocketAddr, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options =
            demo::Options { listen: at, folder: folder.path().to_owned(), page: Page::BuiltIn };
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let ready = |address| tell.send(address).unwrap();
            let until = async {
                let _ = stopped.await;
            };
            runtime.block_on(demo::run(options, support::outside(seed), ready, until)).unwrap();
        });
        let at = told.recv().unwrap();
        let url = format!("http://{at}");
        Self { url, at, stop: Some(stop), thread: Some(thread), _folder: folder }
    }
}

impl Running {
    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(
                std::thread::panicking() || ended.is_ok(),
                "the demo did not end in good order"
            );
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
