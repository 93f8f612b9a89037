//! The terminal, taken for a while and given back as it was.

use std::io::{self, Stdout, stdout};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::{Frame, Terminal};

/// The terminal while it is ours.
pub(crate) struct Screen(Terminal<CrosstermBackend<Stdout>>);

impl Screen {
    /// Takes it.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        let taken = execute!(stdout(), EnterAlternateScreen)
            .and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        if taken.is_err() {
            give_back();
        }
        taken.map(Self)
    }

    /// Draws.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.0.draw(draw).map(drop)
    }

    /// Waits for a key, at most so long; true for one that ends it.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn ends_within(&self, at_most: Duration) -> io::Result<bool> {
        if !event::poll(at_most)? {
            return Ok(false);
        }
        let Event::Key(key) = event::read()? else { return Ok(false) };
        let interrupts = key.modifiers.contains(KeyModifiers::CONTROL);
        Ok(key.kind == KeyEventKind::Press
            && match key.code {
                KeyCode::Char('q') | KeyCode::Esc => true,
                KeyCode::Char('c') => interrupts,
                _ => false,
            })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// One that is gone needs no giving back.
fn give_back() {
    let _ = execute!(stdout(), LeaveAlternateScreen);
    let _ = disable_raw_mode();
}
