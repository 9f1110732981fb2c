//! Keys and pastes: one thread that does nothing but wait for the terminal.
//!
//! crossterm's default source loses bursts and its `use-dev-tty` source must not be polled with a zero
//! timeout; a blocking `read` into a bounded channel is the one way that gets every byte.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read as next_event};
use jiff::Timestamp;

use crate::app::Fact;
use crate::config::keymap::{Code, Key};
use crate::runtime::{Bell, Ended, Wake};

/// Starts the thread. It lives as long as the process: nothing can wake it from its wait.
pub fn read(bell: Bell) -> std::io::Result<()> {
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
        Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
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
