//! What follows an order, at a desk in this process with the sandbox behind a socket: messages, the buyer's past
//! ordered again, deals, the offline switch, and confirmations whose answer is lost.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pifa::domain::cart::Rules;
use pifa::domain::deal::DealKind;
use pifa::domain::drift::{Field, planned};
use pifa::domain::id::{MarketId, OutOrderId, SpecId, SupplierId};
use pifa::domain::order::{ActionKind, ActionState, Unresolved};
use pifa::domain::quantity::Quantity;
use pifa::domain::text::Clean;
use pifa::procure::{
    Catalog, Credentials, Desk, DeskError, DeskParts, Gateway, GatewayOptions, Ledger, Steady, SubmitOptions,
    SyncOptions,
};
use pifa::sandbox;

use crate::bench::{Doing, Fault, Proxy, hurried, seed};

/// A desk, the sandbox it sits at, and a clock of its own.
pub struct Seat {
    pub desk: Desk,
    pub ledger: Ledger,
    pub market: MarketId,
    pub ahead_ms: Arc<AtomicI64>,
    /// What quiet times are measured with: it stands until it is moved.
    pub steady_ms: Arc<AtomicU64>,
    pub running: sandbox::Running,
    folder: tempfile::TempDir,
}

/// A buyer with a past: the sandbox gives one in a world of this size.
pub fn with_past(options: &mut sandbox::Options) {
    options.offers = 2_000;
}

/// A steady clock that stands until it is moved.
pub fn steady_at(ms: &Arc<AtomicU64>) -> Steady {
    let ms = ms.clone();
    Arc::new(move || Duration::from_millis(ms.load(Ordering::SeqCst)))
}

impl Seat {
    pub async fn new(options: impl FnOnce(&mut sandbox::Options)) -> Seat {
        Seat::through(options, |url| url.to_owned()).await
    }

    /// With something between desk and market.
    pub async fn through(
        options: impl FnOnce(&mut sandbox::Options),
        url: impl FnOnce(&str) -> String,
    ) -> Seat {
        let folder = crate::folder::folder().unwrap();
        let mut wanted = sandbox::Options::new(folder.path().join("sandbox"));
        (wanted.offers, wanted.seed) = (400, seed());
        options(&mut wanted);
        // One that lets five calls a second through has to be waited for as a buyer's program does.
        let is_plain = wanted.plain;
        let running = sandbox::start(wanted).await.unwrap();
        let credentials = Credentials {
            app_key: running.app_key.clone(),
            app_secret: running.app_secret.clone(),
            access_token: Some(running.access_token.clone()),
        };
        let url = url(&running.url);
        let patience = if is_plain { GatewayOptions::new(&url) } else { hurried(&url) };
        let market = MarketId::new(&running.market_id);
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let ahead_ms = Arc::new(AtomicI64::new(0));
        let steady_ms = Arc::new(AtomicU64::new(0));
        let (moved, count) = (ahead_ms.clone(), AtomicU64::new(0));
        let desk = Desk::new(DeskParts {
            catalog: Catalog::open(&folder.path().join("catalog.db")).unwrap(),
            ledger: ledger.clone(),
            market_id: market.clone(),
            gateway: Some(Gateway::new(credentials, patience).unwrap()),
            sandbox: true,
            history: pifa::procure::History::in_memory(),
            searches: std::env::temp_dir().join("never"),
            lease: folder.path().join("sender.lock"),
            rules: Rules::default(),
            quiet: Duration::from_millis(300),
            clock: Arc::new(move || {
                Timestamp::now() + SignedDuration::from_millis(moved.load(Ordering::SeqCst))
            }),
            steady: steady_at(&steady_ms),
            numbers: Arc::new(move || {
                OutOrderId::new(&format!("n-{}", count.fetch_add(1, Ordering::SeqCst)))
            }),
        });
        Seat { desk, ledger, market, ahead_ms, steady_ms, running, folder }
    }

    pub fn catalog_path(&self) -> std::path::PathBuf {
        self.folder.path().join("catalog.db")
    }

    pub async fn syncs(&self) {
        self.desk.sync(&SyncOptions::default(), |_| {}).await.unwrap();
    }

    /// Puts one orderable line into the cart; its supplier.
    pub fn fills_cart(&self) -> SupplierId {
        self.fills_cart_where(|_| true)
    }

    pub fn fills_cart_where(&self, fits: impl Fn(&pifa::domain::offer::Offer) -> bool) -> SupplierId {
        use pifa::domain::search::{SearchRequest, Sort};
        let request = SearchRequest {
            quantity: Quantity::whole(600),
            sort: Sort::Price,
            limit: 300,
            text: String::new(),
            offset: 0,
            include_fees: false,
            ..SearchRequest::default()
        };
        let page = self.desk.search(&request).unwrap();
        for row in page.rows {
            let offer = &row.offer;
            let Some(supplier) = offer.supplier_id.clone().filter(|_| fits(offer) && offer.lot.is_none())
            else {
                continue;
            };
            let spec =
                offer.skus.iter().find(|sku| sku.stock.is_some_and(|stock| stock >= Quantity::whole(50)));
            let spec: Option<SpecId> = spec.map(|sku| sku.spec_id.clone());
            if spec.is_none() && !offer.skus.is_empty() {
                continue;
            }
            let least = pifa::domain::minimum::least(offer, None);
            self.desk.cart_add(&offer.key, spec.as_ref(), least).unwrap();
            if self.desk.cart().unwrap().assessment.violations.is_empty() {
                return supplier;
            }
            self.desk.cart_clear().unwrap();
        }
        panic!("no orderable offer in this world");
    }

    pub async fn submits(&self) -> Vec<pifa::domain::order::Order> {
        let report = self.desk.submit(None, &SubmitOptions::default()).await.unwrap();
        assert_eq!((&report.blocked, &report.stopped), (&None, &None));
        report.orders
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_with_the_order_it_was_confirmed_with() {
    let seat = Seat::new(|_| {}).await;
    seat.syncs().await;
    let supplier = seat.fills_cart();
    let words = Clean::new("请用纸箱，尽快发货");
    seat.desk.set_message(&supplier, Some(&words)).unwrap();
    let proposal = seat.desk.propose().await.unwrap();
    assert_eq!(proposal.orders[0].message, Some(words.clone()));
    // Written after the confirm screen: it stays for the next order.
    let newer = Clean::new("再来一单");
    seat.desk.set_message(&supplier, Some(&newer)).unwrap();
    let report = seat.desk.submit(Some(&proposal), &SubmitOptions::default()).await.unwrap();
    assert_eq!(report.orders[0].message, Some(words.clone()));
    let action = seat.ledger.actions(&seat.market, &[ActionState::Done]).unwrap().pop().unwrap();
    assert!(action.body.unwrap().contains("请用纸箱，尽快发货"), "frozen with the rest");
    let id = report.orders[0].order_id.clone().unwrap();
    let told = seat.desk.fetch_order(id.as_str()).await.unwrap();
    assert_eq!(told.message, Some(words), "the market has it");
    assert_eq!(seat.desk.messages().unwrap().get(&supplier), Some(&newer));
}

#[tokio::test]
async fn what_did_not_change_is_as_young_as_the_market_says_so() {
    let seat = Seat::new(|_| ()).await;
    assert_eq!(seat.desk.newest().unwrap(), None);
    seat.syncs().await;
    let first = seat.desk.newest().unwrap().unwrap();
    let hours = SignedDuration::from_hours(3);
    seat.ahead_ms.store(hours.as_millis() as i64, Ordering::SeqCst);
    assert_eq!(seat.desk.newest().unwrap(), Some(first), "nobody asked");
    let report = seat.desk.sync(&SyncOptions::default(), |_| {}).await.unwrap();
    assert_eq!((report.fetched, report.complete), (0, true));
    let looked = seat.desk.newest().unwrap().unwrap();
    assert!(looked.duration_since(first) >= hours - SignedDuration::from_mins(1), "{first} {looked}");
}

#[tokio::test]
async fn a_supplier_nobody_has_heard_of_is_said_to_be_one() {
    let seat = Seat::new(|_| ()).await;
    seat.syncs().await;
    let sync = async |id: &str| {
        let supplier = Some(SupplierId::new(id));
        seat.desk.sync(&SyncOptions { supplier, ..SyncOptions::default() }, |_| {}).await
    };
    assert!(matches!(sync("NOPE").await, Err(DeskError::NoSupplier(id)) if id.as_str() == "NOPE"));
    let known = seat.fills_cart();
    assert!(sync(known.as_str()).await.unwrap().fetched > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_screen_is_filled_before_everything_is_read_and_the_past_is_there_after() {
    let seat = Seat::new(with_past).await;
    let told: Mutex<Vec<(u64, u64, u64)>> = Mutex::default();
    let desk = seat.desk.clone();
    let report = seat
        .desk
        .sync(&SyncOptions::default(), |at| {
            told.lock().unwrap().push((at.done, at.best, desk.stats().unwrap().offers));
        })
        .await
        .unwrap();
    let told = told.into_inner().unwrap();
    let (done, best, held) = told[0];
    assert!(done == 0 && best > 0 && held == best, "{told:?}");
    assert!(held < report.fetched, "only a part at first");
    let past = seat.desk.orders().unwrap();
    assert_eq!(past.len(), 14);
    assert!(past.iter().any(|order| order.lines.len() == 50), "with all its lines");
    // A second sync asks neither for the best nor for what is older again.
    let again: Mutex<Vec<u64>> = Mutex::default();
    seat.desk.sync(&SyncOptions::default(), |at| again.lock().unwrap().push(at.best)).await.unwrap();
    assert!(again.into_inner().unwrap().iter().all(|best| *best == 0));
    for kind in [DealKind::Flash, DealKind::Discount] {
        assert_eq!(seat.desk.deals(kind).unwrap(), (vec![], None));
        let (deals, as_of) = seat.desk.refresh_deals(kind).await.unwrap();
        assert!(!deals.is_empty() && deals.iter().all(|deal| deal.kind == kind), "{deals:?}");
        let (kept, kept_at) = seat.desk.deals(kind).unwrap();
        assert_eq!((kept, kept_at.unwrap().as_millisecond()), (deals, as_of.as_millisecond()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_order_is_ordered_again_as_one_step() {
    let seat = Seat::new(with_past).await;
    seat.syncs().await;
    let past = seat.desk.orders().unwrap();
    let large = past
        .iter()
        .find(|order| order.lines.len() == 50)
        .or(past.iter().max_by_key(|order| order.lines.len()))
        .unwrap();
    let ids: Vec<String> = vec![large.order_id.clone().unwrap().to_string()];
    let sheet = seat.desk.drift_of(&ids, None).unwrap();
    let plan = planned(&sheet, &vec![None; sheet.lines.len()]);
    let added = seat.desk.put_in_cart("reorder", &plan).unwrap();
    assert!(!added.is_empty());
    let cart = seat.desk.cart().unwrap();
    let wanted: Quantity = large.lines.iter().map(|line| line.quantity).sum();
    let missing = sheet.lines.iter().filter(|line| line.today.is_err());
    let missing: Quantity = missing.map(|line| line.past.quantity).sum();
    let in_cart: Quantity =
        cart.assessment.parts.iter().flat_map(|part| &part.lines).map(|priced| priced.line.quantity).sum();
    assert_eq!(in_cart + missing, wanted, "every piece is in the cart or named");
    assert!(sheet.rows.iter().any(|row| row.field == Field::Price), "the world has moved since");
    for line in &sheet.lines {
        let offer = seat.desk.offer(&line.past.offer_id).unwrap();
        match &line.today {
            Ok(today) => assert_eq!(Some(today.offer.as_ref()), offer.as_ref()),
            Err(Unresolved::Gone) => assert!(offer.is_none_or(|offer| offer.gone)),
            Err(Unresolved::UnknownSpec) => {
                assert!(offer.unwrap().sku(line.past.spec_id.as_ref().unwrap()).is_none());
            }
            Err(Unresolved::NotFound) => panic!("an order names what was on sale"),
        }
    }
    // The same order named twice is one; one step of undo.
    assert_eq!(seat.desk.undo().unwrap().as_deref(), Some("reorder"));
    assert_eq!(seat.desk.cart().unwrap().line_count(), 0, "one step");
    assert_eq!(seat.desk.drift_of(&[ids[0].clone(), ids[0].clone()], None).unwrap(), sheet);
    assert!(matches!(seat.desk.drift_of(&["404404".to_owned()], None), Err(DeskError::NoOrder(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_cuts_every_call_and_queues_orders() {
    let seat = Seat::new(|_| {}).await;
    seat.syncs().await;
    seat.fills_cart();
    seat.desk.set_offline(true);
    assert!(!seat.desk.is_online());
    assert!(matches!(seat.desk.refresh_orders().await, Err(DeskError::Offline)));
    assert!(matches!(seat.desk.refresh_deals(DealKind::Flash).await, Err(DeskError::Offline)));
    assert!(matches!(seat.desk.check_pay("7").await, Err(DeskError::Offline)));
    assert!(matches!(seat.desk.receive("7").await, Err(DeskError::Offline)));
    assert!(matches!(seat.desk.shipments("7").await, Err(DeskError::Offline)));
    assert!(matches!(seat.desk.sync(&SyncOptions::default(), |_| {}).await, Err(DeskError::Offline)));
    assert_eq!(seat.desk.propose().await.unwrap().quoted_at, None, "predictions only");
    let queued = seat.submits().await;
    assert_eq!((queued.len(), queued[0].state.as_str()), (1, "queued"));
    seat.desk.set_offline(false);
    let sent = seat.submits().await;
    assert!(sent[0].state.as_str().starts_with("to_pay"), "{sent:?}");
    let dump = seat.desk.market_ledger(false).await.unwrap();
    assert_eq!(dump["orders"].as_array().unwrap().len(), 1);
    assert_eq!(seat.desk.web_origin().unwrap(), seat.running.url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_create_is_found_whatever_the_markets_clock_says() {
    for now in ["2024-02-29T12:00:00Z", "2031-07-01T00:00:00Z"] {
        let proxy: Mutex<Option<Proxy>> = Mutex::default();
        let seat = Seat::through(
            |options| options.now = Some(now.parse().unwrap()),
            |url| {
                let lossy = Proxy::start(url, "fastCreateOrder", |_, before| {
                    if before == 0 { Fault::DropAfter } else { Fault::Pass }
                });
                let url = lossy.url.clone();
                *proxy.lock().unwrap() = Some(lossy);
                url
            },
        )
        .await;
        seat.syncs().await;
        seat.fills_cart();
        let placed = seat.submits().await;
        assert!(placed[0].state.as_str().starts_with("to_pay"), "{now}: {placed:?}");
        assert_eq!(proxy.lock().unwrap().as_ref().unwrap().hits(), 1, "{now}: sent once");
        assert_eq!(placed[0].created_at.to_string()[..4], now[..4], "by the market's clock");
        seat.desk.market_time().await.unwrap();
        let off = seat.desk.market_now().duration_since(now.parse().unwrap());
        assert!(off.as_secs() >= 0 && off.as_secs() < 120, "{now}: {off:?}");
    }
}

/// An order list without numbers: what is plainly older by the market's clock is not taken for the lost one.
#[tokio::test(flavor = "multi_thread")]
async fn a_nameless_order_of_the_same_goods_keeps_a_lost_create_unknown() {
    let seat = Seat::through(
        |options| options.now = Some("2024-02-29T12:00:00Z".parse().unwrap()),
        |url| {
            let upstream = url.to_owned();
            let inner = Proxy::start(&upstream, "fastCreateOrder", |_, _| Fault::DropAfter);
            let outer = Proxy::start(&inner.url, "getBuyerOrderList", |_, _| {
                Doing::Rewrite(Box::new(|mut answer| {
                    for order in answer["result"].as_array_mut().unwrap() {
                        order["baseInfo"].as_object_mut().unwrap().remove("outOrderId");
                    }
                    answer.to_string()
                }))
            });
            let url = outer.url.clone();
            std::mem::forget((inner, outer));
            url
        },
    )
    .await;
    seat.syncs().await;
    seat.fills_cart();
    let report = seat.desk.submit(None, &SubmitOptions::default()).await.unwrap();
    assert_eq!(report.orders[0].state.as_str(), "unknown", "two years behind, but made just now");
    let dump = seat.desk.market_ledger(false).await.unwrap();
    assert_eq!(dump["orders"].as_array().unwrap().len(), 1);
    assert_eq!(dump["requests"]["alibaba.trade.fastCreateOrder"], 1);
}

/// A market whose answers to one call are lost, and what it says of the order afterwards.
async fn with_lost_answers(call: &'static str, says: &'static str) -> (Seat, Arc<Mutex<String>>) {
    let state: Arc<Mutex<String>> = Arc::new(Mutex::new(String::new()));
    let told = state.clone();
    let seat = Seat::through(with_past, move |url| {
        let lossy =
            Proxy::start(
                url,
                call,
                move |_, _| {
                    if says.is_empty() { Fault::DropBefore } else { Fault::Says(says) }
                },
            );
        let rewriting = Proxy::start(&lossy.url, "get.buyerView", move |_, _| {
            let state = told.lock().unwrap().clone();
            Doing::Rewrite(Box::new(move |mut answer| {
                if !state.is_empty() {
                    answer["result"]["baseInfo"]["status"] = state.into();
                }
                answer.to_string()
            }))
        });
        let url = rewriting.url.clone();
        std::mem::forget((lossy, rewriting));
        url
    })
    .await;
    seat.syncs().await;
    (seat, state)
}

fn states(seat: &Seat, kind: ActionKind) -> Vec<&'static str> {
    let actions = seat.ledger.actions(&seat.market, &[]).unwrap();
    actions.iter().filter(|action| action.new.kind == kind).map(|action| action.state.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_confirmation_is_settled_by_reading_its_order() {
    for (kind, call, before, after) in [
        (ActionKind::Receive, "receivegoods.confirm", "waitbuyerreceive", "confirm_goods"),
        (ActionKind::Cancel, "trade.cancel", "waitbuyerpay", "cancel"),
    ] {
        let (seat, told) = with_lost_answers(call, "").await;
        let id = seat.desk.orders().unwrap()[0].order_id.clone().unwrap();
        let ask = || async {
            match kind {
                ActionKind::Receive => seat.desk.receive(id.as_str()).await,
                _ => seat.desk.cancel(id.as_str()).await,
            }
        };
        *told.lock().unwrap() = before.to_owned();
        let lost = ask().await.unwrap_err();
        assert!(lost.is_unreachable(), "{lost}");
        assert_eq!(states(&seat, kind), ["unknown"]);
        // The market may still be at it: the first look decides nothing.
        seat.desk.settle().await.unwrap();
        seat.desk.settle().await.unwrap();
        assert_eq!(states(&seat, kind), ["unknown"]);
        *told.lock().unwrap() = after.to_owned();
        seat.desk.settle().await.unwrap();
        assert_eq!(states(&seat, kind), ["done"]);
        // Once more, and this time it never happens.
        *told.lock().unwrap() = before.to_owned();
        ask().await.unwrap_err();
        seat.desk.settle().await.unwrap();
        // A clock on the wall that was set, forward or back, tells nothing about the quiet time.
        for ahead_ms in [3_600_000, -3_600_000] {
            seat.ahead_ms.store(ahead_ms, Ordering::SeqCst);
            seat.desk.settle().await.unwrap();
            assert_eq!(states(&seat, kind), ["done", "unknown"]);
        }
        seat.steady_ms.fetch_add(299, Ordering::SeqCst);
        seat.desk.settle().await.unwrap();
        assert_eq!(states(&seat, kind), ["done", "unknown"]);
        seat.steady_ms.fetch_add(1, Ordering::SeqCst);
        seat.desk.settle().await.unwrap();
        assert_eq!(states(&seat, kind), ["done", "rejected"]);
        let dump = seat.desk.market_ledger(true).await.unwrap();
        let name =
            if kind == ActionKind::Receive { "trade.receivegoods.confirm" } else { "alibaba.trade.cancel" };
        assert_eq!(dump["requests"].get(name), None, "never sent again by itself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_market_refuses_because_it_is_so_already_is_done() {
    let refused = r#"{"success":false,"errorCode":"ORDER_STATUS_ERROR","errorMessage":"x"}"#;
    let (seat, told) = with_lost_answers("receivegoods.confirm", refused).await;
    let id = seat.desk.orders().unwrap()[0].order_id.clone().unwrap();
    *told.lock().unwrap() = "success".to_owned();
    assert_eq!(seat.desk.receive(id.as_str()).await.unwrap().state.as_str(), "done");
    *told.lock().unwrap() = "waitsellersend".to_owned();
    let error = seat.desk.receive(id.as_str()).await.unwrap_err();
    assert_eq!(error.code(), "refused");
    assert!(matches!(seat.desk.receive("n-404").await, Err(DeskError::NoOrder(_))));
}

/// Only an answer about the order itself tells what became of a cancel whose answer was lost.
#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_answer_about_its_order_leaves_a_lost_cancel_unknown() {
    // Key, grant, pace, protocol and nonsense: none of them speaks of the order.
    let unclear = [
        r#"{"error_code":"gw.SignatureInvalid","error_message":"Invalid signature"}"#,
        r#"{"error_code":"gw.APIACLDecline","error_message":"AppKey is not allowed(acl)"}"#,
        r#"{"error_code":"gw.QosAppFrequencyLimit","error_message":"Request frequency limit"}"#,
        r#"{"error_code":"gw.APIUnsupported","error_message":"Unsupported API"}"#,
        r#"{"success":"true","result":{"baseInfo":"#,
        "<html>502</html>",
    ];
    let answer: Arc<Mutex<&'static str>> = Arc::new(Mutex::new(""));
    let told = answer.clone();
    let seat = Seat::through(with_past, move |url| {
        let lossy = Proxy::start(url, "trade.cancel", |_, _| Fault::DropBefore);
        let unclear = Proxy::start(&lossy.url, "get.buyerView", move |_, _| match *told.lock().unwrap() {
            "" => Fault::Pass,
            answer => Fault::Says(answer),
        });
        let url = unclear.url.clone();
        std::mem::forget((lossy, unclear));
        url
    })
    .await;
    seat.syncs().await;
    let to_pay = seat.desk.orders().unwrap().into_iter().find(|order| order.state.as_str() == "to_pay");
    let id = to_pay.unwrap().order_id.unwrap();
    seat.desk.cancel(id.as_str()).await.unwrap_err();
    assert_eq!(states(&seat, ActionKind::Cancel), ["unknown"]);
    // The first look said that it stands as it did: a second one like it, later, would settle the matter.
    seat.desk.settle().await.unwrap();
    for said in unclear {
        *answer.lock().unwrap() = said;
        seat.steady_ms.fetch_add(1_000, Ordering::SeqCst);
        // Whatever else settling says of the market: of this cancel nothing is known.
        let _ = seat.desk.settle().await;
        assert_eq!(states(&seat, ActionKind::Cancel), ["unknown"], "{said}");
    }
    // And it is not stuck: the next clear answer settles it.
    *answer.lock().unwrap() = "";
    seat.desk.settle().await.unwrap();
    assert_eq!(states(&seat, ActionKind::Cancel), ["rejected"]);
}

/// What is switched off while the cart's details are read is obeyed at once, and nothing is lost by it.
#[tokio::test(flavor = "multi_thread")]
async fn going_offline_while_details_are_read_sends_nothing_and_keeps_the_cart() {
    let desk: Arc<std::sync::OnceLock<Desk>> = Arc::default();
    let switched = desk.clone();
    let details = Arc::new(AtomicU64::new(0));
    let counted = details.clone();
    let seat = Seat::through(
        |options| options.plain = true,
        move |url| {
            let proxy = Proxy::start(url, "queryProductDetail", move |_, _| {
                // None of them comes before the cart asks for it.
                let Some(desk) = switched.get() else { return Fault::DropBefore };
                counted.fetch_add(1, Ordering::SeqCst);
                desk.set_offline(true);
                Fault::Pass
            });
            let url = proxy.url.clone();
            std::mem::forget(proxy);
            url
        },
    )
    .await;
    let few = SyncOptions { limit: Some(5), ..SyncOptions::default() };
    assert!(seat.desk.sync(&few, |_| {}).await.is_err(), "rows without details");
    let request = pifa::domain::search::SearchRequest {
        quantity: Quantity::whole(600),
        limit: 400,
        ..Default::default()
    };
    let rows = seat.desk.search(&request).unwrap().rows;
    let only_rows: Vec<_> = rows
        .iter()
        .filter(|row| row.offer.completeness == pifa::domain::offer::Completeness::Row)
        .take(3)
        .collect();
    assert_eq!(only_rows.len(), 3, "of {} rows", rows.len());
    for row in &only_rows {
        seat.desk.cart_add(&row.offer.key, None, Quantity::whole(600)).unwrap();
    }
    assert!(desk.set(seat.desk.clone()).is_ok());
    let report = seat.desk.submit(None, &SubmitOptions::default()).await.unwrap();
    assert_eq!(details.load(Ordering::SeqCst), 1, "nothing more was asked once it was switched off");
    assert!(report.orders.is_empty() && report.blocked.is_some(), "{report:?}");
    assert_eq!(seat.desk.cart().unwrap().line_count(), 3);
    seat.desk.set_offline(false);
    let dump = seat.desk.market_ledger(false).await;
    assert!(dump.is_err() || dump.unwrap()["orders"].as_array().unwrap().is_empty());
}
