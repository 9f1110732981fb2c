//! The effects beside searching, the cart and sending: suppliers, marks, deals, orders after they were placed, the
//! sandbox's clock, working offline, the session.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::app::msg::{CartDeed, IndexState, ListDeed, ListOutcome, OrderDeed, Reordering, Trouble};
use crate::app::{Effect, Fact};
use crate::domain::deal::{Deal, DealKind};
use crate::domain::id::OfferKey;
use crate::domain::list::LATER;
use crate::domain::order::Reordered;
use crate::domain::quantity::Quantity;
use crate::domain::saved::{SavedName, SavedRow, SavedSearch};
use crate::domain::text::Clean;
use crate::domain::watch::{BAND_PERCENT, WatchRule};
use crate::procure::entry::EntryList;
use crate::procure::saved::{SavedError, SavedList};
use crate::procure::{Desk, DeskError};
use crate::runtime::execute::{Executor, Learner, do_cart, trouble};

/// How long the index is worked at before others are looked to.
const INDEX_STEP: Duration = Duration::from_millis(200);
/// How often it is told how far the index is: each telling asks a list anew that was found without all of it.
const INDEX_TELLS: Duration = Duration::from_secs(2);

/// Puts the chosen lines into the cart, and notes those that something else is to be found for.
fn reorder(desk: &Desk, wanted: Reordering) -> Result<Reordered, DeskError> {
    let later = wanted.later.len();
    if let (false, Ok(name)) = (wanted.later.is_empty(), SavedName::new(LATER)) {
        desk.note_for_later(&name, wanted.later)?;
    }
    let added = desk.put_in_cart("reorder", &wanted.lines)?;
    Ok(Reordered { added, left_out: wanted.left_out, later, submit: wanted.submit })
}

/// Does something with the buying lists.
fn do_list(desk: &Desk, deed: &ListDeed) -> Result<ListOutcome, DeskError> {
    match deed {
        ListDeed::Read => {
            let (rows, bad) = desk.list_rows()?;
            let bad = bad.iter().map(|bad| Clean::new(&bad.to_string())).collect();
            Ok(ListOutcome::Read { rows, bad })
        }
        ListDeed::Load { name, sets } => {
            let listed = desk.list(name.as_str())?;
            let scale = (*sets != Quantity::ONE).then(|| sets.decimal());
            let loaded = desk.load_list(&listed, scale)?;
            Ok(ListOutcome::Loaded { lines: loaded.added.len(), missing: loaded.missing.len() })
        }
        ListDeed::Save { name, replace } => match desk.save_cart_as(name, *replace) {
            Ok(_) => Ok(ListOutcome::Saved),
            Err(DeskError::ListTaken(_)) => Ok(ListOutcome::Taken),
            Err(error) => Err(error),
        },
        ListDeed::Delete(name) => desk.forget_list(name.as_str()).map(|_| ListOutcome::Deleted),
        ListDeed::Diff(name) => {
            let listed = desk.list(name.as_str())?;
            Ok(ListOutcome::Differs(desk.list_diff(&listed)?))
        }
    }
}

impl Executor {
    /// Starts one of these effects.
    pub(super) fn run_deed(&mut self, effect: Effect) {
        match effect {
            Effect::ReadSuppliers { generation, ask } => {
                self.suppliers_asked.store(generation, Ordering::SeqCst);
                let asked = self.suppliers_asked.clone();
                self.beside(move |desk| {
                    // A newer asking makes this one idle.
                    (asked.load(Ordering::SeqCst) == generation)
                        .then(|| Fact::SuppliersRead { generation, result: said(desk.supplier_rows(&ask)) })
                });
            }
            Effect::BuildIndex => self.build_index(),
            Effect::Explain { key, request } => self.beside(move |desk| {
                let result = said(desk.why(&request, &key)).map(|why| why.map(Box::new));
                Some(Fact::Explained { key, result })
            }),
            Effect::ReadCategories { quantity } => self.beside(move |desk| {
                Some(Fact::CategoriesRead(said(desk.categories_held(quantity)).map(Arc::new)))
            }),
            Effect::ReadPrices { generation, offer } => {
                self.prices_asked.store(generation, Ordering::SeqCst);
                let asked = self.prices_asked.clone();
                self.beside(move |desk| {
                    (asked.load(Ordering::SeqCst) == generation).then(|| {
                        let history = desk.price_history(&offer);
                        let verdict = desk.verdicts(&[&offer]);
                        let yanxuan = verdict.as_ref().ok().and_then(|of| of.first().copied().flatten());
                        let watched = desk.watches_of(&offer.key);
                        let watches = watched.as_ref().cloned().unwrap_or_default();
                        let result = said(history.and_then(|history| verdict.and(watched).map(|_| history)));
                        Fact::PricesRead {
                            generation,
                            key: offer.key.clone(),
                            result: result.map(Arc::new),
                            yanxuan,
                            watches,
                        }
                    })
                });
            }
            Effect::ReadSubstitutes { generation, present } => {
                self.substitutes_asked.store(generation, Ordering::SeqCst);
                let asked = self.substitutes_asked.clone();
                self.beside(move |desk| {
                    // A newer asking makes this one idle.
                    (asked.load(Ordering::SeqCst) == generation).then(|| Fact::SubstitutesRead {
                        generation,
                        result: said(desk.substitutes(&present)).map(Arc::new),
                    })
                });
            }
            Effect::ReadSaved => {
                self.beside(|desk| Some(Fact::SavedRead(said(desk.saved_searches()).map(rows))));
            }
            Effect::SaveSearch { search, replace } => self.at_ledger(move |desk| {
                let kept = keep(desk, &search, replace);
                let is_taken = matches!(kept, Err(DeskError::Saved(SavedError::Taken(_))));
                Fact::SearchSaved { name: search.name, result: said(kept), is_taken }
            }),
            Effect::RestoreSearch(search) => self.at_ledger(move |desk| {
                let result = said(desk.restore_search(&search).map(|_| ()));
                Fact::SearchRestored { search, result }
            }),
            Effect::ForgetSearch(name) => self.at_ledger(move |desk| {
                Fact::SearchForgotten(said(desk.forget_search(name.as_str())).map(Box::new))
            }),
            Effect::List(deed @ (ListDeed::Read | ListDeed::Diff(_))) => self.beside(move |desk| {
                let result = said(do_list(desk, &deed));
                Some(Fact::ListDone { deed, result })
            }),
            Effect::List(deed) => self.at_ledger(move |desk| {
                let result = said(do_list(desk, &deed));
                Fact::ListDone { deed, result }
            }),
            Effect::AddWatch { key, quantity, below } => self.at_ledger(move |desk| {
                let rule = WatchRule { below: Some(below), rise: None, band: BAND_PERCENT };
                let added = desk.watch(&key, None, quantity, rule).and_then(|watch| {
                    // One line a price is enough: once there is a new one, that of before goes.
                    end_watches(desk, &key, quantity, Some(watch.id))?;
                    let title = desk.offer(&key)?.map(|offer| offer.title);
                    Ok(Box::new((watch, title)))
                });
                Fact::WatchAdded(said(added))
            }),
            Effect::EndWatch { key, quantity } => {
                self.at_ledger(move |desk| Fact::WatchEnded(said(end_watches(desk, &key, quantity, None))));
            }
            Effect::ReadSheet { id, quantity } => self.beside(move |desk| {
                let result = said(desk.supplier_sheet(&id, quantity)).map(|sheet| sheet.map(Box::new));
                Some(Fact::SheetRead { id, result })
            }),
            Effect::ReadOffer(key) => {
                self.at_market(|desk, bell, reach| async move {
                    let read = desk.offer_or_read(&key).await;
                    // Most are in the catalog: that one was read says nothing of the market.
                    if let Err(error) = &read {
                        reach.learn(Some(error));
                    }
                    let result = said(read).map(|offer| offer.map(Arc::new));
                    bell.tell(Fact::OfferRead { key, result });
                });
            }
            Effect::ReadCompared { generation, keys } => self.beside(move |desk| {
                let result = said(desk.offers(&keys));
                let result = result.map(|found| found.into_iter().flatten().map(Arc::new).collect());
                Some(Fact::ComparedRead { generation, result })
            }),
            Effect::ReadMarks => self.beside(|desk| Some(Fact::MarksRead(said(desk.marks())))),
            Effect::Mark { subject, edit } => self.at_ledger(move |desk| {
                let result = said(desk.mark(&subject, edit.clone())).map(drop);
                Fact::Marked { subject, edit, result }
            }),
            Effect::ReadHand(key) => self.beside(move |desk| {
                let result = said(desk.hand(&key));
                Some(Fact::HandRead { key, result })
            }),
            Effect::KeepHand { key, ratio } => {
                self.at_ledger(move |desk| Fact::HandKept(said(desk.keep_hand(&key, &ratio))));
            }
            Effect::SetMessage { supplier, words } => self.at_ledger(move |desk| {
                let result = said(desk.set_message(&supplier, words.as_ref()));
                Fact::MessageSet { supplier, result }
            }),
            Effect::UseAddress(id) => {
                self.at_ledger(move |desk| Fact::AddressChosen(said(desk.use_address(&id)).map(drop)));
            }
            Effect::ReadDrift(ids) => {
                let limit = self.policy.accept_drift_percent;
                self.at_ledger(move |desk| {
                    let result = said(desk.drift_of(&ids, None)).map(Box::new);
                    Fact::DriftRead { ids, limit, result }
                });
            }
            Effect::Reorder(wanted) => {
                self.at_ledger(move |desk| Fact::Reordered(said(reorder(desk, *wanted))));
            }
            Effect::CheckEntry(list) => self.beside(move |desk| {
                let result = said(desk.check_entry(&EntryList::text(&list)).map(Arc::new));
                Some(Fact::EntryChecked { list, result })
            }),
            Effect::Enter(list) => self.at_ledger(move |desk| {
                let done = desk
                    .enter(&EntryList::text(&list))
                    .and_then(|report| Ok(Box::new((Arc::new(report), do_cart(desk, &CartDeed::Read)?))));
                Fact::Entered(said(done))
            }),
            Effect::ReadSession => {
                self.at_ledger(|desk| Fact::SessionRead(desk.remembered().map(Box::new)));
            }
            Effect::SaveSession(remembered) => self.to_ledger(Box::new(move |desk| {
                if let Err(error) = desk.remember(&remembered) {
                    tracing::warn!(%error, "the session is not remembered");
                }
            })),
            Effect::SetOffline(offline) => self.set_offline(offline),
            Effect::ReadDeals(kind) => self.ask(move |desk| async move {
                let result = deals(&desk, kind).await;
                (error_of(&result), Fact::DealsRead { kind, result: said(result) })
            }),
            Effect::Join { id, spec_id, quantity } => self.ask(move |desk| async move {
                let result = desk.join(&id, spec_id.as_ref(), quantity).await;
                (error_of(&result), Fact::GroupActed { joined: true, result: said(result) })
            }),
            Effect::Leave(id) => self.ask(move |desk| async move {
                let result = desk.leave(&id).await;
                (error_of(&result), Fact::GroupActed { joined: false, result: said(result) })
            }),
            Effect::Order { id, deed } => self.ask(move |desk| async move {
                let result = match deed {
                    OrderDeed::Cancel => desk.cancel(&id).await,
                    OrderDeed::Receive => desk.receive(&id).await,
                };
                (error_of(&result), Fact::OrderActed { id, deed, result: said(result) })
            }),
            Effect::CheckPay(id) => self.ask(move |desk| async move {
                let result = desk.check_pay(&id).await;
                (error_of(&result), Fact::PayChecked { id, result: said(result).map(Box::new) })
            }),
            Effect::Pay { id, accepted } => self.ask(move |desk| async move {
                let result = desk.pay(&id, accepted).await;
                (error_of(&result), Fact::PayLinked { id, result: said(result) })
            }),
            Effect::ReadOrder(id) => self.ask(move |desk| async move {
                // Reading it as on the way to its payment puts the parts of a split order together.
                let result = desk.check_pay(&id).await.map(|check| check.order);
                (error_of(&result), Fact::OrderRead { id, result: said(result).map(Box::new) })
            }),
            Effect::ReadShipments(id) => self.ask(move |desk| async move {
                let result = desk.shipments(&id).await;
                (error_of(&result), Fact::ShipmentsRead { id, result: said(result) })
            }),
            Effect::MoveClock { hours } => self.ask(move |desk| async move {
                let result = desk.move_clock(Duration::from_secs(u64::from(hours) * 3600)).await;
                (error_of(&result), Fact::ClockMoved(said(result)))
            }),
            // Everything else is done before it comes here.
            other => tracing::error!(?other, "an effect without a doer"),
        }
    }

    /// Reads the stores on a worker of its own; nothing is told when there is nothing to tell.
    pub(super) fn beside(&self, work: impl FnOnce(&Desk) -> Option<Fact> + Send + 'static) {
        let Some(open) = &self.open else { return };
        let (desk, bell) = (open.desk.clone(), self.bell.clone());
        self.workers.spawn_blocking(move || {
            if let Some(fact) = work(&desk) {
                bell.tell(fact);
            }
        });
    }

    /// Brings the index up to the rows in small steps, and tells how far it is after some of them. One at a time.
    fn build_index(&self) {
        let Some(open) = &self.open else { return };
        let (desk, bell, busy) = (open.desk.clone(), self.bell.clone(), self.indexing.clone());
        if busy.swap(true, Ordering::SeqCst) {
            return;
        }
        self.workers.spawn_blocking(move || {
            let mut told = Instant::now();
            loop {
                let step = desk.index_some(INDEX_STEP);
                let more = matches!(&step, Ok((_, true)));
                if !more {
                    busy.store(false, Ordering::SeqCst);
                }
                match step {
                    // Nothing was to be done, and nobody waits to hear that.
                    Ok((None, false)) => return,
                    Ok((Some(at), more)) if !more || told.elapsed() >= INDEX_TELLS => {
                        told = Instant::now();
                        bell.tell(Fact::Indexed(Ok(IndexState { done: at.done, of: at.of, more })));
                    }
                    Ok(_) => {}
                    Err(error) => bell.tell(Fact::Indexed(Err(trouble(&error)))),
                }
                if !more {
                    return;
                }
            }
        });
    }

    /// Does something with the ledger, in its turn, and tells what came of it.
    fn at_ledger(&self, work: impl FnOnce(&Desk) -> Fact + Send + 'static) {
        let bell = self.bell.clone();
        self.to_ledger(Box::new(move |desk| bell.tell(work(desk))));
    }

    /// Asks the market, tells what came of it, and learns whether it can be reached.
    fn ask<F>(&self, work: impl FnOnce(Desk) -> F + Send + 'static)
    where
        F: Future<Output = (Option<Reached>, Fact)> + Send + 'static,
    {
        self.at_market(move |desk, bell, learner: Learner| async move {
            let (reached, fact) = work(desk).await;
            match reached {
                Some(Reached::Yes) => learner.now_is(Some(true)),
                Some(Reached::No) => learner.lost(),
                None => {}
            }
            bell.tell(fact);
        });
    }

    fn set_offline(&self, offline: bool) {
        let Some(open) = &self.open else { return };
        open.desk.set_offline(offline);
        self.at_market(move |desk, _, learner| async move {
            if offline {
                learner.lost();
                learner.tell();
                return;
            }
            // Back: the clock is the smallest thing to ask for. What waited is sent once the screen knows.
            match desk.market_time().await {
                Ok(_) => learner.now_is(Some(true)),
                Err(error) => learner.learn(Some(&error)),
            }
            learner.tell();
        });
    }
}

/// What a call tells of the way to the market.
enum Reached {
    Yes,
    No,
}

/// A failure of our own stores says nothing of it.
fn error_of<T>(result: &Result<T, DeskError>) -> Option<Reached> {
    match result {
        Ok(_) => Some(Reached::Yes),
        Err(error) if error.is_unreachable() => Some(Reached::No),
        Err(DeskError::Market(_)) => Some(Reached::Yes),
        Err(_) => None,
    }
}

/// Saved searches as the picker lists them, and what is wrong with the files that are none.
fn rows(list: SavedList) -> (Vec<SavedRow>, Vec<Clean>) {
    let rows = list.searches.into_iter().map(|listed| SavedRow {
        search: listed.search,
        is_zone: listed.is_zone,
        looked_at: listed.looked_at,
    });
    (rows.collect(), list.bad.iter().map(|error| Clean::new(&error.to_string())).collect())
}

/// Ends the watches of an offer that the screens set at a quantity, but for one.
fn end_watches(
    desk: &Desk,
    key: &OfferKey,
    quantity: Quantity,
    but_for: Option<i64>,
) -> Result<(), DeskError> {
    for watch in desk.watches_of(key)? {
        if watch.is_line_at(quantity) && Some(watch.id) != but_for {
            desk.unwatch(watch.id)?;
        }
    }
    Ok(())
}

/// Keeps a search and looks at it, so that the next look tells what changed since now.
fn keep(desk: &Desk, search: &SavedSearch, replace: bool) -> Result<(), DeskError> {
    desk.save_search(search, replace)?;
    if let Some(quantity) = search.quantity {
        let look = desk.take_look(search, quantity)?;
        desk.keep_look(&search.name, &look)?;
    }
    Ok(())
}

fn said<T>(result: Result<T, DeskError>) -> Result<T, Trouble> {
    result.map_err(|error| trouble(&error))
}

/// Deals from the market; the last reading where it cannot be reached, `None` where it has none.
async fn deals(desk: &Desk, kind: DealKind) -> Result<Option<(Vec<Deal>, Timestamp)>, DeskError> {
    match desk.refresh_deals(kind).await {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.code() == "not_offered" => Ok(None),
        Err(error) => match desk.deals(kind) {
            Ok((deals, Some(as_of))) if error.is_unreachable() => Ok(Some((deals, as_of))),
            _ => Err(error),
        },
    }
}
