//! The terminal's modes: taken at the start, given back at every end: exit, panic on any thread, signals,
//! suspension.

use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use crate::app::msg::Trouble;

/// Whether the modes are ours now; frames are written only then.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the mouse is wanted.
static MOUSE: AtomicBool = AtomicBool::new(true);

/// Presses and the wheel, in the SGR form that has no greatest column. Not crossterm's own command: it asks for every
/// movement too, and each would wake the program.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Whether there is a person at both ends.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Holds the terminal's modes; gives them back when dropped.
pub struct Guard(());

impl Guard {
    /// Takes the terminal, with the mouse if it is wanted, and sees to it that a panic anywhere gives it back.
    pub fn enter(mouse: bool) -> io::Result<Guard> {
        MOUSE.store(mouse, Ordering::SeqCst);
        hook_panics();
        enter()?;
        Ok(Guard(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Raw mode, alternate screen, bracketed paste, the mouse where it is wanted (with Shift the terminal's own selection
/// still works).
pub fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    let mut modes = Vec::new();
    // Some terminals have no alternate screen (GNU screen as shipped): what stands there would show through
    // the cells that the first frame leaves blank.
    queue!(modes, EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste)?;
    if MOUSE.load(Ordering::SeqCst) {
        modes.extend_from_slice(MOUSE_ON);
    }
    TAKEN.store(true, Ordering::SeqCst);
    write(&modes)
}

/// Gives everything back; more than once does no harm. A vanished terminal cannot be given anything back.
pub fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut modes = Vec::new();
    // An update cut off in the middle ends too, or the terminal would hold the shell's prompt back.
    // So does a region that scrolls, and the mouse is let go in any case: both do no harm where they were not taken.
    modes.extend_from_slice(b"\x1b[?2026l\x1b[0m\x1b7\x1b[r\x1b8");
    modes.extend_from_slice(MOUSE_OFF);
    let _ = queue!(modes, DisableBracketedPaste, Show, LeaveAlternateScreen);
    let mut out = io::stdout();
    let _ = out.write_all(&modes);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// Columns and rows. Asked at every frame: of the descriptor itself, not of a terminal that is opened for it.
pub fn size() -> io::Result<(u16, u16)> {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return Ok((size.ws_col, size.ws_row));
    }
    // It knows other ways, a terminal that does not tell its size included.
    crossterm::terminal::size()
}

/// Writes a frame, unless the terminal has been given back.
pub fn write(frame: &[u8]) -> io::Result<()> {
    if !TAKEN.load(Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = io::stdout();
    // A frame has line feeds, at which the standard output would cut it in two.
    #[cfg(unix)]
    {
        out.flush()?;
        let mut left = frame;
        while !left.is_empty() {
            match rustix::io::write(&out, left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => left = left.get(written..).unwrap_or_default(),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
    #[cfg(not(unix))]
    {
        out.write_all(frame)?;
        out.flush()
    }
}

/// A panic, on whichever thread, gives the terminal back, says what happened, and ends the program: what
/// was confirmed is in the ledger, and going on with a part missing is not an option where money is spent.
fn hook_panics() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // What is caught where it happens is nobody's end.
            if crate::procure::is_expected_panic() {
                return;
            }
            if !TAKEN.load(Ordering::SeqCst) {
                before(info);
                return;
            }
            leave();
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            // The words of a panic may hold text from outside.
            let payload = info.payload();
            let words = payload.downcast_ref::<&str>().copied();
            let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            let said = Trouble::new(words.unwrap_or("no words"), None).text;
            tracing::error!(%said, place, "panic");
            let _ = writeln!(io::stderr(), "pifa: internal error: {said} ({place})");
            let _ = writeln!(io::stderr(), "  -> nothing confirmed is lost: start again, it is looked up");
            std::process::exit(101);
        }));
    });
}
