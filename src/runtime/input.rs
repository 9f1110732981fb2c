//! Keys, pastes and the mouse: one thread that does nothing but wait for the terminal.
//!
//! On Unix it reads the terminal itself: crossterm's default source loses bursts, its `use-dev-tty` source must not be
//! polled with a zero timeout, and neither gives the answer to a question asked of the terminal to anyone but the one
//! who waits for it. Elsewhere crossterm reads.

#[cfg(unix)]
pub use unix::read;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};

    use jiff::Timestamp;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use crate::runtime::parse::{Parser, Patience};
    use crate::runtime::{Bell, Ended, Wake};

    /// Starts the thread. It lives as long as the process: nothing can wake it from its wait. `asked` = the terminal
    /// was asked how wide it draws doubtful marks, so an answer may come.
    pub fn read(bell: Bell, asked: bool) -> io::Result<()> {
        let tty = io::stdin().as_fd().try_clone_to_owned()?;
        std::thread::Builder::new().name("input".into()).spawn(move || {
            let mut parser = Parser::new(asked);
            let mut buffer = [0_u8; 4096];
            loop {
                let facts = match parser.patience() {
                    Patience::Short(millis) if !comes(&tty, millis) => parser.give_up(),
                    _ => match rustix::io::read(&tty, &mut buffer) {
                        Err(rustix::io::Errno::INTR) => continue,
                        Ok(0) | Err(_) => {
                            bell.ring(Wake::End(Ended::Hangup));
                            return;
                        }
                        Ok(count) => parser.feed(buffer.get(..count).unwrap_or_default()),
                    },
                };
                #[cfg(debug_assertions)]
                crate::runtime::fault::strike_input();
                for fact in facts {
                    bell.ring(Wake::Fact(Timestamp::now(), fact));
                }
            }
        })?;
        Ok(())
    }

    /// Whether more bytes come within so many milliseconds.
    fn comes(tty: &OwnedFd, millis: u32) -> bool {
        let wait =
            Timespec { tv_sec: i64::from(millis / 1000), tv_nsec: i64::from(millis % 1000 * 1_000_000) };
        let mut watched = [PollFd::new(tty, PollFlags::IN)];
        // A terminal that is gone is told by the read that follows.
        !matches!(poll(&mut watched, Some(&wait)), Ok(0))
    }
}

#[cfg(not(unix))]
pub use elsewhere::read;

#[cfg(not(unix))]
mod elsewhere {
    use crossterm::event::{
        Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
        read as next_event,
    };
    use jiff::Timestamp;

    use crate::app::Fact;
    use crate::app::msg::Mouse;
    use crate::config::keymap::{Code, Key};
    use crate::runtime::{Bell, Ended, Wake};

    /// Starts the thread. It lives as long as the process: nothing can wake it from its wait.
    pub fn read(bell: Bell, _asked: bool) -> std::io::Result<()> {
        std::thread::Builder::new().name("input".into()).spawn(move || {
            loop {
                match next_event() {
                    Ok(event) => {
                        if let Some(fact) = fact(event) {
                            bell.ring(Wake::Fact(Timestamp::now(), fact));
                        }
                    }
                    Err(_) => {
                        bell.ring(Wake::End(Ended::Hangup));
                        return;
                    }
                }
            }
        })?;
        Ok(())
    }

    fn fact(event: Event) -> Option<Fact> {
        match event {
            Event::Key(key) => pressed(key).map(Fact::KeyPressed),
            Event::Paste(text) => Some(Fact::Pasted(text)),
            Event::Resize(width, height) => Some(Fact::Resized { width, height }),
            Event::Mouse(event) => moused(event).map(Fact::Moused),
            Event::FocusGained | Event::FocusLost => None,
        }
    }

    fn moused(event: MouseEvent) -> Option<Mouse> {
        let (x, y) = (event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Pressed { x, y }),
            MouseEventKind::ScrollUp => Some(Mouse::Wheel { x, y, up: true }),
            MouseEventKind::ScrollDown => Some(Mouse::Wheel { x, y, up: false }),
            _ => None,
        }
    }

    fn pressed(event: KeyEvent) -> Option<Key> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let code = match event.code {
            KeyCode::Char(c) => Code::Char(c),
            KeyCode::Enter => Code::Enter,
            KeyCode::Esc => Code::Esc,
            KeyCode::Tab => Code::Tab,
            KeyCode::BackTab => Code::BackTab,
            KeyCode::Backspace => Code::Backspace,
            KeyCode::Delete => Code::Delete,
            KeyCode::Up => Code::Up,
            KeyCode::Down => Code::Down,
            KeyCode::Left => Code::Left,
            KeyCode::Right => Code::Right,
            KeyCode::PageUp => Code::PageUp,
            KeyCode::PageDown => Code::PageDown,
            KeyCode::Home => Code::Home,
            KeyCode::End => Code::End,
            KeyCode::F(number) => Code::F(number),
            _ => return None,
        };
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        // Control and a letter is one key, with or without Shift.
        let code = match code {
            Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
            other => other,
        };
        Some(Key { code, ctrl, alt: event.modifiers.contains(KeyModifiers::ALT) })
    }
}
