//! Markets of stories: a marketplace in a process of its own, which can be struck down, and its books; and the browser
//! that a pay link opens, played by the test itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{DEADLINE, Session};

/// A marketplace in a process of its own.
pub struct Market {
    child: Option<Child>,
    state: tempfile::TempDir,
    flags: Vec<&'static str>,
    /// What a client needs to reach it, as variables of the environment.
    pub variables: Vec<(&'static str, String)>,
}

impl Market {
    /// One of 2,000 offers, with these flags beside.
    pub fn start(flags: &[&'static str]) -> Market {
        let state = crate::folder::folder().unwrap();
        let mut market = Market { child: None, state, flags: flags.to_vec(), variables: Vec::new() };
        market.serve("127.0.0.1:0");
        market
    }

    fn serve(&mut self, listen: &str) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pifa"))
            .args(["sandbox", "--offers", "2000", "--listen", listen, "--state"])
            .arg(self.state.path())
            .args(&self.flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a market starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).expect("its ready line");
        self.child = Some(child);
        let ready: Value = serde_json::from_str(&line).expect("its ready line");
        let told = |name: &str| ready[name].as_str().unwrap().to_owned();
        self.variables = vec![
            ("PIFA_MARKET", told("url")),
            ("PIFA_APP_KEY", told("app_key")),
            ("PIFA_APP_SECRET", told("app_secret")),
            ("PIFA_ACCESS_TOKEN", told("access_token")),
        ];
    }

    pub fn url(&self) -> &str {
        &self.variables[0].1
    }

    /// Strikes it down: nothing is ended in order.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it is struck down");
        child.wait().expect("it ends");
    }

    /// Starts it again where it was, with the same books.
    pub fn again(&mut self) {
        let place = self.url().strip_prefix("http://").unwrap().to_owned();
        self.serve(&place);
    }

    /// Its own books.
    pub fn books(&self) -> Value {
        let elsewhere = crate::folder::folder().unwrap();
        run(elsewhere.path(), &self.variables, &["sandbox", "ledger", "--url", self.url()]).1
    }
}

impl Drop for Market {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Runs a verb with these variables: its exit code and its JSON.
pub fn run(folder: &Path, variables: &[(&'static str, String)], arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_pifa"))
        .args(["--json", "--data-dir"])
        .arg(folder)
        .args(arguments)
        .env_remove("PIFA_MARKET")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("the verb runs");
    let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().expect("an exit code"), told)
}

/// Where the browser that pifa starts leaves the address it was told to open.
pub struct Browser {
    folder: tempfile::TempDir,
}

impl Browser {
    pub fn new() -> Browser {
        let browser = Browser { folder: crate::folder::folder().unwrap() };
        // Written beside and moved: whoever finds the file finds it whole.
        let script = "printf %s \"$1\" > \"$0.part\" && mv \"$0.part\" \"$0.url\"\n";
        std::fs::write(browser.script(), script).unwrap();
        browser
    }

    fn script(&self) -> PathBuf {
        self.folder.path().join("browser")
    }

    /// What makes pifa start it, on a machine without a desktop too.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BROWSER", format!("sh {} %s", self.script().display())),
            ("SSH_CONNECTION", String::new()),
            ("SSH_TTY", String::new()),
        ]
    }

    /// The address it was told to open since this was asked last.
    pub fn opened(&self, pifa: &mut Session) -> String {
        let file = self.folder.path().join("browser.url");
        let until = Instant::now() + DEADLINE;
        loop {
            if let Ok(url) = std::fs::read_to_string(&file) {
                std::fs::remove_file(&file).unwrap();
                return url;
            }
            assert!(Instant::now() < until, "no page was opened\n{}", pifa.contents());
            pifa.listen(Duration::from_millis(50));
        }
    }
}

/// The totals a cashier's page shows, as its form sends them back.
pub fn look_at_cashier(url: &str) -> Vec<String> {
    let page = http("GET", url, "");
    assert!(page.contains("SANDBOX"), "{page}");
    let fields = page.split("name=\"shown\" value=\"").skip(1);
    fields.map(|field| field.split('"').next().unwrap().to_owned()).collect()
}

/// Presses Pay on a cashier's page that showed these totals: the page that comes back.
pub fn press_pay(url: &str, shown: &[String]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(shown.iter().map(|total| ("shown", total)));
    http("POST", url, &form.append_pair("do", "pay").finish())
}

fn http(method: &str, url: &str, body: &str) -> String {
    let rest = url.strip_prefix("http://").expect("a page on this machine");
    let (host, path) = rest.split_once('/').unwrap();
    assert!(host.starts_with("127.0.0.1:"), "{url}");
    let mut stream = TcpStream::connect(host).expect("the cashier is there");
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("a page");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}
