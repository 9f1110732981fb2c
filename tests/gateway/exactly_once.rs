//! Exactly once where it is hardest: windows that edit while another sends, clocks that jump, answers that
//! settle nothing, and intents that must neither be forgotten nor come back when nobody expects them.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pifa::domain::cart::Rules;
use pifa::domain::id::{MarketId, OutOrderId};
use pifa::domain::quantity::Quantity;
use pifa::procure::{Blocked, Catalog, Credentials, Desk, DeskParts, Gateway, Ledger, SubmitOptions};
use serde_json::Value;

use crate::bench::{Buyer, Fault, Proxy, Sandbox, hurried, seed};
use crate::following::steady_at;
use crate::job::{number, pick, same_order, strict, text};

fn market() -> Sandbox {
    Sandbox::start(&["--seed", &seed().to_string(), "--offers", "400"])
}

fn orders(document: &Value) -> &Vec<Value> {
    document["orders"].as_array().unwrap()
}

/// A filled buyer with one orderable line in the cart.
fn with_line(buyer: &Buyer) -> (String, u64) {
    buyer.does(&["sync"]);
    let (line, shown) = pick(buyer, strict);
    let moq = number(&shown["moq"]);
    buyer.does(&["cart", "add", &line, &moq.to_string()]);
    (line, moq)
}

/// A second one, of another supplier.
fn add_of_another_supplier(buyer: &Buyer) {
    let cart = buyer.does(&["cart", "list"]);
    let taken: Vec<&str> =
        cart["suppliers"].as_array().unwrap().iter().map(|part| text(&part["supplier_id"])).collect();
    let (line, shown) = pick(buyer, |shown| strict(shown) && !taken.contains(&text(&shown["supplier_id"])));
    buyer.does(&["cart", "add", &line, &shown["moq"].to_string()]);
}

/// A desk in this process over a buyer's data folder, with a clock that can be moved.
struct Window {
    desk: Desk,
    ledger: Ledger,
    market: MarketId,
    ahead_ms: Arc<AtomicI64>,
    /// What quiet times are measured with: it stands until it is moved.
    steady_ms: Arc<AtomicU64>,
}

impl Window {
    fn open(buyer: &Buyer, sandbox: &Sandbox, url: &str, quiet: Duration) -> Window {
        let ready = |field: &str| text(&sandbox.ready[field]).to_owned();
        let credentials = Credentials {
            app_key: ready("app_key"),
            app_secret: ready("app_secret"),
            access_token: Some(ready("access_token")),
        };
        let market = MarketId::new(&ready("market_id"));
        let ledger = Ledger::open(&buyer.data_dir().join("ledger.db")).unwrap();
        let catalog = buyer.data_dir().join("markets").join(market.as_str()).join("catalog.db");
        assert!(catalog.exists(), "{}", catalog.display());
        let ahead_ms = Arc::new(AtomicI64::new(0));
        let steady_ms = Arc::new(AtomicU64::new(0));
        let (moved, count) = (ahead_ms.clone(), AtomicU64::new(0));
        let folder = buyer.data_dir().display().to_string();
        let desk = Desk::new(DeskParts {
            catalog: Catalog::open(&catalog).unwrap(),
            ledger: ledger.clone(),
            market_id: market.clone(),
            gateway: Some(Gateway::new(credentials, hurried(url)).unwrap()),
            sandbox: false,
            history: pifa::procure::History::in_memory(),
            searches: std::env::temp_dir().join("never"),
            lease: buyer.data_dir().join("sender.lock"),
            rules: Rules::default(),
            quiet,
            clock: Arc::new(move || {
                Timestamp::now() + SignedDuration::from_millis(moved.load(Ordering::SeqCst))
            }),
            steady: steady_at(&steady_ms),
            numbers: Arc::new(move || {
                OutOrderId::new(&format!("{folder}-{}", count.fetch_add(1, Ordering::SeqCst)))
            }),
        });
        Window { desk, ledger, market, ahead_ms, steady_ms }
    }

    fn moves_clock(&self, seconds: i64) {
        self.ahead_ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Time passes, for whoever looks at the wall too.
    fn waits(&self, seconds: u64) {
        self.steady_ms.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.moves_clock(seconds as i64);
    }

    async fn submits(&self) -> Vec<String> {
        let report = self.desk.submit(None, &SubmitOptions::default()).await.unwrap();
        report.orders.iter().map(|order| order.state.as_str().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_does_not_cut_the_quiet_time_short() {
    let market = market();
    let proxy = Proxy::start(market.url(), "fastCreateOrder", |_, before| {
        if before == 0 { Fault::DropBefore } else { Fault::Pass }
    });
    let buyer = Buyer::at(&market);
    with_line(&buyer);
    let window = Window::open(&buyer, &market, &proxy.url, Duration::from_secs(60));
    assert_eq!(window.submits().await, ["unknown"]);
    // A few seconds of it would be waited for on the spot.
    for set in [-3600, 2 * 3600, -3600] {
        window.moves_clock(set);
        assert_eq!(window.submits().await, ["unknown"]);
        assert_eq!(proxy.hits(), 1, "nobody knows that a minute has passed");
    }
    window.waits(54);
    assert_eq!(window.submits().await, ["unknown"]);
    // And it does not wait for any clock on the wall either.
    window.waits(6);
    let placed = window.submits().await;
    assert!(placed[0].starts_with("to_pay"), "{placed:?}");
    assert_eq!((proxy.hits(), orders(&market.ledger()).len()), (2, 1));
}

/// Another process has only the wall's clock: one that was set back counts as no waiting.
#[tokio::test(flavor = "multi_thread")]
async fn between_two_processes_the_quiet_time_is_by_the_wall_and_a_clock_set_back_begins_it_anew() {
    let market = market();
    let proxy = Proxy::start(market.url(), "fastCreateOrder", |_, before| {
        if before == 0 { Fault::DropBefore } else { Fault::Pass }
    });
    let buyer = Buyer::at(&market);
    with_line(&buyer);
    let open = || Window::open(&buyer, &market, &proxy.url, Duration::from_secs(60));
    let first = open();
    assert_eq!(first.submits().await, ["unknown"]);
    drop(first);
    let set_back = open();
    set_back.moves_clock(-3600);
    assert_eq!(set_back.submits().await, ["unknown"]);
    drop(set_back);
    assert_eq!(proxy.hits(), 1);
    // A minute after that look, by the wall.
    let later = open();
    later.moves_clock(-3600 + 61);
    let placed = later.submits().await;
    assert!(placed[0].starts_with("to_pay"), "{placed:?}");
    assert_eq!((proxy.hits(), orders(&market.ledger()).len()), (2, 1));
}

/// Each try that did not leave measures a rise from what the buyer was shown, and not from the try before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_creeps_up_over_several_tries_is_held() {
    let market = market();
    let percent = Arc::new(AtomicU64::new(100));
    let risen = percent.clone();
    let dearer = Proxy::start(market.url(), "createOrder.preview", move |_, _| {
        let risen = risen.load(Ordering::SeqCst);
        crate::bench::Doing::Rewrite(Box::new(move |mut answer| {
            raise(&mut answer, risen);
            answer.to_string()
        }))
    });
    // It asks to slow down: judged before anything is done, so the order waits.
    let busy = r#"{"error_code":"gw.QosAppFrequencyLimit","error_message":"Request frequency limit"}"#;
    let proxy = Proxy::start(&dearer.url, "fastCreateOrder", move |_, _| Fault::Says(busy));
    let buyer = Buyer::at(&market);
    with_line(&buyer);
    let window = Window::open(&buyer, &market, &proxy.url, Duration::ZERO);
    let confirmed = window.desk.propose().await.unwrap();
    let policy = pifa::procure::Policy { accept_drift_percent: 5.into(), max_freight: None };
    let options = SubmitOptions { policy, ..SubmitOptions::default() };
    percent.store(104, Ordering::SeqCst);
    let report = window.desk.submit(Some(&confirmed), &options).await.unwrap();
    assert_eq!(report.orders[0].state.as_str(), "queued", "{report:?}");
    let tried = proxy.hits();
    assert!(tried > 0);
    // 8 % over what was confirmed, and under 4 % over the last try.
    percent.store(108, Ordering::SeqCst);
    let report = window.desk.settle().await.unwrap();
    assert_eq!(report[0].state.as_str(), "draft", "{report:?}");
    assert_eq!(proxy.hits(), tried, "nothing more was sent");
    assert!(report[0].reason.as_ref().unwrap().as_str().contains("over the accepted 5 %"), "{report:?}");
}

/// Makes everything a preview says of goods dearer.
fn raise(answer: &mut Value, percent: u64) {
    match answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                let sum = matches!(
                    name.as_str(),
                    "amount" | "finalUnitPrice" | "sumPaymentNoCarriage" | "sumPayment"
                );
                match value.as_f64().filter(|_| sum && value.is_number()) {
                    Some(number) if value.is_i64() => {
                        *value = ((number * percent as f64 / 100.0).round() as i64).into();
                    }
                    Some(number) => *value = (number * percent as f64 / 100.0).into(),
                    None => raise(value, percent),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| raise(item, percent)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_confirmed_is_sent_and_where_it_was_confirmed_to() {
    let market = market();
    let buyer = Buyer::at(&market);
    let (_, moq) = with_line(&buyer);
    let window = Window::open(&buyer, &market, market.url(), Duration::ZERO);
    let confirmed = window.desk.propose().await.unwrap();
    let line = confirmed.orders[0].lines[0].line_id.unwrap();
    // Another window doubles the line while this one waits for its turn.
    window.desk.cart_set(line, Quantity::whole(2 * moq as u32)).unwrap();
    let report = window.desk.submit(Some(&confirmed), &SubmitOptions::default()).await.unwrap();
    assert_eq!(report.blocked, Some(Blocked::CartChanged));
    assert!(orders(&market.ledger()).is_empty());
    window.desk.cart_set(line, Quantity::whole(moq as u32)).unwrap();
    // Another window chooses another address.
    let other = window.desk.addresses().unwrap().into_iter().find(|a| a.id != confirmed.address.id).unwrap();
    window.desk.use_address(&other.id).unwrap();
    let report = window.desk.submit(Some(&confirmed), &SubmitOptions::default()).await.unwrap();
    assert_eq!((report.blocked, report.orders.len()), (None, 1));
    let action = window.ledger.actions(&window.market, &[]).unwrap().pop().unwrap();
    assert_eq!(action.new.address.unwrap().id, confirmed.address.id);
    assert!(action.body.unwrap().contains(&confirmed.address.id));
}

/// Edits the cart in the middle of a submit: after the market has quoted, before the order is written.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_edited_while_it_is_being_quoted_stays_in_the_cart_as_edited() {
    let market = market();
    let buyer = Buyer::at(&market);
    let (_, moq) = with_line(&buyer);
    let edit: Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>> = Arc::default();
    let waiting = edit.clone();
    let proxy = Proxy::start(market.url(), "createOrder.preview", move |_, _| {
        if let Some(edit) = waiting.lock().unwrap().take() {
            edit();
        }
        Fault::Pass
    });
    let window = Window::open(&buyer, &market, &proxy.url, Duration::ZERO);
    let line = window.ledger.cart_lines(&window.market).unwrap()[0].id;
    let (desk, wanted) = (window.desk.clone(), Quantity::whole(3 * moq as u32));
    *edit.lock().unwrap() = Some(Box::new(move || desk.cart_set(line, wanted).unwrap()));
    let report = window.desk.submit(None, &SubmitOptions::default()).await.unwrap();
    assert_eq!((report.blocked, report.orders.len()), (Some(Blocked::CartChanged), 0));
    assert!(orders(&market.ledger()).is_empty());
    assert_eq!(window.ledger.cart_lines(&window.market).unwrap()[0].quantity, wanted);
    window.submits().await;
    assert_eq!(number(&orders(&market.ledger())[0]["lines"][0]["quantity"]), 3 * moq);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_that_has_grown_old_behind_other_orders_is_asked_for_again() {
    let market = market();
    let buyer = Buyer::at(&market);
    with_line(&buyer);
    add_of_another_supplier(&buyer);
    let (quotes, clock) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(None::<Arc<AtomicI64>>)));
    let (counted, moved) = (quotes.clone(), clock.clone());
    let proxy = Proxy::start(market.url(), "rder", move |path, _| {
        if path.contains("createOrder.preview") {
            counted.fetch_add(1, Ordering::SeqCst);
        } else if path.contains("fastCreateOrder") {
            // Every create takes a minute.
            moved.lock().unwrap().as_ref().unwrap().fetch_add(60_000, Ordering::SeqCst);
        }
        Fault::Pass
    });
    let window = Window::open(&buyer, &market, &proxy.url, Duration::ZERO);
    *clock.lock().unwrap() = Some(window.ahead_ms.clone());
    assert_eq!(window.submits().await.len(), 2);
    assert_eq!((quotes.load(Ordering::SeqCst), orders(&market.ledger()).len()), (3, 2));
}

#[test]
fn a_token_that_ran_out_neither_hides_the_cart_nor_loses_anything() {
    let market = market();
    let buyer = Buyer::at(&market);
    with_line(&buyer);
    let expired =
        buyer.command().env("PIFA_ACCESS_TOKEN", "ran-out").args(["order", "submit"]).output().unwrap();
    let said = String::from_utf8_lossy(&expired.stderr).into_owned();
    assert_eq!(expired.status.code(), Some(1), "{said}");
    assert!(said.contains("\"unauthorized\"") && !said.contains("ran-out"), "{said}");
    let cart = buyer.does(&["cart", "list"]);
    assert_eq!(cart["suppliers"].as_array().unwrap().len(), 1, "{cart}");
    buyer.does(&["order", "submit"]);
    assert_eq!(orders(&market.ledger()).len(), 1);
}

#[test]
fn orders_placed_before_the_token_ran_out_are_told() {
    let market = market();
    let refuse = Arc::new(AtomicBool::new(true));
    let refusing = refuse.clone();
    let proxy = Proxy::start(market.url(), "fastCreateOrder", move |_, before| {
        if before > 0 && refusing.load(Ordering::SeqCst) {
            Fault::Says(r#"{"error_code":"401","error_message":"Request need user authorized"}"#)
        } else {
            Fault::Pass
        }
    });
    let buyer = Buyer::through(&market, &proxy.url);
    with_line(&buyer);
    add_of_another_supplier(&buyer);
    let ended = buyer.says(&["order", "submit"]).exits(1);
    assert!(ended.err.contains("\"unauthorized\""), "{}", ended.err);
    let told = ended.json();
    let states: Vec<&str> = orders(&told).iter().map(|order| text(&order["state"])).collect();
    assert!(states[0].starts_with("to_pay") && states[1] == "queued", "{states:?}");
    same_order(&told["orders"][0], &market.ledger()["orders"][0]);
    refuse.store(false, Ordering::SeqCst);
    buyer.does(&["order", "submit"]);
    let books = market.ledger();
    assert_eq!(orders(&books).len(), 2);
    assert_eq!(books["orders"][1]["out_order_id"], told["orders"][1]["out_order_id"]);
}

#[test]
fn an_order_that_cannot_be_looked_up_does_not_hold_up_the_others() {
    let market = market();
    let garbled = Arc::new(AtomicBool::new(false));
    let is_garbled = garbled.clone();
    let lost = AtomicBool::new(false);
    let proxy = Proxy::start(market.url(), "trade.", move |path, _| {
        if path.contains("getBuyerOrderList") && is_garbled.load(Ordering::SeqCst) {
            Fault::Says(r#"{"result":[{"baseInfo":{"status":"waitbuyerpay"}}],"totalRecord":1}"#)
        } else if path.contains("fastCreateOrder") && !lost.swap(true, Ordering::SeqCst) {
            Fault::DropBefore
        } else {
            Fault::Pass
        }
    });
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
    with_line(&buyer);
    garbled.store(true, Ordering::SeqCst);
    let first = buyer.says(&["order", "submit"]).exits(1).json();
    assert_eq!(first["orders"][0]["state"], "unknown");
    add_of_another_supplier(&buyer);
    let second = buyer.says(&["order", "submit"]).exits(1);
    assert!(second.err.contains("\"bad_answer\""), "{}", second.err);
    assert_eq!(orders(&market.ledger()).len(), 1, "the other supplier's order went out");
    garbled.store(false, Ordering::SeqCst);
    buyer.does(&["order", "submit"]);
    let books = market.ledger();
    assert_eq!(orders(&books).len(), 2);
    assert_eq!(books["orders"][1]["out_order_id"], first["orders"][0]["out_order_id"]);
}

#[test]
fn a_list_that_ignores_the_number_proves_nothing_until_it_is_read_to_its_end() {
    let market = market();
    let foreign: Vec<String> = (0..50)
        .map(|id| {
            format!(
                r#"{{"baseInfo":{{"idOfStr":"{}","status":"waitbuyerpay","outOrderId":"other-{id}",
                    "createTime":"20261122083000123+0800"}}}}"#,
                7_000_000 + id
            )
        })
        .collect();
    let page: &'static str = format!(r#"{{"result":[{}],"totalRecord":90000}}"#, foreign.join(",")).leak();
    let busy = Arc::new(AtomicBool::new(false));
    let (is_busy, creates) = (busy.clone(), Arc::new(AtomicU64::new(0)));
    let counted = creates.clone();
    let proxy = Proxy::start(market.url(), "trade.", move |path, _| {
        if path.contains("getBuyerOrderList") && is_busy.load(Ordering::SeqCst) {
            Fault::Says(page)
        } else if path.contains("fastCreateOrder") {
            counted.fetch_add(1, Ordering::SeqCst);
            Fault::DropAfter
        } else {
            Fault::Pass
        }
    });
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
    with_line(&buyer);
    busy.store(true, Ordering::SeqCst);
    let sent = buyer.says(&["order", "submit"]).exits(1).json();
    assert_eq!(sent["orders"][0]["state"], "unknown");
    assert_eq!((creates.load(Ordering::SeqCst), orders(&market.ledger()).len()), (1, 1));
    busy.store(false, Ordering::SeqCst);
    let found = buyer.does(&["order", "submit"]);
    same_order(&found["orders"][0], &market.ledger()["orders"][0]);
    assert_eq!(creates.load(Ordering::SeqCst), 1);
}

#[test]
fn an_order_of_unknown_outcome_can_be_taken_back_without_being_sent() {
    let market = market();
    let deaf = Arc::new(AtomicBool::new(false));
    let is_deaf = deaf.clone();
    let creates = Arc::new(AtomicU64::new(0));
    let counted = creates.clone();
    let proxy = Proxy::start(market.url(), "trade.", move |path, _| {
        if path.contains("fastCreateOrder") {
            counted.fetch_add(1, Ordering::SeqCst);
            Fault::DropBefore
        } else if path.contains("getBuyerOrderList") && is_deaf.load(Ordering::SeqCst) {
            Fault::DropBefore
        } else {
            Fault::Pass
        }
    });
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
    with_line(&buyer);
    deaf.store(true, Ordering::SeqCst);
    let sent = buyer.says(&["order", "submit"]).exits(1).json();
    let order_number = text(&sent["orders"][0]["out_order_id"]);
    buyer.says(&["order", "cancel", order_number]).exits(5);
    deaf.store(false, Ordering::SeqCst);
    let taken = buyer.does(&["order", "cancel", order_number]);
    assert_eq!(taken["orders"][0]["state"], "rejected");
    assert_eq!(buyer.does(&["cart", "list"])["suppliers"].as_array().unwrap().len(), 1);
    assert_eq!((creates.load(Ordering::SeqCst), orders(&market.ledger()).len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_waits_for_whoever_is_sending() {
    let market = market();
    let buyer = Buyer::at(&market);
    with_line(&buyer);
    let window = Window::open(&buyer, &market, market.url(), Duration::ZERO);
    let report = window.desk.submit(None, &SubmitOptions::default()).await.unwrap();
    let id = report.orders[0].order_id.clone().unwrap();
    let sender = std::fs::File::options().append(true).open(buyer.data_dir().join("sender.lock")).unwrap();
    sender.lock().unwrap();
    let (desk, order_id) = (window.desk.clone(), id.to_string());
    let mut cancel = tokio::spawn(async move { desk.cancel(&order_id).await });
    let held_up = tokio::time::timeout(Duration::from_millis(300), &mut cancel).await;
    assert!(held_up.is_err(), "it went out while somebody else was sending");
    assert_eq!(window.desk.outbox().unwrap(), [], "nothing another window could settle meanwhile");
    sender.unlock().unwrap();
    // Too early for the sandbox, and said so: what counts is that it went out now.
    assert!(cancel.await.unwrap().unwrap_err().to_string().contains("CLOSE_ORDER_TOO_FAST"));
}

/// `GROUP[:SPEC]` of an open group and a quantity it takes.
fn open_group(buyer: &Buyer) -> (String, u64) {
    let groups = buyer.does(&["group", "list"]);
    let found = groups["groups"].as_array().unwrap().iter().find_map(|group| {
        let shown = buyer.says(&["show", text(&group["offer_id"])]);
        if group["state"] != "open" || shown.code != 0 {
            return None;
        }
        let shown = shown.json();
        let spec = shown["skus"].as_array().unwrap().iter().max_by_key(|sku| sku["stock"].as_u64());
        let id = text(&group["group_id"]).to_owned();
        let id = spec.map_or(id.clone(), |sku| format!("{id}:{}", text(&sku["spec_id"])));
        shown["purchase_limit"].is_null().then_some((id, shown["lot"].as_u64().unwrap_or(1) * 2))
    });
    found.unwrap()
}

#[test]
fn a_join_whose_answer_was_lost_counts_once_when_it_is_asked_for_again() {
    let market = market();
    let proxy =
        Proxy::start(
            market.url(),
            "group.join",
            |_, before| {
                if before == 0 { Fault::DropAfter } else { Fault::Pass }
            },
        );
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.does(&["sync"]);
    let (id, quantity) = open_group(&buyer);
    buyer.says(&["group", "join", &id, &quantity.to_string()]).exits(5);
    let joined = buyer.does(&["group", "join", &id, &quantity.to_string()]);
    assert_eq!(number(&joined["groups"][0]["my_quantity"]), quantity);
    buyer.does(&["order", "submit"]);
    let joins = market.ledger()["joins"].clone();
    assert_eq!(joins.as_array().unwrap().len(), 1, "{joins}");
    // Asked for once more on purpose, it is more.
    let joined = buyer.does(&["group", "join", &id, &quantity.to_string()]);
    assert_eq!(number(&joined["groups"][0]["my_quantity"]), 2 * quantity);
}

#[test]
fn a_leave_whose_answer_was_lost_does_not_take_a_later_join_back() {
    let market = market();
    let proxy =
        Proxy::start(
            market.url(),
            "group.leave",
            |_, before| {
                if before == 0 { Fault::DropAfter } else { Fault::Pass }
            },
        );
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.does(&["sync"]);
    let (id, quantity) = open_group(&buyer);
    let group = id.split(':').next().unwrap();
    buyer.does(&["group", "join", &id, &quantity.to_string()]);
    buyer.says(&["group", "leave", group]).exits(5);
    buyer.does(&["group", "join", &id, &quantity.to_string()]);
    buyer.does(&["order", "submit"]);
    let shown = buyer.does(&["group", "show", group]);
    assert_eq!(number(&shown["groups"][0]["my_quantity"]), quantity);
}

#[test]
fn a_join_that_was_turned_away_is_not_sent_later_behind_the_buyers_back() {
    let market = market();
    let busy = Arc::new(AtomicBool::new(true));
    let is_busy = busy.clone();
    let proxy = Proxy::start(market.url(), "group.join", move |_, _| {
        if is_busy.load(Ordering::SeqCst) {
            Fault::Says(r#"{"error_code":"gw.QosAppFrequencyLimit","error_message":"too fast"}"#)
        } else {
            Fault::Pass
        }
    });
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let (id, quantity) = open_group(&buyer);
    let window = Window::open(&buyer, &market, &proxy.url, Duration::ZERO);
    let (group, spec) = id.split_once(':').map_or((id.as_str(), None), |(group, spec)| (group, Some(spec)));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let quantity = quantity.to_string().parse().unwrap();
    let (group, spec) = (pifa::domain::id::GroupId::new(group), spec.map(pifa::domain::id::SpecId::new));
    let joined = runtime.block_on(window.desk.join(&group, spec.as_ref(), quantity));
    assert!(joined.unwrap_err().is_unreachable());
    assert_eq!(window.desk.outbox().unwrap(), []);
    busy.store(false, Ordering::SeqCst);
    buyer.does(&["order", "submit"]);
    assert!(market.ledger()["joins"].as_array().unwrap().is_empty());
}

#[test]
fn a_line_whose_supplier_is_not_known_is_named_and_not_passed_over() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300", "--plain"]);
    let proxy = Proxy::start(market.url(), "queryProductDetail", |_, _| Fault::Says(r#"{"result":7}"#));
    let buyer = Buyer::through(&market, &proxy.url);
    // The rows arrive, their details do not.
    buyer.says(&["sync", "--limit", "12"]).exits(1);
    let rows = buyer.does(&["search", "", "--limit", "100"]);
    let row = rows["offers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["supplier_id"].is_null() && !row["unit_price"].is_null() && row["lot"].is_null())
        .unwrap_or_else(|| panic!("{rows}"));
    let quantity = row["moq"].as_u64().unwrap_or(1);
    buyer.does(&["cart", "add", text(&row["offer_id"]), &quantity.to_string()]);
    for arguments in [&["--offline", "order", "submit"][..], &["order", "submit"]] {
        let said = buyer.says(arguments).exits(4).json();
        let violations = said["violations"].as_array().unwrap();
        assert!(violations.iter().any(|violation| violation["kind"] == "unknown_spec"), "{said}");
        assert!(orders(&said).is_empty());
    }
    assert!(orders(&market.ledger()).is_empty());
}

#[test]
fn the_markets_own_words_on_what_it_would_refuse_are_told() {
    let market = market();
    let proxy = Proxy::start(market.url(), "createOrder.preview", |_, _| {
        Fault::Says(r#"{"success":false,"errorCode":"999_123","errorMsg":"今日盘点"}"#)
    });
    let buyer = Buyer::through(&market, &proxy.url);
    with_line(&buyer);
    let said = buyer.says(&["order", "submit"]).exits(4).json();
    assert!(text(&said["reason"]).contains("999_123 今日盘点"), "{said}");
    assert_eq!(buyer.does(&["cart", "list"])["suppliers"].as_array().unwrap().len(), 1);
}
