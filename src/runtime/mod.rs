//! The edge between the pure program and the world: the event loop, the terminal, the effects.
//!
//! One thread waits for one message, drains what is queued, and draws once if anything came. Nothing here
//! ticks: idle means that no thread wakes and no byte is written.

mod alarm;
mod browser;
mod clipboard;
mod deeds;
mod execute;
#[cfg(debug_assertions)]
mod fault;
mod input;
mod look;
mod paint;
#[cfg(unix)]
mod parse;
mod present;
#[cfg(unix)]
mod signals;
mod terminal;

use std::future::Future;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::app::msg::Trouble;
use crate::app::{ActionId, Effect, Fact, Model, Msg, remember, search, update};
use crate::procure::{Desk, Policy, SESSION_PATIENCE};
use crate::ui;
use alarm::{Alarm, Heard};
use execute::Executor;
pub use look::{BadLook, Look};
use present::Output;

/// Messages that may wait; a sender beyond that waits itself.
const QUEUED: usize = 1024;
/// How long the end waits for what is still to be kept: a moment longer than that itself waits for a locked ledger. The
/// terminal is the shell's again by then.
const LAST_WORDS: Duration = SESSION_PATIENCE.saturating_add(Duration::from_secs(1));
/// A drain ends after this long, so that a flood of messages still gets frames.
const DRAIN: Duration = Duration::from_millis(10);
/// Rows that were found wait this long for what stands beside them: one frame in the place of two or three.
const LINGER: Duration = Duration::from_millis(2);

/// What the loop waits for.
// Nearly all of them are facts, and each is moved once.
#[allow(clippy::large_enum_variant)]
enum Wake {
    /// Something to tell the model, stamped when it happened.
    Fact(Timestamp, Fact),
    /// The desk is open.
    Opened(Box<Desk>),
    /// The desk cannot be opened; the reason lies where the opener put it.
    Closed,
    /// A sync has a newer figure, to be fetched where it is kept.
    SyncMoved,
    /// The terminal has another size, to be asked for when this is heard.
    #[cfg(unix)]
    Resized,
    /// Stop like any job of the shell.
    #[cfg(unix)]
    Stop,
    /// Going on after a stop.
    #[cfg(unix)]
    Continue,
    /// End in order.
    End(Ended),
}

/// What the screens are run with.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Under what conditions confirmed orders go out.
    pub policy: Policy,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
    /// Whether the terminal is asked how wide it draws marks of ambiguous width.
    pub ask_width: bool,
    /// Whether the settings say that it draws them in one cell.
    pub narrow: bool,
}

/// How the program came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The buyer quit.
    Quit,
    /// A signal asked for it; its number.
    Signal(i32),
    /// The terminal vanished.
    Hangup,
}

impl Ended {
    /// What the process leaves with, as a shell has it.
    pub fn code(self) -> u8 {
        match self {
            Ended::Quit => 0,
            Ended::Signal(number) => 128_u8.saturating_add(u8::try_from(number).unwrap_or(0)),
            Ended::Hangup => 129,
        }
    }
}

/// Why the screens could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E> {
    /// Input or output is no terminal.
    #[error("the screens need a terminal: use the verbs and --json in scripts (pifa --help)")]
    NotATerminal,
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
    /// The desk could not be opened.
    #[error("the desk could not be opened")]
    Open(E),
}

/// Sender of messages to the loop.
#[derive(Clone)]
struct Bell(SyncSender<Wake>);

impl Bell {
    /// Tells the model something. When the loop has ended nobody is there to tell.
    fn tell(&self, fact: Fact) {
        self.ring(Wake::Fact(Timestamp::now(), fact));
    }

    fn ring(&self, wake: Wake) {
        let _ = self.0.send(wake);
    }
}

/// Runs the screens until the buyer quits, a signal comes, or the terminal vanishes.
///
/// `open` gives the desk, whatever has to live as long as it (the embedded market), and what is to be told of files that
/// were found damaged; it runs while the first frame is already on the screen.
pub fn run<K: Send + 'static, E: Send + 'static>(
    mut model: Model,
    options: Options,
    open: impl Future<Output = Result<(Desk, K, Vec<String>), E>> + Send + 'static,
) -> Result<Ended, RunError<E>> {
    if !terminal::is_interactive() {
        return Err(RunError::NotATerminal);
    }
    let workers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // A worker that waits for more is gone soon after: idle means that nobody wakes.
        .thread_keep_alive(Duration::from_secs(2))
        .enable_all()
        .build()?;
    let (sender, wakes) = sync_channel(QUEUED);
    let bell = Bell(sender);

    let guard = terminal::Guard::enter(options.mouse)?;
    #[cfg(unix)]
    let watch = signals::watch(bell.clone())?;
    #[cfg(unix)]
    if options.ask_width {
        terminal::write(parse::QUESTION)?;
    }
    input::read(bell.clone(), options.ask_width)?;
    execute::speak(model.lang, model.keys.shown(ActionId::OfflineToggle));
    let executor = Executor::new(workers.handle().clone(), bell.clone(), options.policy);

    let opener = bell.clone();
    let refusal: Arc<Mutex<Option<E>>> = Arc::default();
    let refused = refusal.clone();
    // What `open` gives beside the desk lives in this task until the runtime goes.
    workers.spawn(async move {
        match open.await {
            Ok((desk, kept, told)) => {
                opener.ring(Wake::Opened(Box::new(desk)));
                for text in told {
                    opener.tell(Fact::Mended(Trouble::new(&text, None)));
                }
                std::future::pending::<()>().await;
                drop(kept);
            }
            Err(error) => {
                *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                opener.ring(Wake::Closed);
            }
        }
    });

    let mut output = Output::new()?;
    if options.narrow {
        output.trust_narrow();
    }
    let size = terminal::size()?;
    let started = Fact::Started { width: size.0, height: size.1 };
    let first = update(&mut model, Msg { at: Timestamp::now(), fact: started });
    let mut hands = Hands { executor, output, alarm: Alarm::default(), bell };
    let mut end = hands.perform(first);
    draw(&mut model, &mut hands.output)?;
    while end.is_none() {
        let wake = match hands.alarm.wait(&wakes) {
            Heard::Message(wake) => wake,
            Heard::Alarm => Wake::Fact(Timestamp::now(), Fact::Woke),
            Heard::Nobody => break,
        };
        let mut dirty = false;
        end = drain(wake, &wakes, &mut model, &mut hands, &mut dirty);
        if end.is_none() && dirty && draw(&mut model, &mut hands.output).is_err() {
            // A terminal that cannot be written to is gone.
            end = Some(Ended::Hangup);
        }
    }
    drop(guard);
    // However it ended, where the buyer was is kept. A quit has asked for that itself, and then nothing is left.
    if let Some(keep) = remember::keep(&mut model) {
        hands.executor.run(keep);
    }
    hands.executor.finish(LAST_WORDS);
    #[cfg(unix)]
    watch.done();
    // Workers that still wait for a dead market must not hold the exit back.
    workers.shutdown_background();
    let refused = refusal.lock().unwrap_or_else(PoisonError::into_inner).take();
    match refused {
        Some(error) => Err(RunError::Open(error)),
        None => Ok(end.unwrap_or(Ended::Hangup)),
    }
}

/// Applies one message and all that wait behind it.
fn drain(
    first: Wake,
    wakes: &Receiver<Wake>,
    model: &mut Model,
    hands: &mut Hands,
    dirty: &mut bool,
) -> Option<Ended> {
    let begun = Instant::now();
    let mut found = None;
    let mut next = Some(first);
    while let Some(wake) = next {
        let message = match wake {
            Wake::Fact(at, fact) => Some(Msg { at, fact }),
            Wake::SyncMoved => hands.executor.sync_progress().map(|at| Msg {
                at: Timestamp::now(),
                fact: Fact::SyncProgressed {
                    done: at.done,
                    total: at.total,
                    pace: at.rate.map(|rate| (rate, at.left.map(|left| left.as_secs()))),
                },
            }),
            Wake::Opened(desk) => {
                let opened = hands.executor.open(*desk);
                opened.err().map(|error| Msg {
                    at: Timestamp::now(),
                    fact: Fact::Failed(Trouble::new(
                        &error.to_string(),
                        Some("close other programs, start again"),
                    )),
                })
            }
            #[cfg(unix)]
            Wake::Resized => terminal::size()
                .ok()
                .map(|(width, height)| Msg { at: Timestamp::now(), fact: Fact::Resized { width, height } }),
            Wake::Closed => return Some(Ended::Quit),
            #[cfg(unix)]
            Wake::Stop => {
                suspend(&mut hands.output);
                *dirty = true;
                Some(Msg { at: Timestamp::now(), fact: Fact::Resumed })
            }
            #[cfg(unix)]
            Wake::Continue => {
                come_back(&mut hands.output);
                *dirty = true;
                Some(Msg { at: Timestamp::now(), fact: Fact::Resumed })
            }
            Wake::End(ended) => return Some(ended),
        };
        if let Some(message) = message {
            *dirty = true;
            #[cfg(debug_assertions)]
            fault::strike_on_key(&message.fact, hands.executor.workers());
            let is_list = matches!(message.fact, Fact::Searched { .. });
            let effects = update(model, message);
            found = found.or(is_list.then(Instant::now));
            if let Some(ended) = hands.perform(effects) {
                return Some(ended);
            }
        }
        next = if begun.elapsed() < DRAIN { wakes.try_recv().ok() } else { None };
        if next.is_none() && search::awaits_company(model) {
            let left = found.and_then(|found| LINGER.checked_sub(found.elapsed()));
            next = left.and_then(|left| wakes.recv_timeout(left).ok());
        }
    }
    None
}

/// What effects are done with; some are the loop's own.
struct Hands {
    executor: Executor,
    output: Output,
    alarm: Alarm,
    bell: Bell,
}

impl Hands {
    /// Sends effects on their way. Those behind the end are not done.
    fn perform(&mut self, effects: Vec<Effect>) -> Option<Ended> {
        for effect in effects {
            match effect {
                Effect::Quit => return Some(Ended::Quit),
                Effect::Redraw => self.output.forget(),
                Effect::TrustNarrow => self.output.trust_narrow(),
                Effect::Suspend => {
                    #[cfg(unix)]
                    suspend(&mut self.output);
                }
                Effect::WakeAt(at) => self.alarm.set(at),
                Effect::Copy(text) => self.copy(&text),
                Effect::Open(url) => browser::open(self.bell.clone(), url),
                effect => self.executor.run(effect),
            }
        }
        None
    }

    fn copy(&mut self, text: &str) {
        let fact = match Output::copy(text) {
            Ok(characters) => Fact::Copied { characters },
            Err(error) => Fact::Failed(Trouble::new(&error.to_string(), None)),
        };
        // The loop cannot wait for room in its own queue.
        self.alarm.say(fact);
    }
}

#[cfg(unix)]
fn suspend(output: &mut Output) {
    terminal::leave();
    signals::stop();
    // Here the shell has put us in the foreground again.
    come_back(output);
}

/// Takes the terminal again. One that cannot be taken fails at the next frame, which ends the program.
#[cfg(unix)]
fn come_back(output: &mut Output) {
    if let Err(error) = terminal::enter() {
        tracing::warn!(%error, "cannot take the terminal again");
    }
    output.forget();
}

/// One frame, in one write; what is no small one inside a synchronized update.
fn draw(model: &mut Model, output: &mut Output) -> std::io::Result<()> {
    let mut seen = None;
    output.frame(|frame| seen = Some(ui::view(model, frame)))?;
    if let Some(hits) = seen {
        model.viewport = hits.viewport;
        model.places = hits.places;
    }
    Ok(())
}
