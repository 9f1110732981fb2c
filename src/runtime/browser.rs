//! The buyer's browser: started beside us, without a shell and without our terminal.

use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::app::Fact;
use crate::app::msg::Trouble;
use crate::runtime::Bell;

/// A starter that has not failed by then is a browser that runs.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens an address, and tells how it went.
pub fn open(bell: Bell, url: String) {
    let started = std::thread::Builder::new().name("browser".into()).spawn({
        let (bell, url) = (bell.clone(), url.clone());
        move || {
            let result = start(&url, |name| std::env::var(name).ok());
            bell.tell(Fact::Opened { url, result: result.map_err(|why| Trouble::new(&why, None)) });
        }
    });
    if let Err(error) = started {
        bell.tell(Fact::Opened { url, result: Err(Trouble::new(&error.to_string(), None)) });
    }
}

fn start(url: &str, env: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let mut why = String::new();
    for (program, arguments) in ways(url, &env)? {
        match run(&program, &arguments) {
            Ok(()) => return Ok(()),
            Err(error) => why = format!("{program}: {error}"),
        }
    }
    Err(why)
}

/// Programs to try in turn, each with its arguments. Only web addresses are opened, so what is told to the program
/// is neither an option nor a file.
fn ways(url: &str, env: &impl Fn(&str) -> Option<String>) -> Result<Vec<(String, Vec<String>)>, String> {
    let parsed = reqwest::Url::parse(url).map_err(|_| "not a web address".to_owned())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err("not a web address".to_owned());
    }
    let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
    // A browser here would open on a screen nobody sits at.
    if set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some() {
        return Err("this is a remote session".to_owned());
    }
    if let Some(list) = set("BROWSER") {
        let ways: Vec<_> =
            list.split(':').filter_map(|command| from_variable(command, parsed.as_str())).collect();
        if !ways.is_empty() {
            return Ok(ways);
        }
    }
    let of_system = if cfg!(target_os = "macos") {
        "open"
    } else if set("DISPLAY").is_some() || set("WAYLAND_DISPLAY").is_some() {
        "xdg-open"
    } else {
        // It would start a browser of the terminal, which is ours.
        return Err("there is no desktop here".to_owned());
    };
    Ok(vec![(of_system.to_owned(), vec![parsed.to_string()])])
}

/// One command of `BROWSER`: words, with `%s` for the address or the address behind them.
fn from_variable(command: &str, url: &str) -> Option<(String, Vec<String>)> {
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next()?;
    let mut arguments: Vec<String> = words.collect();
    if arguments.iter().any(|word| word.contains("%s")) {
        arguments = arguments.iter().map(|word| word.replace("%s", url)).collect();
    } else {
        arguments.push(url.to_owned());
    }
    Some((program, arguments))
}

fn run(program: &str, arguments: &[String]) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C here is no reason for the browser to end.
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let (ended, outcome) = channel();
    // Waited for until it ends, so that no dead process is left standing.
    std::thread::Builder::new()
        .name("browser-end".into())
        .spawn(move || {
            let _ = ended.send(child.wait());
        })
        .map_err(|error| error.to_string())?;
    match outcome.recv_timeout(PATIENCE) {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(status.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(RecvTimeoutError::Timeout) => Ok(()),
        Err(RecvTimeoutError::Disconnected) => Err("it cannot be waited for".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "http://127.0.0.1:8765/offer/1.html?a=b&c=d";

    fn env<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |asked| set.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn only_web_addresses_and_only_where_somebody_sits() {
        let desktop = [("DISPLAY", ":0")];
        for bad in
            ["file:///etc/passwd", "javascript:alert(1)", "--help", "", "ftp://x", "http//x", "/bin/sh"]
        {
            assert!(ways(bad, &env(&desktop)).is_err(), "{bad}");
        }
        assert!(
            ways(PAGE, &env(&[("DISPLAY", ":0"), ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")])).is_err()
        );
        let of = ways(PAGE, &env(&[("DISPLAY", ":0"), ("BROWSER", "firefox --new-tab:w3m %s -x")])).unwrap();
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            of,
            [
                ("firefox".to_owned(), words(&format!("--new-tab {PAGE}"))),
                ("w3m".to_owned(), words(&format!("{PAGE} -x"))),
            ]
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_a_desktop_the_address_is_to_be_shown() {
        assert!(ways(PAGE, &env(&[])).is_err());
        assert_eq!(ways(PAGE, &env(&[("WAYLAND_DISPLAY", "w")])).unwrap()[0].0, "xdg-open");
    }

    #[cfg(unix)]
    #[test]
    fn a_starter_that_fails_or_is_missing_is_told_and_the_next_one_tried() {
        assert!(
            start(PAGE, env(&[("BROWSER", "/no/such/program")])).unwrap_err().contains("/no/such/program")
        );
        assert!(start(PAGE, env(&[("BROWSER", "false")])).is_err());
        assert_eq!(start(PAGE, env(&[("BROWSER", "/no/such/program:true")])), Ok(()));
    }
}
