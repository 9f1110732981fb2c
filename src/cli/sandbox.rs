//! `pifa sandbox`: a marketplace of its own on loopback, and its books.

use serde::Serialize;

use super::args::{IdempotencyArg, LotRuleArg, SandboxArgs, SandboxVerb};
use super::failure::{Exit, Failure};
use super::print::{Printer, line};
use super::session::{Profile, connect, environment_credentials};
use crate::procure::{DeskError, Marketplace};
use crate::sandbox::{self, Idempotency, LotRule, Options};

/// The ready line: what a client needs to reach it.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    app_key: &'a str,
    app_secret: &'a str,
    access_token: &'a str,
    market_id: &'a str,
}

pub(super) async fn run(args: SandboxArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    match args.verb {
        Some(SandboxVerb::Ledger { url, all }) => ledger(url.as_deref(), all, profile, printer).await,
        None => serve(args).await,
    }
}

async fn serve(args: SandboxArgs) -> Result<Exit, Failure> {
    let temporary = match &args.state {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(|error| {
            Failure::failed("sandbox", format!("no temporary folder: {error}"), "name one with --state DIR")
        })?),
    };
    let state = args.state.clone().or_else(|| temporary.as_ref().map(|folder| folder.path().to_owned()));
    let Some(state) = state else { return Ok(Exit::Failed) };
    let options = Options {
        listen: args.listen,
        offers: args.offers,
        suppliers: args.suppliers,
        seed: args.seed,
        now: args.now,
        speed: args.speed,
        idempotency: match args.idempotency {
            IdempotencyArg::Off => Idempotency::Off,
            IdempotencyArg::OutOrderId => Idempotency::OutOrderId,
        },
        plain: args.plain,
        awkward: args.awkward,
        lot_rule: match args.lot_rule {
            LotRuleArg::Refuse => LotRule::Refuse,
            LotRuleArg::Accept => LotRule::Accept,
        },
        reprice_percent: args.reprice,
        catalog: args.catalog,
        history: args.history,
        fixed_credentials: true,
        ..Options::new(state)
    };
    let running = sandbox::start(options).await.map_err(|error| match error {
        sandbox::StartError::NotLoopback(_) => Failure::usage(error.to_string(), "--listen 127.0.0.1:0"),
        sandbox::StartError::Catalog { .. } => {
            Failure::failed("sandbox", error.to_string(), "--catalog wants a JSONL file: one listing a line")
        }
        error => {
            let hint = "use another --listen or --state, or the flags it was made with";
            Failure::failed("sandbox", error.to_string(), hint)
        }
    })?;
    let ready = Ready {
        url: &running.url,
        app_key: &running.app_key,
        app_secret: &running.app_secret,
        access_token: &running.access_token,
        market_id: &running.market_id,
    };
    line(&serde_json::to_string(&ready).unwrap_or_default())?;
    eprintln!("sandbox: serving {} (no real money); stop with Ctrl-C", running.url);
    wait_for_end().await;
    running.stop().await;
    Ok(Exit::Done)
}

/// Until the process is asked to end.
async fn wait_for_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut hup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
            _ = hup.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}

async fn ledger(url: Option<&str>, all: bool, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let dump = match url {
        Some(origin) => {
            let gateway = connect(origin, environment_credentials()?)?;
            gateway.ledger_dump(all).await.map_err(DeskError::from)?
        }
        None => profile.online().await?.desk.market_ledger(all).await?,
    };
    printer.document(&dump, || serde_json::to_string_pretty(&dump).unwrap_or_default())?;
    Ok(Exit::Done)
}
