//! Sitting down at a desk: the profile's files opened, the market chosen and, where a verb needs it,
//! connected to.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::args::Global;
use super::failure::Failure;
use super::logs;
use super::print::note;
use crate::config::{Paths, Settings};
use crate::domain::id::{MarketId, OutOrderId};
use crate::domain::text::Clean;
use crate::i18n::{Lang, messages};
use crate::procure::{
    Catalog, CatalogError, Credentials, Desk, DeskError, DeskParts, Gateway, GatewayOptions, HAND_MARKET,
    History, Ledger, Marketplace, Migrating, Opened, SyncOptions, SyncProgress, steady,
};
use crate::sandbox;

/// Ledger note: which market the profile's own sandbox is.
const SANDBOX_MARKET: &str = "market:sandbox";
/// The market that is none: `--market hand`.
const BY_HAND: &str = "hand";

/// How a catalog is opened: for a while, or for one search.
type OpenCatalog = fn(&Path, &mut dyn FnMut(Migrating)) -> Result<Catalog, CatalogError>;

/// A profile with its settings, nothing opened yet but the log.
pub struct Profile {
    /// Where its files are.
    pub paths: Paths,
    /// `config.toml` under the flags.
    pub settings: Settings,
    /// Language of messages and screens.
    pub lang: Lang,
    /// Never touch the network.
    pub offline: bool,
    /// ASCII marks only.
    pub ascii: bool,
    /// Whether the screens are on: what is to be told then waits in [`Profile::told`].
    pub on_screen: bool,
    told: Mutex<Vec<String>>,
    market: Target,
}

/// Which market.
#[derive(Debug, Clone)]
enum Target {
    /// The profile's own sandbox.
    Embedded,
    /// Price lists in, order sheets out, no market at all.
    Hand,
    /// A gateway or a sandbox that runs somewhere.
    Remote { origin: String, credentials: Credentials },
}

/// A desk, and the embedded market it sits at while it is open.
pub struct Session {
    /// The desk.
    pub desk: Desk,
    /// Kept alive: dropping it stops the embedded market.
    pub market: Option<sandbox::Running>,
}

impl Profile {
    /// Reads settings and flags; the ledger is not touched.
    pub fn open(global: Global) -> Result<Profile, Failure> {
        let hint = "see `pifa --help`";
        let paths = Paths::new(&global.profile, global.data_dir.as_deref(), global.config.as_deref())
            .map_err(|error| Failure::usage(error.to_string(), hint))?;
        if global.config.as_ref().is_some_and(|file| !file.exists()) {
            return Err(Failure::usage(
                format!("{}: no such file", paths.config().display()),
                "check --config",
            ));
        }
        let standing = paths.folder().ancestors().find(|place| place.exists());
        if let Some(place) = standing.filter(|place| !place.is_dir()) {
            let words = format!("{} is no folder, so it cannot hold the data", place.display());
            return Err(Failure::usage(words, "name a folder with --data-dir or PIFA_DATA_DIR"));
        }
        let settings = Settings::load(paths.config()).map_err(|error| {
            let hint = if error.line == 0 {
                "make it a readable text file, or move it away to use the defaults"
            } else {
                "mend that line, or remove it to use the default"
            };
            Failure::usage(error.to_string(), hint)
        })?;
        let env = |name: &str| std::env::var(name).ok();
        let tag = language(&global, &env, &settings, paths.config())?;
        let lang = Lang::detect(tag.as_deref(), env);
        logs::start(&paths.logs(), global.verbose);
        let market = match global.market.clone().or_else(|| settings.market.clone()) {
            Some(hand) if hand == BY_HAND => Target::Hand,
            Some(origin) => {
                let credentials = credentials(&env)?;
                // A mistyped origin is told by every verb, also by those that will not use it.
                connect(&origin, credentials.clone())?;
                Target::Remote { origin, credentials }
            }
            None => Target::Embedded,
        };
        let ascii = global.ascii || settings.ascii;
        let offline = global.offline;
        Ok(Profile {
            paths,
            settings,
            lang,
            offline,
            ascii,
            on_screen: false,
            told: Mutex::default(),
            market,
        })
    }

    /// Whether orders leave by hand.
    pub fn is_by_hand(&self) -> bool {
        matches!(self.market, Target::Hand)
    }

    /// Whether the market is the profile's own sandbox.
    pub fn is_embedded(&self) -> bool {
        matches!(self.market, Target::Embedded)
    }

    /// A desk for verbs that read and write the data folder only. On the embedded market a catalog that was
    /// never filled is filled first, once, with `progress` on the way.
    pub async fn local(&self, progress: impl Fn(SyncProgress) + Send + Sync) -> Result<Session, Failure> {
        if let Some(session) = self.ready()? {
            return Ok(session);
        }
        let session = self.data_only()?;
        if self.offline || !self.is_embedded() {
            if session.desk.stats()?.offers == 0 {
                eprintln!(
                    "catalog is empty: {}",
                    if self.is_by_hand() {
                        "run pifa --market hand catalog import FILE"
                    } else {
                        "run pifa sync"
                    }
                );
            }
            return Ok(session);
        }
        drop(session);
        let online = self.online().await?;
        online.desk.sync(&SyncOptions::default(), progress).await?;
        online.desk.index_all(&mut |_| {})?;
        drop(online);
        self.data_only()
    }

    /// The same, where there is nothing to wait for; `None` = the catalog was never filled.
    pub fn ready(&self) -> Result<Option<Session>, Failure> {
        let session = self.with_ledger(self.ledger()?)?;
        Ok((!session.desk.never_filled()?).then_some(session))
    }

    /// The same for a search, which reads little of the ledger and writes nothing.
    pub fn ready_to_search(&self) -> Result<Option<Session>, Failure> {
        let ledger = self.told_of(Ledger::open_to_search(&self.paths.ledger()).map_err(DeskError::from)?)?;
        let market_id = self.remembered(&ledger)?;
        let catalog = self.catalog(&market_id, Catalog::open_to_search)?;
        let desk = self.desk(ledger, market_id, catalog, None)?;
        Ok((!desk.never_filled()?).then_some(Session { desk, market: None }))
    }

    /// A desk over the data folder as it is.
    pub fn data_only(&self) -> Result<Session, Failure> {
        self.with_ledger(self.ledger()?)
    }

    fn with_ledger(&self, ledger: Ledger) -> Result<Session, Failure> {
        let market_id = self.remembered(&ledger)?;
        let catalog = self.catalog(&market_id, Catalog::open_told)?;
        Ok(Session { desk: self.desk(ledger, market_id, catalog, None)?, market: None })
    }

    /// A desk for verbs that need the market. With --offline it has no connection: submitting queues, and
    /// what cannot be done later fails.
    pub async fn online(&self) -> Result<Session, Failure> {
        if self.offline {
            return self.data_only();
        }
        let ledger = self.ledger()?;
        match &self.market {
            Target::Hand => {
                drop(ledger);
                self.data_only()
            }
            Target::Embedded => {
                let running = self.start_embedded(&ledger).await?;
                let market_id = MarketId::new(&running.market_id);
                let credentials = Credentials {
                    app_key: running.app_key.clone(),
                    app_secret: running.app_secret.clone(),
                    access_token: Some(running.access_token.clone()),
                };
                let gateway = connect(&running.url, credentials)?;
                let catalog = self.catalog(&market_id, Catalog::open_told)?;
                Ok(Session {
                    desk: self.desk(ledger, market_id, catalog, Some(gateway))?,
                    market: Some(running),
                })
            }
            Target::Remote { origin, credentials } => {
                let gateway = connect(origin, credentials.clone())?;
                let market_id = self.identify(&ledger, &gateway, &credentials.app_key).await?;
                let catalog = self.catalog(&market_id, Catalog::open_told)?;
                Ok(Session { desk: self.desk(ledger, market_id, catalog, Some(gateway))?, market: None })
            }
        }
    }

    /// A desk over the data folder for verbs that put goods of the user's into the catalog: what was written
    /// before it is known whose market this is would be looked for in another one ever after.
    pub async fn named(&self) -> Result<Session, Failure> {
        let ledger = self.ledger()?;
        let (key, _) = self.key_and_stranger();
        match &self.market {
            Target::Hand => {}
            _ if ledger.meta(&key).map_err(DeskError::from)?.is_some() => {}
            // In this process and over no network, so --offline does not forbid it.
            Target::Embedded => self.start_embedded(&ledger).await?.stop().await,
            Target::Remote { .. } => {
                return Err(Failure::failed(
                    "market_not_known",
                    "it is not known yet which account of the market this is",
                    "run `pifa sync` once, then this again",
                ));
            }
        }
        drop(ledger);
        self.data_only()
    }

    async fn start_embedded(&self, ledger: &Ledger) -> Result<sandbox::Running, Failure> {
        // As on the real market, a price may change between ordering and paying.
        let options = sandbox::Options { reprice_percent: 10, ..sandbox::Options::new(self.paths.sandbox()) };
        let running = sandbox::start(options).await.map_err(|error| {
            let hint = if error.is_damage() {
                "move that file away and the sandbox begins anew; ledger and catalog keep what they hold"
            } else {
                "check the permissions and free space of the data folder"
            };
            Failure::failed("sandbox", error.to_string(), hint)
        })?;
        let known = ledger.meta(SANDBOX_MARKET).map_err(DeskError::from)?;
        if known.as_deref() != Some(running.market_id.as_str()) {
            ledger.set_meta(SANDBOX_MARKET, &running.market_id).map_err(DeskError::from)?;
        }
        Ok(running)
    }

    /// Asks the market who it is, and remembers it for the verbs that do not ask. A market that cannot be
    /// reached is the one it was last time.
    async fn identify(&self, ledger: &Ledger, gateway: &Gateway, app_key: &str) -> Result<MarketId, Failure> {
        match gateway.capabilities().await {
            Ok(capabilities) => {
                // One that does not say, be it for want of a valid token, is the one it was: calling it by
                // another name would hide its cart and orders.
                let id = match capabilities.market_id {
                    Some(id) => id,
                    None => self.remembered(ledger)?,
                };
                ledger.set_meta(&remote_key(app_key), id.as_str()).map_err(DeskError::from)?;
                Ok(id)
            }
            Err(error) => {
                tracing::warn!(%error, "the market did not say who it is");
                self.remembered(ledger)
            }
        }
    }

    fn remembered(&self, ledger: &Ledger) -> Result<MarketId, Failure> {
        let (key, stranger) = self.key_and_stranger();
        let known = ledger.meta(&key).map_err(DeskError::from)?;
        Ok(known.map_or(stranger, |id| MarketId::new(&id)))
    }

    /// Under what the ledger remembers the market, and what it is called until then.
    fn key_and_stranger(&self) -> (String, MarketId) {
        match &self.market {
            Target::Embedded => (SANDBOX_MARKET.to_owned(), MarketId::new("sandbox/new")),
            Target::Hand => (format!("market:{BY_HAND}"), MarketId::new(HAND_MARKET)),
            Target::Remote { credentials, .. } => {
                (remote_key(&credentials.app_key), without_account(&credentials.app_key))
            }
        }
    }

    fn catalog(&self, market_id: &MarketId, open: OpenCatalog) -> Result<Catalog, Failure> {
        let path = self.paths.catalog(market_id);
        if let Some(folder) = path.parent() {
            private(folder)?;
        }
        // A word every two seconds: bringing a large old catalog up to date takes its time.
        let mut told = std::time::Instant::now();
        let catalog = open(&path, &mut |at| {
            if told.elapsed() >= Duration::from_secs(2) {
                told = std::time::Instant::now();
                note(&messages::migrating(Lang::En, at.done, at.total));
            }
        })
        .map_err(DeskError::from)?;
        if let Opened::MovedAside { to, .. } = catalog.opened() {
            self.tell(messages::set_aside(self.lang, to));
        }
        Ok(catalog)
    }

    fn ledger(&self) -> Result<Ledger, Failure> {
        self.told_of(Ledger::open(&self.paths.ledger()).map_err(DeskError::from)?)
    }

    fn told_of(&self, ledger: Ledger) -> Result<Ledger, Failure> {
        if let Some(salvaged) = ledger.salvaged() {
            self.tell(messages::salvaged(self.lang, salvaged));
        }
        Ok(ledger)
    }

    /// Tells what became of a damaged file: on stderr, or on the screen when there is one.
    fn tell(&self, text: String) {
        tracing::warn!("{}", Clean::new(&text));
        if self.on_screen {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        } else {
            note(&text);
        }
    }

    /// What is to be told on the screen; once.
    pub fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn desk(
        &self,
        ledger: Ledger,
        market_id: MarketId,
        catalog: Catalog,
        gateway: Option<Gateway>,
    ) -> Result<Desk, Failure> {
        catalog.set_rank(&self.settings.rank).map_err(DeskError::from)?;
        let loopback = match &self.market {
            Target::Embedded | Target::Hand => true,
            Target::Remote { origin, .. } => is_loopback(origin),
        };
        let quiet = self.settings.quiet_seconds.unwrap_or(if loopback { 3 } else { 60 });
        Ok(Desk::new(DeskParts {
            catalog,
            ledger,
            market_id,
            gateway,
            sandbox: self.is_embedded(),
            history: History::at(&self.paths.history()),
            searches: self.paths.searches(),
            lease: self.paths.lease(),
            rules: self.settings.rules,
            quiet: Duration::from_secs(quiet),
            clock: Arc::new(Timestamp::now),
            steady: steady(),
            numbers: Arc::new(fresh_number),
        }))
    }
}

/// A folder of the profile that only its owner can enter.
fn private(folder: &Path) -> Result<(), Failure> {
    crate::procure::private_folder(folder).map_err(|error| {
        let words = format!("{}: {error}", folder.display());
        Failure::failed("data_folder", words, "check the data folder's permissions")
    })
}

/// The language asked for, by flag, environment or settings; a tag we do not know is a mistake.
fn language(
    global: &Global,
    env: &impl Fn(&str) -> Option<String>,
    settings: &Settings,
    config: &Path,
) -> Result<Option<String>, Failure> {
    let hint = "zh-CN, zh-TW or en";
    let environment = || env("PIFA_LANG").filter(|tag| !tag.is_empty());
    let (tag, place) = match (global.lang.clone().or_else(environment), &settings.lang) {
        (Some(tag), _) => (tag, "PIFA_LANG".to_owned()),
        (None, Some((tag, line))) => (tag.clone(), format!("{}:{line}", config.display())),
        (None, None) => return Ok(None),
    };
    if Lang::from_tag(&tag).is_none() {
        return Err(Failure::usage(format!("{place}: no such language: {tag:?}"), hint));
    }
    Ok(Some(tag))
}

fn credentials(env: &impl Fn(&str) -> Option<String>) -> Result<Credentials, Failure> {
    let need = |name: &str| {
        env(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            Failure::usage(
                format!("--market needs {name}"),
                "set PIFA_APP_KEY, PIFA_APP_SECRET and PIFA_ACCESS_TOKEN",
            )
        })
    };
    Ok(Credentials {
        app_key: need("PIFA_APP_KEY")?,
        app_secret: need("PIFA_APP_SECRET")?,
        access_token: env("PIFA_ACCESS_TOKEN").filter(|token| !token.is_empty()),
    })
}

/// In debug builds only: what is waited before a market that failed in passing is asked again, in thousandths of a
/// second, so that tests of what happens then need not wait as politely as buyers do.
fn hurried() -> Option<Duration> {
    let told = std::env::var("PIFA_TEST_FIRST_WAIT_MS").ok().filter(|_| cfg!(debug_assertions))?;
    told.parse().ok().map(Duration::from_millis)
}

/// A connection to an origin; a wrong origin is a mistake of the command line.
pub(super) fn connect(origin: &str, credentials: Credentials) -> Result<Gateway, Failure> {
    let mut options = GatewayOptions::new(origin);
    options.first_wait = hurried().unwrap_or(options.first_wait);
    Gateway::new(credentials, options).map_err(|error| {
        Failure::usage(error.to_string(), "an origin without path: https://host, or http://127.0.0.1:port")
    })
}

/// Credentials of the environment, for verbs that name a market themselves.
pub(super) fn environment_credentials() -> Result<Credentials, Failure> {
    credentials(&|name: &str| std::env::var(name).ok())
}

/// Ledger note: which market an app key led to.
fn remote_key(app_key: &str) -> String {
    format!("market:{app_key}")
}

/// The market of an app that serves one account and does not tell which.
fn without_account(app_key: &str) -> MarketId {
    MarketId::new(&format!("{app_key}/self"))
}

fn is_loopback(origin: &str) -> bool {
    let host = origin.split("://").nth(1).unwrap_or(origin);
    ["127.", "localhost", "[::1]"].iter().any(|start| host.starts_with(start))
}

/// A UUIDv7: sortable by time, unique by the system's randomness.
fn fresh_number() -> OutOrderId {
    let mut random = [0u8; 10];
    // Without randomness the milliseconds alone still tell orders of one sender apart.
    if let Err(error) = getrandom::fill(&mut random) {
        tracing::warn!(%error, "no randomness for an order number");
    }
    let millis = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
    OutOrderId::new(&uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string())
}

impl Failure {
    /// For verbs that cannot be done later.
    pub(super) fn needs_market(session: &Session) -> Result<(), Failure> {
        if session.desk.is_online() {
            return Ok(());
        }
        Err(DeskError::Offline.into())
    }
}
