//! Signals, and the terminal that vanishes: each ends (or stops) the program in order.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::runtime::{Bell, Ended, Wake, terminal};

/// An ordered end that has not happened by then is forced: the loop may hang in a write to a terminal that
/// takes no more bytes.
const PATIENCE: Duration = Duration::from_secs(2);

/// The watching threads; told when the program has ended in order.
pub struct Watch {
    done: Vec<Sender<()>>,
}

impl Watch {
    /// The end has come: nothing is left to force.
    pub fn done(self) {
        for sender in self.done {
            let _ = sender.send(());
        }
    }
}

/// Starts watching.
pub fn watch(bell: Bell) -> io::Result<Watch> {
    let (first, signalled) = channel();
    let (second, hung_up) = channel();
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let ringing = bell.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGTSTP => ringing.ring(Wake::Stop),
                SIGCONT => ringing.ring(Wake::Continue),
                SIGWINCH => offer(&ringing, Wake::Resized),
                number => {
                    end(&ringing, Ended::Signal(number), &signalled);
                    return;
                }
            }
        }
    })?;
    let tty = io::stdin().as_fd().try_clone_to_owned()?;
    std::thread::Builder::new().name("hangup".into()).spawn(move || {
        wait_for_hangup(&tty);
        end(&bell, Ended::Hangup, &hung_up);
    })?;
    Ok(Watch { done: vec![first, second] })
}

/// Rings without waiting for room: whoever watches for the end must not hang behind a loop that does.
fn offer(bell: &Bell, wake: Wake) {
    let ringing = bell.clone();
    std::thread::spawn(move || ringing.ring(wake));
}

/// Waits without timeout until the other end of the terminal is closed.
fn wait_for_hangup(tty: &OwnedFd) {
    loop {
        let mut watched = [PollFd::new(tty, PollFlags::empty())];
        match poll(&mut watched, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
            Ok(_) => {
                let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
                if watched.iter().any(|fd| fd.revents().intersects(gone)) {
                    return;
                }
            }
        }
    }
}

fn end(bell: &Bell, ended: Ended, done: &Receiver<()>) {
    offer(bell, Wake::End(ended));
    if done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        terminal::leave();
        std::process::exit(i32::from(ended.code()));
    }
}

/// Stops this process as the shell's Ctrl-Z does; returns when it goes on.
pub fn stop() {
    if let Err(error) = signal_hook::low_level::emulate_default_handler(SIGTSTP) {
        tracing::warn!(%error, "cannot suspend");
    }
}
