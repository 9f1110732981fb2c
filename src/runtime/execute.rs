//! Effects, done by workers at the desk; answers come back as facts.
//!
//! The loop never waits for a disk or a market. Searches have a thread of their own with a slot that holds
//! only the newest question; what is done to the ledger goes through one thread, in the order it was asked;
//! what needs the market runs on the async workers.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::app::msg::{CartDeed, CartSnapshot, Counts, Held, MarketSize, Sent, Status, Trouble};
use crate::app::{Effect, Fact};
use crate::domain::order::ActionState;
use crate::domain::search::{Cancel, SearchRequest};
use crate::i18n::{self, Lang};
use crate::procure::{Blocked, Desk, DeskError, Policy, SubmitOptions, SyncOptions, SyncProgress};
use crate::runtime::{Bell, Wake};

/// The newest question, if it was not taken yet.
type Slot<T> = Arc<(Mutex<Option<T>>, Condvar)>;
/// Work for the ledger's thread.
type Job = Box<dyn FnOnce(&Desk) + Send>;

/// Runs effects.
pub struct Executor {
    pub(super) workers: Handle,
    pub(super) bell: Bell,
    pub(super) policy: Policy,
    /// Effects that came before the desk was open.
    early: Vec<Effect>,
    pub(super) open: Option<Open>,
    /// Tells the newest search, counting of its hits and counting of what they share that they are not wanted any more.
    searching: Cancel,
    counting: Cancel,
    faceting: Cancel,
    /// Whether somebody is at the index.
    pub(super) indexing: Arc<AtomicBool>,
    /// The newest asking for suppliers.
    pub(super) suppliers_asked: Arc<AtomicU64>,
    /// The newest asking for an offer's prices.
    pub(super) prices_asked: Arc<AtomicU64>,
    /// The newest asking for substitutes.
    pub(super) substitutes_asked: Arc<AtomicU64>,
    proposing: Option<JoinHandle<()>>,
    progress: Arc<Mutex<Option<SyncProgress>>>,
    reach: Arc<Mutex<Reach>>,
}

pub(super) struct Open {
    pub(super) desk: Desk,
    search: Slot<(Effect, Cancel)>,
    ledger: Sender<Job>,
}

/// What the last calls told of the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reach {
    online: Option<bool>,
    since: Option<Timestamp>,
}

impl Executor {
    /// With nobody at the desk yet.
    pub fn new(workers: Handle, bell: Bell, policy: Policy) -> Self {
        Executor {
            workers,
            bell,
            policy,
            early: Vec::new(),
            open: None,
            searching: Cancel::default(),
            counting: Cancel::default(),
            faceting: Cancel::default(),
            indexing: Arc::default(),
            suppliers_asked: Arc::default(),
            prices_asked: Arc::default(),
            substitutes_asked: Arc::default(),
            proposing: None,
            progress: Arc::default(),
            reach: Arc::default(),
        }
    }

    /// The desk is open: what waited for it is done now.
    pub fn open(&mut self, desk: Desk) -> std::io::Result<()> {
        if !desk.is_online() {
            *lock(&self.reach) = Reach { online: Some(false), since: None };
        }
        let search: Slot<(Effect, Cancel)> = Arc::default();
        let (ledger, jobs) = channel::<Job>();
        let (slot, at_desk, bell) = (search.clone(), desk.clone(), self.bell.clone());
        std::thread::Builder::new()
            .name("search".into())
            .spawn(move || search_for_ever(&slot, &at_desk, &bell))?;
        let at_desk = desk.clone();
        std::thread::Builder::new().name("ledger".into()).spawn(move || {
            for job in jobs {
                job(&at_desk);
            }
        })?;
        self.open = Some(Open { desk, search, ledger });
        for effect in std::mem::take(&mut self.early) {
            self.run(effect);
        }
        Ok(())
    }

    /// The workers, for what is no effect.
    #[cfg(debug_assertions)]
    pub fn workers(&self) -> &Handle {
        &self.workers
    }

    /// Waits until all that was asked of the ledger so far is done, for at most so long: the end of the program must
    /// not lose what was to be kept.
    pub fn finish(&self, most: std::time::Duration) {
        let Some(open) = &self.open else { return };
        let (done, ended) = channel();
        let job: Job = Box::new(move |_| {
            // Nobody may be waiting any more.
            let _ = done.send(());
        });
        if open.ledger.send(job).is_ok() && ended.recv_timeout(most).is_err() {
            tracing::warn!("the ledger did not end in time");
        }
    }

    /// The newest figure of a sync, once.
    pub fn sync_progress(&self) -> Option<SyncProgress> {
        lock(&self.progress).take()
    }

    /// Starts an effect.
    pub fn run(&mut self, effect: Effect) {
        let Some(open) = &self.open else {
            self.early.push(effect);
            return;
        };
        match effect {
            effect @ (Effect::Search { .. } | Effect::SearchMore { .. }) => {
                let (slot, taken) = &*open.search;
                if matches!(effect, Effect::Search { .. }) {
                    // Nobody waits for what the older one finds, nor for how much that is.
                    for older in [&self.searching, &self.counting, &self.faceting] {
                        older.cancel();
                    }
                    self.searching = Cancel::default();
                }
                *lock(slot) = Some((effect, self.searching.clone()));
                taken.notify_one();
            }
            Effect::Count { generation, request } => {
                let cancel = renewed(&mut self.counting);
                self.beside(move |desk| {
                    let result = count(desk, &request, &cancel).transpose()?;
                    Some(Fact::Counted { generation, result: result.map_err(|error| trouble(&error)) })
                });
            }
            Effect::ReadFacets { generation, request } => {
                let cancel = renewed(&mut self.faceting);
                self.beside(move |desk| {
                    let result = desk.facets(&request, &cancel).transpose()?;
                    Some(Fact::Faceted { generation, result: result.map_err(|error| trouble(&error)) })
                });
            }
            Effect::Cart(deed) => {
                let bell = self.bell.clone();
                let job: Job = Box::new(move |desk| {
                    let result = do_cart(desk, &deed).map_err(|error| trouble(&error));
                    bell.tell(Fact::CartChanged { deed, result });
                });
                self.to_ledger(job);
            }
            Effect::ReadFix { generation } => self.beside(move |desk| {
                let result = desk.fix().map(|(fix, _)| Box::new(fix)).map_err(|error| trouble(&error));
                Some(Fact::FixRead { generation, result })
            }),
            Effect::ReadOrders => {
                let bell = self.bell.clone();
                self.to_ledger(Box::new(move |desk| {
                    bell.tell(Fact::OrdersRead(desk.orders().map_err(|error| trouble(&error))));
                }));
            }
            Effect::ReadStatus => {
                let (desk, bell, reach) = (open.desk.clone(), self.bell.clone(), self.reach.clone());
                self.workers.spawn_blocking(move || tell_status(&desk, &bell, &reach));
            }
            Effect::ReadGroups => {
                self.at_market(|desk, bell, reach| async move {
                    let result = desk.refresh_groups().await;
                    reach.learn(result.as_ref().err());
                    let fact = match result {
                        Ok(read) => Ok(Some(read)),
                        Err(error) if error.code() == "not_offered" => Ok(None),
                        Err(error) => match desk.groups() {
                            // Offline the last reading still stands.
                            Ok((groups, Some(as_of))) if error.is_unreachable() => Ok(Some((groups, as_of))),
                            _ => Err(trouble(&error)),
                        },
                    };
                    bell.tell(Fact::GroupsRead(fact));
                });
            }
            Effect::Sync => {
                let progress = self.progress.clone();
                self.at_market(move |desk, bell, reach| async move {
                    let moved = bell.clone();
                    let result = desk
                        .sync(&SyncOptions::default(), move |at| {
                            let waited = lock(&progress).replace(at).is_some();
                            // One that was not fetched yet will find the newer figure.
                            if !waited {
                                moved.ring(Wake::SyncMoved);
                            }
                        })
                        .await;
                    reach.learn(result.as_ref().err());
                    let (result, rang) = match result {
                        Ok(report) => (Ok(report.fetched), report.watches),
                        Err(error) => (Err(trouble(&error)), Vec::new()),
                    };
                    bell.tell(Fact::SyncEnded(result));
                    if !rang.is_empty() {
                        bell.tell(Fact::WatchesRang(rang));
                    }
                });
            }
            Effect::Propose { generation } => {
                // Only the newest asking counts, and asking changes nothing: the older one may end here.
                if let Some(older) = self.proposing.take() {
                    older.abort();
                }
                self.proposing = self.at_market(move |desk, bell, reach| async move {
                    let result = desk.propose().await;
                    match &result {
                        Ok(proposal) if proposal.quoted_at.is_none() && !proposal.orders.is_empty() => {
                            reach.lost();
                        }
                        other => reach.learn(other.as_ref().err()),
                    }
                    let result = result.map(Box::new).map_err(|error| trouble(&error));
                    bell.tell(Fact::Proposed { generation, result });
                });
            }
            Effect::Submit(proposal) => {
                let options = SubmitOptions { policy: self.policy, ..SubmitOptions::default() };
                self.at_market(move |desk, bell, reach| async move {
                    let result = submit(&desk, &proposal, &options, &reach).await;
                    bell.tell(Fact::Submitted(result.map_err(|error| trouble(&error))));
                });
            }
            Effect::Settle => {
                self.at_market(|desk, bell, reach| async move {
                    // The outbox first, then the market's own news of the orders it knows.
                    let settled = desk.settle().await;
                    let news = desk.refresh_orders().await;
                    reach.learn(news.as_ref().err());
                    let result = match (settled, news) {
                        (Ok(orders), Err(error)) if orders.is_empty() => Err(trouble(&error)),
                        (Ok(orders), _) => Ok(orders),
                        (Err(error), _) => Err(trouble(&error)),
                    };
                    bell.tell(Fact::Settled(result));
                });
            }
            // The loop's own.
            Effect::Suspend
            | Effect::Redraw
            | Effect::TrustNarrow
            | Effect::Quit
            | Effect::Copy(_)
            | Effect::WakeAt(_) => {}
            effect => self.run_deed(effect),
        }
    }

    pub(super) fn to_ledger(&self, job: Job) {
        let sent = self.open.as_ref().is_some_and(|open| open.ledger.send(job).is_ok());
        if !sent {
            self.bell
                .tell(Fact::Failed(Trouble::new("the ledger's worker has ended", Some("start pifa again"))));
        }
    }

    pub(super) fn at_market<F: Future<Output = ()> + Send + 'static>(
        &self,
        work: impl FnOnce(Desk, Bell, Learner) -> F,
    ) -> Option<JoinHandle<()>> {
        let open = self.open.as_ref()?;
        let learner = Learner { desk: open.desk.clone(), bell: self.bell.clone(), reach: self.reach.clone() };
        Some(self.workers.spawn(work(open.desk.clone(), self.bell.clone(), learner)))
    }
}

/// Learns from the outcome of calls whether the market can be reached, and tells when that changed.
pub(super) struct Learner {
    desk: Desk,
    bell: Bell,
    reach: Arc<Mutex<Reach>>,
}

impl Learner {
    pub(super) fn learn(&self, error: Option<&DeskError>) {
        match error {
            Some(error) if error.is_unreachable() => self.lost(),
            // Refused, or done: it was there to answer. A failure of our own stores says nothing of it.
            Some(DeskError::Market(_)) | None if self.desk.is_online() => self.now_is(Some(true)),
            Some(_) | None => {}
        }
    }

    /// Tells the state of market, catalog and outbox as it is now.
    pub(super) fn tell(&self) {
        tell_status(&self.desk, &self.bell, &self.reach);
    }

    pub(super) fn lost(&self) {
        self.now_is(Some(false));
    }

    pub(super) fn now_is(&self, online: Option<bool>) {
        {
            let mut reach = lock(&self.reach);
            if reach.online == online {
                return;
            }
            let since = (online == Some(false)).then(Timestamp::now);
            *reach = Reach { online, since };
        }
        tell_status(&self.desk, &self.bell, &self.reach);
    }
}

async fn submit(
    desk: &Desk,
    proposal: &crate::app::msg::Proposal,
    options: &SubmitOptions,
    reach: &Learner,
) -> Result<Sent, DeskError> {
    // Another window may have changed the cart since the buyer looked: only what was shown is sent.
    let mut shown: Vec<_> = proposal
        .orders
        .iter()
        .flat_map(|order| &order.lines)
        .map(|line| (line.line_id, line.quantity, line.spec_id.clone()))
        .collect();
    let cart = desk.cart()?;
    let mut now: Vec<_> = cart
        .assessment
        .parts
        .iter()
        .flat_map(|part| &part.lines)
        .map(|priced| (Some(priced.line.id), priced.line.quantity, priced.line.spec_id.clone()))
        .collect();
    shown.sort();
    now.sort();
    if shown != now {
        return Ok(Sent { orders: Vec::new(), held: Some(Held::CartChanged) });
    }
    let result = desk.submit(Some(proposal), options).await;
    match &result {
        Ok(report) if report.offline.is_some() => reach.lost(),
        other => reach.learn(other.as_ref().err()),
    }
    let report = result?;
    let lost = report.orders.is_empty() && report.offline.is_some();
    if let Some(error) = report.stopped {
        return Err(error.into());
    }
    let held = report.blocked.map(|blocked| match blocked {
        Blocked::Violations(violations) => Held::Violations(violations),
        Blocked::Policy(reasons) => Held::Policy(reasons),
        Blocked::OtherMarket(lines) => Held::OtherMarket(lines),
        Blocked::CartChanged => Held::CartChanged,
    });
    // No order and no reason why: the way to the market went away before there was one to queue.
    let held = held.or(lost.then_some(Held::WentOffline));
    Ok(Sent { orders: report.orders, held })
}

/// Ends what the older one is used for, and makes a new one.
fn renewed(cancel: &mut Cancel) -> Cancel {
    cancel.cancel();
    *cancel = Cancel::default();
    cancel.clone()
}

/// How many hits there are, and how many advertisements are left out of them; `None` when nobody waits any more.
fn count(desk: &Desk, request: &SearchRequest, cancel: &Cancel) -> Result<Option<Counts>, DeskError> {
    let Some(total) = desk.count(request, cancel)? else { return Ok(None) };
    let mut ads_hidden = None;
    if request.hide_ads {
        // Of offers, not of suppliers: an advertisement may be none of those that stand for theirs.
        let all = SearchRequest { one_per_supplier: false, ..request.clone() };
        let without = if request.one_per_supplier { desk.count(&all, cancel)? } else { Some(total) };
        let with = desk.count(&SearchRequest { hide_ads: false, ..all }, cancel)?;
        let Some((with, without)) = with.zip(without) else { return Ok(None) };
        ads_hidden = Some(with.saturating_sub(without));
    }
    Ok(Some(Counts { total, ads_hidden, cached: desk.cached()? }))
}

fn search_for_ever(slot: &Slot<(Effect, Cancel)>, desk: &Desk, bell: &Bell) {
    let (question, asked) = &**slot;
    loop {
        let mut waiting = lock(question);
        while waiting.is_none() {
            waiting = asked.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let taken = waiting.take();
        drop(waiting);
        let Some((effect, cancel)) = taken else { continue };
        let (Effect::Search { generation, ref request } | Effect::SearchMore { generation, ref request }) =
            effect
        else {
            continue;
        };
        // Cancelled: a newer question waits already.
        let Some(result) = desk.search_cancellable(request, &cancel).transpose() else { continue };
        let result = result.map_err(|error| trouble(&error));
        bell.tell(match effect {
            Effect::SearchMore { .. } => Fact::MoreFound { generation, offset: request.offset, result },
            _ => Fact::Searched { generation, result },
        });
        desk.rest();
    }
}

pub(super) fn do_cart(desk: &Desk, deed: &CartDeed) -> Result<CartSnapshot, DeskError> {
    let mut unchanged = false;
    match deed {
        CartDeed::Read => {}
        CartDeed::Add(lines) => {
            for line in lines {
                desk.cart_add(&line.offer, line.spec_id.as_ref(), line.quantity)?;
            }
        }
        CartDeed::Set(line, quantity) => desk.cart_set(*line, *quantity)?,
        CartDeed::SetAll(sets) => desk.cart_set_all(sets)?,
        CartDeed::Remove(line) => desk.cart_remove(*line)?,
        CartDeed::RemoveAll(lines) => desk.cart_remove_all(lines)?,
        CartDeed::Clear => unchanged = desk.cart_clear()? == 0,
        CartDeed::Fix(raises) => desk.apply_fix(raises)?,
        CartDeed::Swap { line, offer, spec_id } => {
            desk.cart_swap(*line, offer, spec_id.as_ref())?;
        }
        CartDeed::Grid { offer, cells } => {
            let cells: Vec<_> =
                cells.iter().map(|cell| (cell.line, cell.spec_id.clone(), cell.quantity)).collect();
            desk.cart_put(offer, &cells)?;
        }
        CartDeed::Undo => unchanged = desk.undo()?.is_none(),
        CartDeed::Redo => unchanged = desk.redo()?.is_none(),
    }
    let view = desk.cart()?;
    Ok(CartSnapshot {
        assessment: view.assessment,
        // The ledger alone knows whether there is a step; it is asked when the key is pressed.
        can_undo: !(unchanged && *deed == CartDeed::Undo),
        can_redo: !(unchanged && *deed == CartDeed::Redo),
        unchanged,
        messages: desk.messages()?,
        rules: desk.rules(),
    })
}

pub(super) fn tell_status(desk: &Desk, bell: &Bell, reach: &Mutex<Reach>) {
    bell.tell(Fact::StatusRead(read_status(desk, reach).map_err(|error| trouble(&error))));
}

fn read_status(desk: &Desk, reach: &Mutex<Reach>) -> Result<Status, DeskError> {
    let outbox = desk.outbox()?;
    let held = outbox.iter().filter(|order| order.state.as_str() == ActionState::Draft.as_str()).count();
    let Reach { online, since } = *lock(reach);
    Ok(Status {
        market: Trouble::new(desk.market_id().as_str(), None).text,
        sandbox: desk.is_sandbox(),
        online,
        offline_since: since,
        // Not of the catalog's figures, for which a million offers are counted while the first screen waits.
        read_at: desk.newest()?,
        cached: desk.cached()? as u64,
        offered: desk.offered()?.map(|(offers, at_least)| MarketSize { offers, at_least }),
        unsent: outbox.len() as u64,
        held: held as u64,
        destination: desk.destination()?,
        web_origin: desk.web_origin().map(|origin| Trouble::new(&origin, None).text),
        clock_ahead_ms: i64::try_from(desk.clock_offset().as_millis()).unwrap_or_default(),
        offline_by_wish: !desk.is_online(),
    })
}

/// How this process's screens speak: chosen once, before the first effect, and never again.
static VOICE: OnceLock<Voice> = OnceLock::new();

/// What troubles are told with.
#[derive(Debug, Clone, Default)]
struct Voice {
    lang: Lang,
    /// What is pressed to work offline, or no longer.
    online_keys: String,
}

/// Says in which language troubles are told, and by which keys the way out of them goes; the first call decides.
pub(super) fn speak(lang: Lang, online_keys: String) {
    // A second screen in one process (there is none) would go on in the first one's language.
    let _ = VOICE.set(Voice { lang, online_keys });
}

pub(super) fn trouble(error: &DeskError) -> Trouble {
    let Voice { lang, online_keys } = VOICE.get().cloned().unwrap_or_default();
    let described = error.describe();
    let hint = i18n::trouble::hint_on_screen(lang, &described, &online_keys);
    Trouble::new(&i18n::trouble::sentence(lang, &described), Some(&hint))
}

/// A panic ends the whole program, so what a lock holds is never half done.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
