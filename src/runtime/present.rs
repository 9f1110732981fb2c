//! Frames to the terminal: gathered in memory, written at once, between the marks of a synchronized update.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

use crate::runtime::terminal;
use crate::runtime::tighten::tighten;

/// Bytes of a frame before they are written.
#[derive(Clone)]
pub struct Screen {
    bytes: Arc<Mutex<Vec<u8>>>,
}

/// Where ratatui writes: into memory.
pub struct Gather {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Write for Gather {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    /// With nothing to write yet.
    pub fn new() -> Self {
        Screen { bytes: Arc::default() }
    }

    /// A writer for the backend.
    pub fn writer(&self) -> Gather {
        Gather { bytes: self.bytes.clone() }
    }

    fn write_out(&self) -> io::Result<()> {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.is_empty() {
            return Ok(());
        }
        let mut frame = b"\x1b[?2026h".to_vec();
        frame.append(&mut tighten(&bytes));
        bytes.clear();
        frame.extend_from_slice(b"\x1b[?2026l");
        terminal::write(&frame)
    }
}

/// The terminal as frames are drawn to it.
pub struct Output {
    screen: Screen,
    terminal: Terminal<CrosstermBackend<Gather>>,
}

impl Output {
    /// With nothing drawn yet.
    pub fn new() -> io::Result<Self> {
        let screen = Screen::new();
        let terminal = Terminal::new(CrosstermBackend::new(screen.writer()))?;
        Ok(Output { screen, terminal })
    }

    /// Draws a frame and writes it.
    pub fn frame(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw)?;
        self.screen.write_out()
    }

    /// Forgets what is on the screen: the next frame is drawn whole.
    ///
    /// Not by `Terminal::clear`: it asks the terminal where the cursor is and waits for an answer that the
    /// input thread has taken.
    pub fn forget(&mut self) -> io::Result<()> {
        self.terminal = Terminal::new(CrosstermBackend::new(self.screen.writer()))?;
        self.screen.writer().write_all(b"\x1b[0m\x1b[2J")
    }
}
