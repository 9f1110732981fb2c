//! Frames to the terminal: drawn in memory, told as the difference to what stands, written at once between the marks of
//! a synchronized update.

use std::convert::Infallible;
use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::{Frame, Terminal};

use crate::runtime::paint::Painter;
use crate::runtime::terminal;

/// So few bytes are drawn at once by any terminal: they are not told to be a whole.
const SMALL: usize = 64;

/// A screen in memory: it has a size and a cursor, and what is drawn on it is taken from the frame itself.
#[derive(Debug)]
struct Sheet {
    size: Size,
    /// Where the cursor is seen; `None` = hidden.
    cursor: Option<Position>,
}

impl Backend for Sheet {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, _content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.cursor.get_or_insert(Position::ORIGIN);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        if self.cursor.is_some() {
            self.cursor = Some(position.into());
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn clear_region(&mut self, _clear_type: ClearType) -> Result<(), Infallible> {
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The terminal as frames are drawn to it.
pub struct Output {
    sheet: Terminal<Sheet>,
    painter: Painter,
}

impl Output {
    /// With nothing drawn yet.
    pub fn new() -> io::Result<Self> {
        let Ok(sheet) = Terminal::new(Sheet { size: size()?, cursor: None });
        Ok(Output { sheet, painter: Painter::new() })
    }

    /// Draws a frame and writes it.
    pub fn frame(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.sheet.backend_mut().size = size()?;
        let Ok(drawn) = self.sheet.draw(draw);
        self.painter.paint(drawn.buffer);
        let painted = self.painter.finish(self.sheet.backend().cursor);
        if painted.is_empty() {
            return Ok(());
        }
        if painted.len() < SMALL {
            return terminal::write(&painted);
        }
        let mut frame = b"\x1b[?2026h".to_vec();
        frame.extend_from_slice(&painted);
        frame.extend_from_slice(b"\x1b[?2026l");
        terminal::write(&frame)
    }

    /// Forgets what is on the screen: the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.painter.forget();
    }

    /// The terminal is known to draw marks of ambiguous width in one cell.
    pub fn trust_narrow(&mut self) {
        self.painter.trust_narrow();
    }

    /// Puts text on the clipboard by way of the terminal, in one write (OSC 52); how many characters went.
    pub fn copy(text: &str) -> io::Result<usize> {
        let (sequence, characters) =
            crate::runtime::clipboard::sequence(text, &crate::runtime::clipboard::Around::of_env());
        terminal::write(&sequence)?;
        Ok(characters)
    }
}

/// Columns and rows of the terminal.
fn size() -> io::Result<Size> {
    let (width, height) = terminal::size()?;
    Ok(Size { width, height })
}
