//! A terminal to test in: spawns the built program on a pty, feeds what it writes to an emulator, and
//! waits for what should appear. Nothing sleeps: every wait is a wait for bytes, with a deadline.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longest wait for anything on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The program on its terminal.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything it wrote so far.
    pub raw: Vec<u8>,
    /// Bytes that were typed so far.
    pub typed: usize,
    gone: bool,
    /// Asks the reading thread to let go of the terminal.
    let_go: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl Session {
    /// Starts `pifa` with a data folder of its own.
    pub fn start(folder: &Path, arguments: &[&str], rows: u16, cols: u16) -> Session {
        Session::start_with(folder, arguments, rows, cols, &[])
    }

    /// The same with variables of the environment.
    pub fn start_with(
        folder: &Path,
        arguments: &[&str],
        rows: u16,
        cols: u16,
        variables: &[(&str, &str)],
    ) -> Session {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pifa"));
        command.args(["--data-dir"]);
        command.arg(folder);
        command.args(arguments);
        for name in ["PIFA_MARKET", "PIFA_LANG", "PIFA_DATA_DIR", "NO_COLOR", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let (sender, written) = channel();
        let let_go = Arc::new(AtomicBool::new(false));
        let asked = let_go.clone();
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count) = output.read(&mut buffer) {
                if count == 0
                    || asked.load(Ordering::SeqCst)
                    || sender.send(buffer[..count].to_vec()).is_err()
                {
                    break;
                }
            }
        });
        let keyboard = pair.master.take_writer().expect("a writer");
        Session {
            child,
            master: Some(pair.master),
            keyboard: Some(keyboard),
            written,
            screen: vt100::Parser::new(rows, cols, 0),
            raw: Vec::new(),
            typed: 0,
            gone: false,
            let_go,
            reader: Some(reader),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Types raw bytes.
    pub fn type_bytes(&mut self, bytes: &[u8]) {
        self.typed += bytes.len();
        let keyboard = self.keyboard.as_mut().expect("the terminal is there");
        keyboard.write_all(bytes).expect("the terminal takes keys");
        keyboard.flush().expect("the terminal takes keys");
    }

    /// Types text.
    pub fn type_text(&mut self, text: &str) {
        self.type_bytes(text.as_bytes());
    }

    /// Takes in what was written, for at most `most`; whether anything came.
    pub fn listen(&mut self, most: Duration) -> bool {
        match self.written.recv_timeout(most) {
            Ok(bytes) => {
                self.take(&bytes);
                while let Ok(bytes) = self.written.try_recv() {
                    self.take(&bytes);
                }
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                self.gone = true;
                false
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// The screen as text.
    pub fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen is as wished.
    pub fn wait(&mut self, what: &str, wished: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + DEADLINE;
        loop {
            let shown = self.contents();
            if wished(&shown) {
                return shown;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !self.gone, "never seen: {what}\n--- the screen:\n{shown}");
            self.listen(left);
        }
    }

    /// Waits until a text stands on the screen.
    pub fn wait_for(&mut self, text: &str) -> String {
        self.wait(text, |shown| shown.contains(text))
    }

    /// Waits until nothing more comes for a moment; how many bytes came.
    pub fn settle(&mut self, quiet: Duration) -> usize {
        let before = self.raw.len();
        let until = Instant::now() + DEADLINE;
        while Instant::now() < until && self.listen(quiet) {}
        self.raw.len() - before
    }

    pub fn resize(&mut self, rows: u16, cols: u16) {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().expect("the terminal is there").resize(size).expect("resized");
        self.screen.screen_mut().set_size(rows, cols);
    }

    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).expect("the process is there");
    }

    /// Closes the terminal, as a window that is shut. The reading thread holds it open too: it lets go at
    /// the next bytes, which a key that changes the screen brings.
    pub fn hang_up(&mut self) {
        self.let_go.store(true, Ordering::SeqCst);
        self.type_text("?");
        self.reader.take().expect("a reader").join().expect("the reader ends");
        self.keyboard = None;
        self.master = None;
    }

    /// Waits for the end; its exit code, and how long it took.
    pub fn wait_for_end(&mut self, most: Duration) -> (u32, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                while self.listen(Duration::from_millis(100)) {}
                return (status.exit_code(), begun.elapsed());
            }
            assert!(begun.elapsed() < most, "it did not end within {most:?}\n{}", self.contents());
            if !self.listen(Duration::from_millis(20)) && self.gone {
                // No terminal to wait at any more: let the child have the processor.
                std::thread::park_timeout(Duration::from_millis(20));
            }
        }
    }

    /// Whether each mode that was taken was given back, and last.
    pub fn assert_restored(&self) {
        let raw = String::from_utf8_lossy(&self.raw);
        for (taken, given) in [
            ("\x1b[?1049h", "\x1b[?1049l"),
            ("\x1b[?2004h", "\x1b[?2004l"),
            ("\x1b[?25l", "\x1b[?25h"),
            ("\x1b[?1000h", "\x1b[?1000l"),
            ("\x1b[?1006h", "\x1b[?1006l"),
        ] {
            let taken_at = raw.rfind(taken).unwrap_or_else(|| panic!("{taken:?} was never written"));
            let given_at = raw.rfind(given);
            assert!(given_at.is_some_and(|at| at > taken_at), "{given:?} was not written at the end");
        }
        let begun = raw.matches("\x1b[?2026h").count();
        let ended = raw.matches("\x1b[?2026l").count();
        assert!(ended >= begun, "a synchronized update was left open");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
