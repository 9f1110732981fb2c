//! Searching: what the index found, ordered at the buyer's quantity, one page of it read from the store.
//!
//! Every order is total: ties fall back to the static rank, and that to the offer's key. It depends on the
//! stored listings and the request alone, so a page is the same online and offline.
//!
//! Order of [`Sort::Rank`]: tier of the match, then static rank. Within the head of that list (200 hits) a tier
//! is cut into rank buckets ([`rank::BUCKET`] points wide); inside a bucket the fuzzy score of the query,
//! written in one piece, against the titles decides, so a match that is contiguous or begins a title comes
//! before a scattered one that ranks about as well. With one row a supplier, what can be bought comes before all that.
//!
//! The buyer's marks are laid over all that ([`Overlay`]): what is blocked is no hit unless asked for, words are also
//! found in notes and tags, and predicates of the query are conditions beside the words ([`Asker`]).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};

use crate::catalog::ask::Asker;
use crate::catalog::closeness::{HEAD, by_closeness, closeness, pattern};
use crate::catalog::facts::Facts;
use crate::catalog::index::guard::guarded;
use crate::catalog::index::marked::Marked;
use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::{Column, Payload};
use crate::catalog::index::test::{Says, Test};
use crate::catalog::index::texts::Texts;
use crate::catalog::index::view::{Chunk, First, Hit, View};
use crate::catalog::index::writer::catalog_name;
use crate::catalog::index::{Fresh, Halt, Place, fresh};
use crate::catalog::overlay::{Overlay, tie_of};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, Failure, corrupt, lock, read_offer};
use crate::catalog::{near, rank, sort};
use crate::domain::freight::Destination;
use crate::domain::id::OfferKey;
use crate::domain::mark::Marks;
use crate::domain::price::row_price;
use crate::domain::search::{Cancel, SearchPage, SearchRequest, SearchRow, Sort, Tier, Why};
use crate::domain::text::Clean;
use crate::query::{self, Query};

/// Rows that were read wait so long for the count of all hits, and how often it is looked up meanwhile whether anybody
/// still waits for them.
const PATIENCE: Duration = Duration::from_millis(2);
const LOOK: Duration = Duration::from_micros(400);

/// Whether all hits of a page are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// They are.
    Whole,
    /// As far as that is done about when the rows are read: the rows are not kept waiting.
    InTime,
    /// They are not.
    Not,
}

impl Catalog {
    /// Searches the catalog with nothing of the buyer's own; see [`Catalog::search_marked`].
    pub fn search(
        &self,
        request: &SearchRequest,
        destination: &Destination,
    ) -> Result<SearchPage, CatalogError> {
        self.search_marked(request, destination, &Arc::default())
    }

    /// Searches the catalog, obeying the buyer's marks, and counts all hits. Freight is to `destination`; where that is
    /// unknown, so is every template's freight. The same `marks` again cost nothing; other ones are looked up first.
    pub fn search_marked(
        &self,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
    ) -> Result<SearchPage, CatalogError> {
        let started = Instant::now();
        if let Some(page) = self.front(request, marks, true)? {
            return Ok(SearchPage { took: started.elapsed(), ..page });
        }
        let never = Cancel::default();
        let page =
            self.with_view(&never, |view| self.page(view, request, destination, marks, Counting::Whole))?;
        let mut page = page.unwrap_or_default();
        page.took = started.elapsed();
        Ok(page)
    }

    /// As [`Catalog::search_marked`], for somebody who may lose interest: `None` within a millisecond of the cancelling.
    /// The page may come before everything is counted, see [`SearchPage::counted`] and [`Catalog::count`].
    pub fn search_cancellable(
        &self,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<SearchPage>, CatalogError> {
        self.page_until(request, destination, marks, Counting::InTime, cancel)
    }

    /// The rows of a page, for somebody who does not ask how many there are: counted only where that is known anyhow.
    pub fn search_rows(
        &self,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<SearchPage>, CatalogError> {
        self.page_until(request, destination, marks, Counting::Not, cancel)
    }

    fn page_until(
        &self,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
        counting: Counting,
        cancel: &Cancel,
    ) -> Result<Option<SearchPage>, CatalogError> {
        let started = Instant::now();
        if cancel.is_cancelled() {
            return Ok(None);
        }
        if let Some(page) = self.front(request, marks, false)? {
            return Ok(Some(SearchPage { took: started.elapsed(), ..page }));
        }
        let page = self.with_view(cancel, |view| self.page(view, request, destination, marks, counting))?;
        Ok(page.map(|page| SearchPage { took: started.elapsed(), ..page }))
    }

    /// For somebody who was answered and has time: what many searches left in memory is given back.
    pub fn rest(&self) {
        if self.inner.home.let_go() {
            lock(&self.inner.words_lately).clear();
        }
    }

    /// How many offers meet the query; `None` when cancelled.
    pub fn count(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<usize>, CatalogError> {
        self.with_view(cancel, |view| {
            let mut asked = self.asked(view, request, marks)?;
            self.know_lately(&mut asked.plan);
            let count = count(view, &asked.plan, request.one_per_supplier)?;
            if count > 0 || asked.plan.words.is_empty() {
                return Ok(count);
            }
            match near::nearest(view, &asked.plan)? {
                Some(near) => self::count(view, &near, request.one_per_supplier),
                None => Ok(0),
            }
        })
    }

    /// All offers that meet the query, by key; `None` when cancelled.
    pub fn rows_matching(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<Vec<OfferKey>>, CatalogError> {
        self.with_view(cancel, |view| {
            let asked = self.asked(view, request, marks)?;
            let mut rows = Vec::new();
            view.each(&asked.plan, &mut |row| {
                rows.push((Place(row.get(Column::Place)).tie(), row.get(Column::Row) as i64));
                Ok(())
            })?;
            let mut keys = Vec::with_capacity(rows.len());
            for (tie, row) in rows {
                keys.extend(match tie.market_id() {
                    Some(id) => Some(OfferKey::Market(id)),
                    None => key_of(row, view.connection)?,
                });
            }
            keys.sort_unstable();
            Ok(keys)
        })
    }

    /// The first `count` offers by rank, without reading their listings: what the engine alone costs.
    pub fn leading(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        count: usize,
    ) -> Result<Vec<Place>, CatalogError> {
        let never = Cancel::default();
        let first = self.with_view(&never, |view| {
            let asked = self.asked(view, request, marks)?;
            view.first(&asked.plan, count, count, request.one_per_supplier)
        })?;
        Ok(first.unwrap_or_default().hits.into_iter().map(|hit| hit.place).collect())
    }

    /// Why an offer stands where it does under [`Sort::Rank`]; `None` when it is no hit.
    pub fn why(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        key: &OfferKey,
    ) -> Result<Option<Why>, CatalogError> {
        let never = Cancel::default();
        let why = self.with_view(&never, |view| {
            let Some(tie) = tie_of(key, view.connection)? else { return Ok(None) };
            let mut asked = self.asked(view, request, marks)?;
            let only = Marked { offers: [tie].into(), ..Marked::default() };
            asked.plan.tests.push(Test { negated: false, says: Says::Marked(only) });
            let mut hit = view.first(&asked.plan, 1, 1, false)?.hits.first().copied();
            if hit.is_none() && !asked.plan.words.is_empty() {
                // Found by words near those that were typed?
                asked.plan.tests.pop();
                let is_found = !view.first(&asked.plan, 1, 1, false)?.hits.is_empty();
                if let Some(mut near) =
                    (!is_found).then(|| near::nearest(view, &asked.plan)).transpose()?.flatten()
                {
                    let only = Marked { offers: [tie].into(), ..Marked::default() };
                    near.tests.push(Test { negated: false, says: Says::Marked(only) });
                    asked.words = near.words.iter().map(|word| word.text.clone()).collect();
                    let found = view.first(&near, 1, 1, false)?.hits.first().copied();
                    hit = found.map(|hit| Hit { tier: Tier::Near, ..hit });
                }
            }
            let Some(hit) = hit else { return Ok(None) };
            let (facts, fetched_ms): (Vec<u8>, i64) = view
                .connection
                .prepare_cached(concat!(
                    "SELECT facts, fetched_at FROM offers WHERE row = ?1 AND ",
                    sound_offer!()
                ))?
                .query_row([hit.row], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let weights = rank::stored(view.connection)?;
            let parts = rank::parts(&Facts::from_bytes(&facts).unwrap_or_default(), fetched_ms);
            let mut texts = Texts::new(view.connection);
            let text = view.titles(&hit, &mut texts)?;
            Ok(Some(Why {
                tier: hit.tier,
                score: rank::score(&parts, &weights),
                parts: parts
                    .0
                    .iter()
                    .map(|(part, points)| (*part, rank::weighed(*part, *points, &weights)))
                    .collect(),
                closeness: closeness(text, &pattern(&asked.words)),
            }))
        })?;
        Ok(why.flatten())
    }

    /// Runs `job` over everything there is at one moment; `None` when it was cancelled. An index that cannot be read
    /// is not used again, and the job is done without it.
    pub(super) fn with_view<T>(
        &self,
        cancel: &Cancel,
        mut job: impl FnMut(&View<'_>) -> Result<T, Halt>,
    ) -> Result<Option<T>, CatalogError> {
        for with_index in [true, false] {
            let done = self.read(|connection| Ok(self.view(connection, cancel, with_index, &mut job)))?;
            match done {
                Ok(answer) => return Ok(Some(answer)),
                Err(Halt::Cancelled) => return Ok(None),
                Err(Halt::Store(failure)) => return Err(self.failed(failure)),
                Err(Halt::Index(reason)) if with_index => {
                    tracing::warn!(reason, "the index cannot be read; searching without it");
                    self.inner.home.distrust();
                }
                Err(Halt::Index(reason)) => return Err(CatalogError::Index { reason }),
            }
        }
        Ok(None)
    }

    fn view<T>(
        &self,
        connection: &Connection,
        cancel: &Cancel,
        with_index: bool,
        job: &mut impl FnMut(&View<'_>) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        // The index first: the rows of the moment are then as new as it is, or newer.
        let live = if with_index { self.inner.home.newest() } else { None };
        let moment = connection.unchecked_transaction()?;
        let (_, cleared) = fresh::counters(&moment)?;
        let live = match (live, catalog_name(&moment)?) {
            (Some(live), Some(catalog)) => live.is_of(&catalog, cleared).then_some(live),
            _ => None,
        };
        let payload = live.as_ref().map_or_else(Payload::nothing, |live| live.payload().clone());
        let fresh = {
            let mut kept = lock(&self.inner.fresh);
            let fresh = Fresh::refreshed(kept.as_ref(), &payload, &moment)?;
            *kept = Some(Arc::clone(&fresh));
            fresh
        };
        let has_index = live.is_some();
        let view = View { connection: &moment, live, payload, fresh, cancel };
        let answer = if has_index {
            // What tantivy does with damaged files is not to be known.
            guarded(|| job(&view)).unwrap_or_else(|| Err(Halt::failed()))
        } else {
            job(&view)
        };
        drop(view);
        moment.finish()?;
        answer
    }

    pub(super) fn asked(
        &self,
        view: &View<'_>,
        request: &SearchRequest,
        marks: &Arc<Marks>,
    ) -> Result<Asked, Halt> {
        let query = Query::parse(&request.text);
        let overlay = self.overlay(marks, view)?;
        let now = request.now;
        let plan = Asker { request, overlay: &overlay, view, now }.plan(&query)?;
        Ok(Asked { sort: query.sort.unwrap_or(request.sort), words: query.words(), plan })
    }

    /// What the search for a page found out about its words need not be found out to count its hits. Another page knows
    /// nothing of it.
    pub(super) fn know_lately(&self, plan: &mut Plan) {
        let lately = lock(&self.inner.words_lately);
        for word in &mut plan.words {
            lately.iter().for_each(|known| word.know(known));
        }
    }

    fn overlay(&self, marks: &Arc<Marks>, view: &View<'_>) -> Result<Arc<Overlay>, Halt> {
        let mut kept = lock(&self.inner.overlay);
        let overlay = Overlay::refreshed(kept.as_ref(), marks, view.fresh.generation, view.connection)?;
        *kept = Some(Arc::clone(&overlay));
        Ok(overlay)
    }

    fn page(
        &self,
        view: &View<'_>,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
        counting: Counting,
    ) -> Result<SearchPage, Halt> {
        let asked = self.asked(view, request, marks)?;
        if counting == Counting::InTime && request.offset == 0 {
            lock(&self.inner.words_lately).clone_from(&asked.plan.words);
        }
        let shown = self.shown(view, &asked, request, destination, marks, counting)?;
        if shown.rows.is_empty()
            && shown.total == Some(0)
            && !asked.plan.words.is_empty()
            && let Some(near) = near::nearest(view, &asked.plan)?
        {
            let words: Vec<String> = near.words.iter().map(|word| word.text.clone()).collect();
            let instead = words.iter().map(|word| Clean::new(word)).collect();
            let asked = Asked { plan: near, words, sort: asked.sort };
            let page = self.shown(view, &asked, request, destination, marks, counting)?;
            return Ok(SearchPage { instead: Some(instead), ..page.into() });
        }
        Ok(shown.into())
    }

    /// The rows of a page with all that stands beside them.
    fn shown(
        &self,
        view: &View<'_>,
        asked: &Asked,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
        counting: Counting,
    ) -> Result<Shown, Halt> {
        let enough = Cancel::default();
        std::thread::scope(|scope| {
            // However this ends, nobody counts on.
            let _enough = CancelledAtLast(&enough);
            let found = find(view, asked, request, destination, (counting, scope, &enough))?;
            let mut rows = Vec::new();
            for row in found.rows.into_iter().skip(request.offset).take(request.limit) {
                crate::catalog::index::halt(view.cancel)?;
                let offer = offer_of(row, view.connection)?;
                let price = row_price(&offer, request.quantity_of(&offer.key));
                let matched = query::highlights(offer.title.as_str(), &asked.words);
                let mine = marks.of(&offer.key, offer.supplier_id.as_ref());
                rows.push(SearchRow { offer: Arc::new(offer), price, matched, mine });
            }
            let on_sale = if counting == Counting::Whole {
                self.on_sale(view.connection, view.fresh.generation)?
            } else {
                self.on_sale_lately(view.connection, view.fresh.generation)?
            };
            let total = match found.total {
                Total::Known(total) => Some(total),
                Total::Uncounted => None,
                Total::InTime(counted) => in_time(&counted, view)?,
                Total::Coming(counting) => {
                    let counted = counting.join().ok().flatten().unwrap_or_else(|| Err(Halt::failed()))?;
                    Some(match counted {
                        Some(total) => total,
                        None => count(view, &asked.plan, request.one_per_supplier)?,
                    })
                }
            };
            let searched = found.looked_at.map(|read| read + view.live.as_ref().map_or(0, |live| live.len()));
            Ok(Shown { rows, total, at_least: found.at_least, cached: on_sale.cached, searched })
        })
    }
}

/// A page, but for what was asked.
struct Shown {
    rows: Vec<SearchRow>,
    /// `None` = not counted.
    total: Option<usize>,
    at_least: usize,
    cached: usize,
    searched: Option<usize>,
}

impl From<Shown> for SearchPage {
    fn from(shown: Shown) -> SearchPage {
        SearchPage {
            total: shown.total.unwrap_or(shown.at_least),
            counted: shown.total.is_some(),
            cached: shown.cached,
            searched: shown.searched,
            rows: shown.rows,
            instead: None,
            took: Duration::ZERO,
        }
    }
}

/// A request, read.
pub(super) struct Asked {
    pub plan: Plan,
    pub sort: Sort,
    /// Words to be found, as typed but folded.
    pub words: Vec<String>,
}

/// Rows of hits in their order, from the first one on.
struct Found<'scope> {
    rows: Vec<i64>,
    total: Total<'scope>,
    at_least: usize,
    looked_at: Option<usize>,
}

/// How many hits there are.
enum Total<'scope> {
    Known(usize),
    /// Nobody asked.
    Uncounted,
    /// Being counted, `None` where that cannot be done so; the page is read meanwhile.
    Coming(ScopedJoinHandle<'scope, Counted>),
    /// The same, for as long as somebody has patience.
    InTime(Receiver<Counted>),
}

/// What came of counting; nothing where the index could not be read.
type Counted = Option<Result<Option<usize>, Halt>>;

/// Cancels when it is dropped.
struct CancelledAtLast<'a>(&'a Cancel);

impl Drop for CancelledAtLast<'_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Waits for a count as long as there is patience; `None` = it takes longer, or cannot be had so.
fn in_time(counted: &Receiver<Counted>, view: &View<'_>) -> Result<Option<usize>, Halt> {
    let begun = Instant::now();
    loop {
        crate::catalog::index::halt(view.cancel)?;
        match counted.recv_timeout(LOOK) {
            Ok(counted) => return counted.unwrap_or_else(|| Err(Halt::failed())),
            Err(RecvTimeoutError::Timeout) if begun.elapsed() < PATIENCE => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

/// The hits of a page, counted as is wished: in the scope, until it is enough.
fn find<'scope, 'env>(
    view: &'env View<'_>,
    asked: &'env Asked,
    request: &SearchRequest,
    destination: &Destination,
    (counting, scope, enough): (Counting, &'scope Scope<'scope, 'env>, &'env Cancel),
) -> Result<Found<'scope>, Halt> {
    let wanted = request.offset.saturating_add(request.limit);
    if asked.sort != Sort::Rank {
        let sorted =
            sort::sorted(view, &asked.plan, asked.sort, destination, wanted, request.one_per_supplier)?;
        return Ok(Found {
            at_least: sorted.total,
            total: sorted.looked_at.map_or(Total::Known(sorted.total), |_| Total::Uncounted),
            rows: sorted.rows,
            looked_at: sorted.looked_at,
        });
    }
    let is_closer = !asked.words.is_empty() && wanted > 0;
    let head = if is_closer { wanted.max(HEAD) } else { wanted };
    let First { mut hits, is_all, looked_at } =
        view.first(&asked.plan, head, wanted.max(1), request.one_per_supplier)?;
    let at_least = hits.len();
    let plain = view.plain(&asked.plan).filter(|_| !request.one_per_supplier);
    let total = match (counting, plain) {
        _ if is_all && looked_at.is_none() => Total::Known(at_least),
        (Counting::Not, _) => Total::Uncounted,
        // Further rows of a question whose hits were counted with the first.
        (Counting::InTime, _) if request.offset > 0 => Total::Uncounted,
        (Counting::InTime, Some(plain)) => {
            let (tell, told) = channel();
            let count = move || {
                // Nobody may wait any more.
                let _ = tell.send(guarded(|| plain.until(enough).count(&asked.plan)));
            };
            match std::thread::Builder::new().spawn_scoped(scope, count) {
                Ok(_) => Total::InTime(told),
                Err(_) => Total::Uncounted,
            }
        }
        (Counting::InTime, None) => Total::Uncounted,
        (Counting::Whole, Some(plain)) if plain.is_much(&asked.plan)? => {
            Total::Coming(scope.spawn(move || guarded(|| plain.count(&asked.plan))))
        }
        (Counting::Whole, _) => Total::Known(count(view, &asked.plan, request.one_per_supplier)?),
    };
    if is_closer {
        by_closeness(&mut hits, &pattern(&asked.words), view)?;
    }
    Ok(Found { rows: hits.into_iter().map(|hit| hit.row).collect(), total, at_least, looked_at })
}

fn count(view: &View<'_>, plan: &Plan, one_per_supplier: bool) -> Result<usize, Halt> {
    if !one_per_supplier
        && let Some(plain) = view.plain(plan)
        && let Some(total) = plain.count(plan)?
    {
        return Ok(total);
    }
    let mut total = 0;
    let mut suppliers = std::collections::HashSet::new();
    let mut is_first = |supplier: u64| supplier == 0 || suppliers.insert(supplier);
    view.each_chunk(plan, &mut |chunk| {
        total += match chunk {
            Chunk::Docs(_, docs) if !one_per_supplier => docs.len(),
            Chunk::Row(_) if !one_per_supplier => 1,
            Chunk::Docs(segment, docs) => {
                docs.iter().filter(|doc| is_first(segment.columns.get(Column::Supplier, **doc))).count()
            }
            Chunk::Row(row) => usize::from(is_first(row.get(Column::Supplier))),
        };
        Ok(())
    })?;
    Ok(total)
}

/// The offer of a hit. No row is ever deleted but with all others, and then the index goes too: one that is missing was
/// lost by the disk.
fn offer_of(row: i64, moment: &Connection) -> Result<crate::domain::offer::Offer, Failure> {
    let found = moment
        .prepare_cached(concat!(
            "SELECT key, body, fetched_at FROM offers WHERE row = ?1 AND ",
            sound_offer!()
        ))?
        .query_row([row], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?)))
        .optional()?;
    let Some((key, body, fetched_ms)) = found else {
        return Err(corrupt(&format!("row {row} of the offers is missing")));
    };
    read_offer(&key, &body, fetched_ms)
}

fn key_of(row: i64, moment: &Connection) -> Result<Option<OfferKey>, Failure> {
    let key: Option<String> = moment
        .prepare_cached(concat!("SELECT key FROM offers WHERE row = ?1 AND ", sound_offer!()))?
        .query_row([row], |row| row.get(0))
        .optional()?;
    Ok(key.and_then(|key| key.parse().ok()))
}
