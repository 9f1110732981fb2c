//! What the tests of whole jobs are made with: the built binary as a market and as a buyer, and a proxy
//! that loses answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pifa::market::Marketplace;
use pifa::market::gateway::{Credentials, Gateway, GatewayOptions};
use serde_json::Value;

use crate::filled;

/// Before what failed in passing is asked again: a test of what happens then need not wait as politely as a buyer does.
const FIRST_WAIT_MS: u64 = 20;
const FIRST_WAIT: &str = "PIFA_TEST_FIRST_WAIT_MS";

/// Options of a gateway that asks again sooner than a buyer's.
pub fn hurried(origin: &str) -> GatewayOptions {
    GatewayOptions { first_wait: Duration::from_millis(FIRST_WAIT_MS), ..GatewayOptions::new(origin) }
}

/// A seed chosen when the test runs; printed, and taken from PIFA_TEST_SEED to repeat a run.
pub fn seed() -> u64 {
    let given = std::env::var("PIFA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let mut bytes = [0u8; 4];
        getrandom::fill(&mut bytes).unwrap();
        u64::from(u32::from_le_bytes(bytes))
    });
    println!("PIFA_TEST_SEED={seed}");
    seed
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pifa"));
    // Nothing of the developer's own settings may reach a test.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PIFA_")) {
        command.env_remove(name);
    }
    command
}

/// `pifa sandbox` in a process of its own; it ends with its owner.
pub struct Sandbox {
    child: Child,
    /// It lets five calls a second through: whoever asks it has to wait as a buyer's program does.
    is_plain: bool,
    pub ready: Value,
}

impl Sandbox {
    pub fn start(arguments: &[&str]) -> Sandbox {
        let mut child = binary()
            .arg("sandbox")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Sandbox {
            child,
            is_plain: arguments.contains(&"--plain"),
            ready: serde_json::from_str(&line).expect("the first line on stdout is the ready line"),
        }
    }

    pub fn url(&self) -> &str {
        self.ready["url"].as_str().unwrap()
    }

    pub fn port(&self) -> String {
        self.url().rsplit(':').next().unwrap().to_owned()
    }

    /// The market's own books, asked for in this process: they are looked at a thousand times.
    pub fn ledger(&self) -> Value {
        let credentials = self.credentials();
        // On a thread of its own: whoever asks may be in a runtime already.
        let asked = std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let gateway = Gateway::new(credentials, GatewayOptions::new(self.url())).unwrap();
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(gateway.ledger_dump(false))
            });
            asking.join().unwrap()
        });
        asked.unwrap()
    }

    /// What its client signs with.
    pub fn credentials(&self) -> Credentials {
        let text = |field: &str| self.ready[field].as_str().unwrap().to_owned();
        Credentials {
            app_key: text("app_key"),
            app_secret: text("app_secret"),
            access_token: Some(text("access_token")),
        }
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a verb printed and left with.
pub struct Said {
    pub code: i32,
    pub out: Vec<u8>,
    pub err: String,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let out: String = String::from_utf8_lossy(&self.out).chars().take(2_000).collect();
        write!(f, "exit {}\n  out: {out:?}\n  err: {:?}", self.code, self.err)
    }
}

impl Said {
    /// Runs a command to its end. Whatever else it does, it may not panic.
    pub fn of(command: &mut Command) -> Said {
        let out = command.stdin(Stdio::null()).output().unwrap();
        let said = Said {
            code: out.status.code().unwrap_or(-1),
            out: out.stdout,
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        };
        assert!(!said.err.contains("panicked") && (0..=6).contains(&said.code), "{command:?}: {said:?}");
        said
    }

    /// The error document of a verb that failed with this code under `--json`: the only one, complete, and
    /// nothing on stdout.
    pub fn fails(&self, code: i32) -> Value {
        assert!(self.out.is_empty(), "{self:?}");
        self.complains(code)
    }

    /// The same where what was done until then is printed all the same.
    pub fn complains(&self, code: i32) -> Value {
        let errors: Vec<Value> = self
            .err
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line.is_object())
            .collect();
        assert!(self.code == code && errors.len() == 1, "wanted {code}: {self:?}");
        let error = &errors[0]["error"];
        for field in ["code", "message", "hint"] {
            assert!(error[field].as_str().is_some_and(|words| !words.is_empty()), "{field}: {self:?}");
        }
        error.clone()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Demands this exit code.
    pub fn exits(self, code: i32) -> Said {
        assert_eq!(self.code, code, "out: {} err: {}", String::from_utf8_lossy(&self.out), self.err);
        self
    }
}

/// A buyer with a data folder of their own.
pub struct Buyer {
    folder: tempfile::TempDir,
    market: Option<(String, Value)>,
    is_hurried: bool,
}

impl Buyer {
    /// At the profile's own sandbox.
    pub fn embedded() -> Buyer {
        Buyer { folder: crate::folder::folder().unwrap(), market: None, is_hurried: true }
    }

    /// At the profile's own sandbox, with everything it sells in the catalog: a copy of a profile that was filled once.
    pub fn filled() -> Buyer {
        let buyer = Buyer::embedded();
        filled::copy(&filled::profile("filled"), buyer.data_dir());
        buyer
    }

    /// At a running sandbox.
    pub fn at(sandbox: &Sandbox) -> Buyer {
        Buyer::through(sandbox, sandbox.url())
    }

    /// At a running sandbox, by way of a proxy.
    pub fn through(sandbox: &Sandbox, url: &str) -> Buyer {
        let market = Some((url.to_owned(), sandbox.ready.clone()));
        Buyer { folder: crate::folder::folder().unwrap(), market, is_hurried: !sandbox.is_plain }
    }

    /// The same data folder at another market.
    pub fn moves_to(&mut self, sandbox: &Sandbox) {
        self.is_hurried = !sandbox.is_plain;
        self.market = Some((sandbox.url().to_owned(), sandbox.ready.clone()));
    }

    /// The same data folder and credentials, the market elsewhere.
    pub fn reaches(&mut self, url: &str) {
        self.market.as_mut().unwrap().0 = url.to_owned();
    }

    /// Another value for `app_key`, `app_secret` or `access_token`; what it was.
    pub fn swaps(&mut self, field: &str, value: &str) -> String {
        let known = &mut self.market.as_mut().unwrap().1[field];
        std::mem::replace(known, value.into()).as_str().unwrap().to_owned()
    }

    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    pub fn command(&self) -> Command {
        let mut command = self.human_command();
        command.arg("--json");
        command
    }

    /// Without `--json`: what people read.
    pub fn human_command(&self) -> Command {
        let mut command = binary();
        command.env("PIFA_DATA_DIR", self.folder.path());
        if self.is_hurried {
            command.env(FIRST_WAIT, FIRST_WAIT_MS.to_string());
        }
        if let Some((url, ready)) = &self.market {
            command.args(["--market", url]);
            for (name, field) in [
                ("PIFA_APP_KEY", "app_key"),
                ("PIFA_APP_SECRET", "app_secret"),
                ("PIFA_ACCESS_TOKEN", "access_token"),
            ] {
                command.env(name, ready[field].as_str().unwrap());
            }
        }
        command
    }

    pub fn says(&self, arguments: &[&str]) -> Said {
        Said::of(self.command().args(arguments))
    }

    /// The same with the waits of a buyer's own program.
    pub fn says_unhurried(&self, arguments: &[&str]) -> Said {
        Said::of(self.command().env_remove(FIRST_WAIT).args(arguments))
    }

    /// What people are told.
    pub fn tells(&self, arguments: &[&str]) -> Said {
        Said::of(self.human_command().args(arguments))
    }

    /// Runs a verb that has to end with 0, and reads its document.
    pub fn does(&self, arguments: &[&str]) -> Value {
        self.says(arguments).exits(0).json()
    }

    pub fn file(&self, name: &str, text: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// What the proxy does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Pass,
    /// The market never sees it: the connection is closed.
    DropBefore,
    /// The market answers, but the answer is lost.
    DropAfter,
    /// Half of the answer arrives.
    Truncate,
    /// The market acts; the client is told 503.
    Unavailable,
    /// The market never sees it; this is the answer.
    Says(&'static str),
}

/// What the proxy does to a request, where a fault is not enough.
pub enum Doing {
    Fault(Fault),
    /// The market never sees it; these bytes are the answer, and the connection is closed.
    Answer(Vec<u8>),
    /// The market answers; its JSON arrives as this makes it.
    Rewrite(Box<dyn FnOnce(Value) -> String + Send>),
}

impl From<Fault> for Doing {
    fn from(fault: Fault) -> Doing {
        Doing::Fault(fault)
    }
}

type Rule = Box<dyn FnMut(&str, usize) -> Doing + Send>;

/// A loopback proxy that lets faults happen to requests whose path contains a word.
pub struct Proxy {
    pub url: String,
    hits: Arc<AtomicUsize>,
}

impl Proxy {
    /// `rule` sees the path and how many requests matched `word` before.
    pub fn start<D: Into<Doing>>(
        upstream: &str,
        word: &'static str,
        mut rule: impl FnMut(&str, usize) -> D + Send + 'static,
    ) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let hits = Arc::new(AtomicUsize::new(0));
        let rule: Arc<Mutex<Rule>> =
            Arc::new(Mutex::new(Box::new(move |path: &str, before| rule(path, before).into())));
        let counted = Arc::clone(&hits);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, hits, rule) = (upstream.clone(), Arc::clone(&counted), Arc::clone(&rule));
                std::thread::spawn(move || serve(client, &upstream, word, &hits, &rule));
            }
        });
        Proxy { url, hits }
    }

    /// Requests that contained the word.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// Serves one connection until it ends or a fault cuts it.
fn serve(
    mut client: TcpStream,
    upstream: &str,
    word: &str,
    hits: &AtomicUsize,
    rule: &Mutex<Rule>,
) -> Option<()> {
    loop {
        let request = message(&mut client)?;
        let path = String::from_utf8_lossy(&request).split_whitespace().nth(1)?.to_owned();
        let doing = if path.contains(word) {
            rule.lock().unwrap()(&path, hits.fetch_add(1, Ordering::SeqCst))
        } else {
            Doing::Fault(Fault::Pass)
        };
        match &doing {
            Doing::Fault(Fault::DropBefore) => return None,
            Doing::Fault(Fault::Says(body)) => {
                let length = body.len();
                write!(client, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").ok()?;
                continue;
            }
            Doing::Answer(bytes) => {
                client.write_all(bytes).ok()?;
                return None;
            }
            _ => {}
        }
        let mut market = TcpStream::connect(upstream).ok()?;
        market.write_all(&request).ok()?;
        let answer = message(&mut market)?;
        let fault = match doing {
            Doing::Rewrite(rewrite) => {
                let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
                let text = rewrite(serde_json::from_slice(&answer[body..]).unwrap());
                let status = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
                let head = format!("{status}\r\ncontent-length: {}\r\n\r\n", text.len());
                client.write_all(&[head.as_bytes(), text.as_bytes()].concat()).ok()?;
                continue;
            }
            Doing::Fault(fault) => fault,
            Doing::Answer(_) => return None,
        };
        match fault {
            Fault::DropAfter | Fault::DropBefore | Fault::Says(_) => return None,
            Fault::Truncate => {
                client.write_all(&answer[..answer.len() - answer.len() / 4]).ok()?;
                return None;
            }
            Fault::Unavailable => {
                client.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").ok()?;
            }
            Fault::Pass => client.write_all(&answer).ok()?,
        }
    }
}

/// One HTTP message with a content-length, head and body.
fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 16 * 1024];
    loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |value| value.trim().parse().unwrap());
            while bytes.len() < at + 4 + length {
                let read = from.read(&mut buffer).ok().filter(|read| *read > 0)?;
                bytes.extend_from_slice(&buffer[..read]);
            }
            return Some(bytes);
        }
        let read = from.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
}
