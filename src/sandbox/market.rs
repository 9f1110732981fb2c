//! One marketplace: its goods, its state and how a request is judged. The order of judgement is the measured one
//! (GATEWAY.md 1.3): app key, signature, token, grant, parameters.

use std::sync::OnceLock;

use rusqlite::Transaction;

use super::awkward::Awkward;
use super::calls::{self, Api};
use super::envelope::{Answer, Fault, Reply};
use super::goods::{Goods, Made};
use super::index::Index;
use super::life::Sellers;
use super::listings::Listings;
use super::pages::{Page, Visit};
use super::params::Params;
use super::state::{self, Identity, State};
use super::throttle::Throttle;
use super::world::World;
use super::{Idempotency, LotRule, Options, StartError, groups, history, life, pages};
use crate::wire::sign;

/// Best sellers remembered: more than one answer holds, for those that are sold out by then.
const BEST_KEPT: usize = 600;

/// What every request shares.
#[derive(Debug)]
pub(super) struct Market {
    pub goods: Goods,
    pub state: State,
    identity: Identity,
    index: OnceLock<Index>,
    best: OnceLock<(i64, Vec<u64>)>,
    pub idempotency: Idempotency,
    pub lot_rule: LotRule,
    sellers: Sellers,
    /// Where its own pages are, e.g. `http://127.0.0.1:41234`; known when it listens.
    origin: OnceLock<String>,
    plain: Option<Throttle>,
    awkward: Option<Awkward>,
    /// What the goods are made from; cursors carry it.
    pub fingerprint: String,
}

/// One request's transaction and the sandbox time it happens at.
pub(super) struct Session<'a> {
    pub market: &'a std::sync::Arc<Market>,
    pub tx: &'a Transaction<'a>,
    /// Sandbox clock, Unix milliseconds.
    pub now_ms: i64,
    /// Wall clock at the same moment.
    pub wall_ms: i64,
}

impl Market {
    /// Opens the state and makes the goods. Blocks: SQLite and, with a catalog, a file.
    pub fn open(options: &Options) -> Result<Market, StartError> {
        let goods = match &options.catalog {
            Some(path) => Goods::of_listings(Listings::read(path)?),
            None => Goods::of_world(World::new(options.seed, options.offers, options.suppliers)),
        };
        let described = match goods.made() {
            Made::World(world) => format!(
                "seed {}, {} offers, {} suppliers",
                options.seed,
                world.offer_count(),
                world.supplier_count()
            ),
            Made::Listings(listings) => format!("listings {}", listings.fingerprint()),
        };
        let mut entropy = [0; 48];
        getrandom::fill(&mut entropy).map_err(|error| StartError::Random(error.to_string()))?;
        let wall_ms = wall_ms();
        let (state, identity) =
            State::open(options, &described, wall_ms, entropy, |tx, identity, now_ms| {
                if options.history {
                    history::seed(tx, &goods, identity.account_number(), now_ms)?;
                }
                Ok(())
            })?;
        Ok(Market {
            fingerprint: fingerprint(&described),
            goods,
            state,
            identity,
            index: OnceLock::new(),
            best: OnceLock::new(),
            idempotency: options.idempotency,
            lot_rule: options.lot_rule,
            sellers: Sellers { seed: options.seed, reprice_percent: options.reprice_percent },
            origin: OnceLock::new(),
            plain: options.plain.then(|| Throttle::new(wall_ms)),
            awkward: options.awkward.map(Awkward::new),
        })
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Says where it listens; the first word counts.
    pub fn listens_at(&self, origin: String) {
        self.origin.get_or_init(|| origin);
    }

    /// Origin of its own pages; empty before it listens.
    pub fn origin(&self) -> &str {
        self.origin.get().map_or("", String::as_str)
    }

    /// The keyword index, made at its first use.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::build(&self.goods))
    }

    /// The largest category and the numbers of its best sellers, found at the first use.
    pub fn best(&self) -> &(i64, Vec<u64>) {
        self.best.get_or_init(|| self.goods.best_sellers(BEST_KEPT))
    }

    /// Answers one request. `path` is the URL's, e.g. `/openapi/param2/1/ns/name/key`. Blocks.
    pub fn answer(self: &std::sync::Arc<Self>, path: &str, pairs: Vec<(String, String)>) -> Answer {
        let params = Params::new(pairs);
        let done = self.judge(path, &params);
        let mut answer = match done {
            Ok((name, reply)) => Answer { status: 200, body: self.body(name, &params, reply), packed: false },
            Err(fault) => fault.answer(),
        };
        if answer.status != 200
            && let Some(awkward) = &self.awkward
        {
            answer.status = awkward.status(path, &params, answer.status);
        }
        answer
    }

    fn body(&self, name: &str, params: &Params, reply: Reply) -> Vec<u8> {
        match reply {
            Reply::Bytes(bytes) => bytes,
            Reply::Later(work) => self.body(name, params, work()),
            Reply::Json(mut value) => {
                if let Some(awkward) = &self.awkward {
                    awkward.twist(name, params, &mut value);
                }
                value.to_string().into_bytes()
            }
        }
    }

    /// Shows one of its own pages, or does what a form on it asks for. Blocks.
    pub fn page(self: &std::sync::Arc<Self>, visit: &Visit<'_>) -> Page {
        let shown = self.state.transact(|tx| pages::show(&self.session(tx)?, visit));
        shown.unwrap_or_else(|error| {
            tracing::error!(%error, "the sandbox's state failed");
            Page::broken()
        })
    }

    /// A request's view of the market, with everything made up for that fell due until now.
    fn session<'a>(self: &'a std::sync::Arc<Self>, tx: &'a Transaction<'a>) -> rusqlite::Result<Session<'a>> {
        let wall_ms = wall_ms();
        let now_ms = state::clock(tx)?.map_or(wall_ms, |clock| clock.at(wall_ms));
        self.goods.refresh(tx)?;
        groups::settle(tx, &self.goods, self.identity.account_number(), now_ms)?;
        life::settle(tx, &self.goods, self.sellers, now_ms)?;
        Ok(Session { market: self, tx, now_ms, wall_ms })
    }

    fn judge(
        self: &std::sync::Arc<Self>,
        path: &str,
        params: &Params,
    ) -> Result<(&'static str, Reply), Fault> {
        let Some(signed) = path.strip_prefix("/openapi/") else { return Err(Fault::unsupported(path)) };
        let parts: Vec<&str> = signed.split('/').collect();
        let (protocol, version, namespace, name, key) = match parts.as_slice() {
            [protocol, version, namespace, name, key] => (*protocol, *version, *namespace, *name, *key),
            [protocol, version, namespace, name] => (*protocol, *version, *namespace, *name, ""),
            _ => return Err(Fault::unsupported(path)),
        };
        let api = calls::find(namespace, name).filter(|_| protocol == "param2" && version == "1");
        let admitted = self.admit(signed, key, api, namespace, name, params);
        let done = self.state.transact(|tx| {
            if let Some(api) = api {
                state::count_request(tx, api.name)?;
            }
            let api = match admitted {
                Ok(api) => api,
                Err(fault) => return Ok(Err(fault)),
            };
            let session = self.session(tx)?;
            match (api.handler)(&session, params) {
                // Rolls back, so that a failure half-way leaves nothing.
                Err(Fault::Storage(error)) => Err(error),
                Err(fault) => Ok(Err(fault)),
                Ok(reply) => Ok(Ok((api.name, reply))),
            }
        });
        done.map_err(Fault::Storage)?
    }

    /// Everything that is judged before a call looks at its own parameters.
    fn admit(
        &self,
        signed: &str,
        key: &str,
        api: Option<&'static Api>,
        namespace: &str,
        name: &str,
        params: &Params,
    ) -> Result<&'static Api, Fault> {
        if key != self.identity.app_key {
            return Err(Fault::app_key());
        }
        let given = params.get(sign::SIGNATURE_FIELD).ok_or_else(Fault::signature_missing)?;
        if !sign::verify(&self.identity.app_secret, signed, params.pairs(), given) {
            return Err(Fault::signature_invalid());
        }
        // The tester's windows are not part of the market and stay open.
        let window = api.is_some_and(Api::is_window);
        if let Some(throttle) = self.plain.as_ref().filter(|_| !window)
            && !throttle.admit(wall_ms())
        {
            return Err(Fault::too_fast());
        }
        let token = params.get("access_token");
        if api.is_none_or(|api| api.auth) && token != Some(self.identity.access_token.as_str()) {
            return Err(Fault::unauthorized());
        }
        let served = api.filter(|api| self.plain.is_none() || window || api.documented);
        let Some(api) = served else {
            let granted_to_others = calls::not_granted(namespace, name);
            return Err(if granted_to_others {
                Fault::acl()
            } else {
                Fault::unsupported(&format!("{namespace}:{name}"))
            });
        };
        for argument in api.required {
            params.require(argument)?;
        }
        Ok(api)
    }
}

/// Wall clock, Unix milliseconds: read here, at the edge, and passed down.
pub(super) fn wall_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Short and stable (FNV-1a); only told apart, never trusted.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
