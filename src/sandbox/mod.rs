//! The embedded marketplace: a server on 127.0.0.1 that speaks the 1688 gateway's protocol over a generated
//! (or given) world, so that the whole program can be used, tested and demonstrated without an account.
//!
//! Nothing outside this module calls into it except [`start`]; data moves through the socket. Its trade rules
//! ([`rules`], [`carriage`]) are written from GATEWAY.md and share nothing with the client's: the market judges
//! the client. All that changes lives in one SQLite file ([`state`]) under `BEGIN IMMEDIATE`, so several
//! processes serving the same file are one marketplace. There are no timers: what becomes due is settled in the
//! transaction of the next request ([`life`]). Beside the gateway it has a few pages for a browser ([`pages`]): a
//! cashier, offers, a chat that nobody answers.
//!
//! `EXT.md` beside this file documents the extension namespace `com.pifa.ext`.

mod address;
mod awkward;
mod calls;
mod carriage;
mod cashier;
mod churn;
mod clock;
mod consignment;
mod deals;
mod envelope;
mod export;
mod goods;
mod groups;
mod history;
mod index;
mod life;
mod listings;
mod market;
mod opening;
mod orders;
mod pack;
mod pages;
mod params;
mod rules;
mod server;
mod shift;
mod state;
mod throttle;
pub mod world;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What a repeated create with the same `outOrderId` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Idempotency {
    /// Makes another order: the gateway documents no idempotency.
    #[default]
    Off,
    /// Answers the first order again.
    OutOrderId,
}

/// What happens to a quantity that is no multiple of the lot; the gateway documents no code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LotRule {
    /// `SANDBOX_LOT`.
    #[default]
    Refuse,
    /// Sold anyway.
    Accept,
}

/// How to run a marketplace.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; loopback only.
    pub listen: SocketAddr,
    /// How many offers the generated world has.
    pub offers: u64,
    /// How many suppliers; by default 3 for 40 offers.
    pub suppliers: Option<u64>,
    /// What the world is generated from.
    pub seed: u64,
    /// The marketplace's time when it first starts with this value; by default the wall clock.
    pub now: Option<Timestamp>,
    /// Sandbox seconds a wall second; 0 freezes the clock.
    pub speed: Decimal,
    /// What a repeated create does.
    pub idempotency: Idempotency,
    /// Only documented calls, five a second.
    pub plain: bool,
    /// Mixes in the gateway's documented oddities, chosen by this seed.
    pub awkward: Option<u64>,
    /// What breaks a lot.
    pub lot_rule: LotRule,
    /// How many of a hundred unpaid orders their sellers change the price of.
    pub reprice_percent: u32,
    /// JSON lines of listings to serve instead of the generated world.
    pub catalog: Option<PathBuf>,
    /// Folder of `state.db`, or the file itself.
    pub state: PathBuf,
    /// Give a new state six months of seeded orders, in a generated world of 2,000 offers or more.
    pub history: bool,
    /// Keep the access token in the state across restarts; otherwise it is valid for this process only.
    pub fixed_credentials: bool,
}

impl Options {
    /// The defaults of the embedded marketplace over the given state.
    pub fn new(state: PathBuf) -> Self {
        Options {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            offers: 20_000,
            suppliers: None,
            seed: 1688,
            now: None,
            speed: Decimal::ONE,
            idempotency: Idempotency::Off,
            plain: false,
            awkward: None,
            lot_rule: LotRule::Refuse,
            reprice_percent: 0,
            catalog: None,
            state,
            history: true,
            fixed_credentials: false,
        }
    }
}

/// Why a marketplace did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Only loopback is served.
    #[error("the sandbox listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address could not be bound.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The folder of the state could not be made.
    #[error("cannot create {path}: {source}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The state could not be opened or written.
    #[error("the sandbox's state {path}: {source}", path = path.display())]
    State {
        /// The SQLite file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The state was written by a newer program.
    #[error("the sandbox's state {path} has schema {found}, this program knows {known}", path = path.display())]
    NewerState {
        /// The SQLite file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The state belongs to other goods.
    #[error(
        "the sandbox's state {path} belongs to other goods ({found}; asked for {asked}): use another --state or the same flags",
        path = path.display()
    )]
    OtherWorld {
        /// The SQLite file.
        path: PathBuf,
        /// What it was made with.
        found: String,
        /// What was asked for.
        asked: String,
    },
    /// The listings file could not be read.
    #[error("the listings {path}: {reason}", path = path.display())]
    Catalog {
        /// The file.
        path: PathBuf,
        /// Why, with the line where there is one.
        reason: String,
    },
    /// The operating system gave no randomness for the credentials.
    #[error("no randomness for credentials: {0}")]
    Random(String),
    /// A worker died.
    #[error("the sandbox's worker stopped: {0}")]
    Worker(String),
}

impl StartError {
    /// Whether the state's file is no database or a damaged one.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        matches!(self, StartError::State { source, .. }
            if matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)))
    }
}

/// A marketplace that is serving. Dropping it stops the server.
#[derive(Debug)]
pub struct Running {
    /// Origin without path, e.g. `http://127.0.0.1:41234`.
    pub url: String,
    /// Key of the one app.
    pub app_key: String,
    /// Its secret.
    pub app_secret: String,
    /// Token of the one buyer.
    pub access_token: String,
    /// `<app_key>/<account id>`, the same as long as the state lives.
    pub market_id: String,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

impl Running {
    /// Stops listening, lets requests in flight finish and returns when the server is gone.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take()
            && let Err(error) = serving.await
        {
            tracing::warn!(%error, "the sandbox server ended badly");
        }
    }
}

/// Starts a marketplace; returns when it listens. Needs a tokio runtime and does not block it.
pub async fn start(options: Options) -> Result<Running, StartError> {
    if !options.listen.ip().is_loopback() {
        return Err(StartError::NotLoopback(options.listen));
    }
    let listen = options.listen;
    let market = tokio::task::spawn_blocking(move || market::Market::open(&options))
        .await
        .map_err(|error| StartError::Worker(error.to_string()))??;
    let market = Arc::new(market);
    let (address, stop, serving) = server::serve(listen, Arc::clone(&market)).await?;
    let identity = market.identity();
    Ok(Running {
        url: format!("http://{address}"),
        app_key: identity.app_key.clone(),
        app_secret: identity.app_secret.clone(),
        access_token: identity.access_token.clone(),
        market_id: identity.market_id(),
        stop: Some(stop),
        serving: Some(serving),
    })
}
