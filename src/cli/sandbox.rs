//! `pifa sandbox`: a marketplace of its own on loopback; its books, its cashier without a browser, its clock.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::args::{IdempotencyArg, LotRuleArg, SandboxArgs, SandboxVerb};
use super::failure::{Exit, Failure};
use super::order;
use super::print::{Printer, line};
use super::session::{Profile, connect, environment_credentials};
use crate::domain::id::OrderId;
use crate::domain::text::Clean;
use crate::procure::{DeskError, MarketError, Marketplace};
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
        Some(SandboxVerb::Pay { id, url }) => pay(&id, url.as_deref(), profile, printer).await,
        Some(SandboxVerb::Clock { by, url }) => clock(by, url.as_deref(), profile, printer).await,
        Some(SandboxVerb::Churn { percent, count, url, seed }) => {
            let much = match (count, percent) {
                (Some(count), _) => ("count", count.to_string()),
                (None, percent) => ("percent", percent.unwrap_or_default().to_string()),
            };
            churn((much.0, &much.1), seed, url.as_deref(), profile, printer).await
        }
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

/// Pays without a browser; prints the order as it is then.
async fn pay(id: &str, url: Option<&str>, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let order = match url {
        Some(origin) => {
            let gateway = connect(origin, environment_credentials()?)?;
            let id = OrderId::new(id);
            gateway.sandbox_pay(&id).await.map_err(|error| no_order(error.into(), id.as_str()))?;
            let known = gateway.order(&id).await.map_err(DeskError::from)?;
            known.map(|known| known.order).ok_or_else(|| {
                Failure::failed(
                    "sandbox",
                    format!("{id} was paid and is not known any more"),
                    "look at its ledger",
                )
            })?
        }
        None => profile.online().await?.desk.sandbox_pay(id).await.map_err(|error| no_order(error, id))?,
    };
    order::orders(vec![order], printer)
}

/// An order the market does not know is none, as for every other verb, and no refusal.
fn no_order(error: DeskError, id: &str) -> DeskError {
    match error {
        DeskError::Market(MarketError::Refused(refusal)) if refusal.code.as_str() == "ORDER_NOT_EXIST" => {
            DeskError::NoOrder(Clean::capped(id, 60))
        }
        error => error,
    }
}

/// Where a clock stands after it was moved.
#[derive(Serialize)]
struct Moved {
    /// The sandbox's time.
    server_time: Timestamp,
    moved_seconds: u64,
}

async fn clock(
    by: Duration,
    url: Option<&str>,
    profile: &Profile,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let server_time = match url {
        Some(origin) => {
            let gateway = connect(origin, environment_credentials()?)?;
            gateway.move_clock(by).await.map_err(DeskError::from)?
        }
        None => profile.online().await?.desk.move_clock(by).await?,
    };
    let moved = Moved { server_time, moved_seconds: by.as_secs() };
    printer.document(&moved, || {
        let words = printer.words("the sandbox's clock stands at", "沙盒时间现在是", "沙盒時間現在是");
        format!("{words} {server_time:.0}\n")
    })?;
    Ok(Exit::Done)
}

/// Makes the world move; what moved, by id.
async fn churn(
    much: (&str, &str),
    seed: Option<u64>,
    url: Option<&str>,
    profile: &Profile,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let churned = match url {
        Some(origin) => {
            let gateway = connect(origin, environment_credentials()?)?;
            gateway.churn(much, seed).await.map_err(DeskError::from)?
        }
        None => profile.online().await?.desk.churn_market(much, seed).await?,
    };
    printer.document(&churned, || {
        let of = |key: &str| churned.get(key).and_then(serde_json::Value::as_array).map_or(0, Vec::len);
        let words = [
            ("changed", printer.words("changed", "变动", "變動")),
            ("repriced", printer.words("repriced", "改价", "改價")),
            ("gone", printer.words("gone", "下架", "下架")),
            ("returned", printer.words("back", "重新上架", "重新上架")),
        ];
        let counts: Vec<String> = words.iter().map(|(key, word)| format!("{word} {}", of(key))).collect();
        format!("{}\n", counts.join(" · "))
    })?;
    Ok(Exit::Done)
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
