//! Money that moves, visibly not real: links only for a total that was agreed to, re-pricing sellers, goods on their
//! way, the end of an order by the market's clock, and the same from the command line.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use pifa::domain::money::Money;
use pifa::domain::order::{Order, OrderState};
use pifa::procure::{DeskError, Policy, SubmitOptions, SyncOptions};
use serde_json::Value;

use crate::bench::{Buyer, Said};
use crate::following::{Seat, with_past};
use crate::job::text;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn id_of(order: &Order) -> String {
    order.order_id.clone().unwrap().to_string()
}

/// A seat whose sellers re-price every unpaid order, and one placed order.
async fn with_order(reprice: u32) -> (Seat, Order) {
    let seat = Seat::new(|options| options.reprice_percent = reprice).await;
    seat.syncs().await;
    seat.fills_cart();
    let placed = seat.submits().await;
    let order = placed.into_iter().next().unwrap();
    assert!(order.state.as_str().starts_with("to_pay"), "{order:?}");
    (seat, order)
}

async fn link_requests(seat: &Seat) -> u64 {
    let dump = seat.desk.market_ledger(true).await.unwrap();
    dump["requests"]["alibaba.alipay.url.get"].as_u64().unwrap_or(0)
}

/// Moves the clock until the total of the order is another, and its freight is set.
async fn repriced(seat: &Seat, id: &str) -> (Money, Money) {
    for _ in 0..24 {
        seat.desk.move_clock(Duration::from_secs(30 * 60)).await.unwrap();
        let check = seat.desk.check_pay(id).await.unwrap();
        if check.is_changed() && check.order.state.as_str() == OrderState::ToPay.as_str() {
            return (check.accepted.unwrap(), check.order.total.unwrap());
        }
    }
    panic!("the seller never changed the price");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repriced_order_is_paid_only_after_the_change_was_accepted() {
    let (seat, order) = with_order(100).await;
    let id = id_of(&order);
    let confirmed = order.total.unwrap();
    let (old, new) = repriced(&seat, &id).await;
    assert_eq!(old, confirmed, "what was confirmed is what was agreed to");
    // Neither reading it again nor a sync is an agreement.
    seat.desk.refresh_orders().await.unwrap();
    assert_eq!(seat.desk.check_pay(&id).await.unwrap().accepted, Some(old));
    match seat.desk.pay(&id, old).await {
        Err(DeskError::Repriced { order, old: was, new: is }) => {
            assert_eq!((order.as_str(), was, is), (id.as_str(), old, new));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(link_requests(&seat).await, 0, "no link was asked for");
    let link = seat.desk.pay(&id, new).await.unwrap();
    assert!(link.url.starts_with(&format!("{}/cashier/", seat.running.url)), "{}", link.url);
    assert_eq!((link.orders[0].as_str(), link.failed.len()), (id.as_str(), 0));
    let check = seat.desk.check_pay(&id).await.unwrap();
    assert_eq!((check.accepted, check.is_changed()), (Some(new), false));
    let dump = seat.desk.market_ledger(false).await.unwrap();
    assert_eq!(dump["orders"][0]["total"].as_str().unwrap(), new.to_string(), "to the fen");
    // By our own number it is the same order.
    let number = order.out_order_id.unwrap();
    assert_eq!(seat.desk.check_pay(number.as_str()).await.unwrap().order.total, Some(new));
}

/// Between the question and the yes the carrier got dearer: nothing holds the order back, but nobody agreed to that.
#[tokio::test(flavor = "multi_thread")]
async fn a_freight_that_rose_after_the_yes_is_not_what_was_agreed_to() {
    let seat = Seat::new(|options| options.reprice_percent = 0).await;
    seat.syncs().await;
    seat.fills_cart();
    let mut shown = seat.desk.propose().await.unwrap();
    let one: Money = "1.00".parse().unwrap();
    for order in &mut shown.orders {
        order.freight = order.freight.map(|freight| freight - one);
        order.payable = order.payable - one;
    }
    let report = seat.desk.submit(Some(&shown), &SubmitOptions::default()).await.unwrap();
    assert_eq!((report.blocked, report.orders.len()), (None, shown.orders.len()));
    for order in report.orders {
        let confirmed =
            shown.orders.iter().find(|shown| Some(&shown.supplier_id) == order.supplier_id.as_ref());
        let confirmed = confirmed.unwrap().payable;
        assert_eq!(order.total, Some(confirmed + one), "the market's word is what it costs");
        let check = seat.desk.check_pay(&id_of(&order)).await.unwrap();
        assert_eq!((check.accepted, check.is_changed()), (Some(confirmed), true));
        if check.order.state.as_str() == OrderState::ToPay.as_str() {
            let refused = seat.desk.pay(&id_of(&order), confirmed).await.unwrap_err();
            assert!(matches!(refused, DeskError::Repriced { .. }), "{refused:?}");
        }
    }
    assert_eq!(link_requests(&seat).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_sends_what_it_was_asked_about_and_no_held_order_beside_it() {
    let seat = Seat::new(|_| {}).await;
    seat.syncs().await;
    seat.fills_cart();
    seat.desk.set_offline(true);
    // A cap nothing keeps: what was queued is held as soon as it could go.
    let policy = Policy { max_freight: Some("-1.00".parse().unwrap()), ..Policy::default() };
    seat.desk.submit(None, &SubmitOptions { policy, ..SubmitOptions::default() }).await.unwrap();
    seat.desk.set_offline(false);
    seat.desk.settle().await.unwrap();
    let held = |orders: Vec<Order>| orders.iter().filter(|order| order.state.as_str() == "draft").count();
    assert_eq!(held(seat.desk.outbox().unwrap()), 1);
    seat.fills_cart();
    let shown = seat.desk.propose().await.unwrap();
    let report = seat.desk.submit(Some(&shown), &SubmitOptions::default()).await.unwrap();
    assert_eq!((report.blocked, report.orders.len()), (None, shown.orders.len()), "{:?}", report.orders);
    assert_eq!((held(report.orders), held(seat.desk.outbox().unwrap())), (0, 1));
    // Who submits without being asked, by the policy alone, means those too.
    let again = seat.desk.submit(None, &SubmitOptions::default()).await.unwrap();
    assert_eq!(held(again.orders), 1, "tried, and held again by its own cap");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_travels_arrives_and_is_received() {
    let (seat, order) = with_order(0).await;
    let id = id_of(&order);
    while seat.desk.check_pay(&id).await.unwrap().order.state.as_str()
        == OrderState::ToPayFreightOpen.as_str()
    {
        let open = seat.desk.pay(&id, order.total.unwrap()).await.unwrap_err();
        assert_eq!(open.code(), "freight_open");
        seat.desk.move_clock(Duration::from_secs(3600)).await.unwrap();
    }
    assert!(seat.desk.shipments(&id).await.unwrap().is_empty());
    let early = seat.desk.receive(&id).await.unwrap_err();
    assert_eq!(early.code(), "refused", "nothing was shipped");
    let paid = seat.desk.sandbox_pay(&id).await.unwrap();
    assert_eq!((paid.state.as_str(), paid.pay_by), (OrderState::ToShip.as_str(), None));
    let twice = seat.desk.pay(&id, paid.total.unwrap()).await.unwrap_err();
    assert_eq!(twice.code(), "not_to_pay");
    let mut now = seat.desk.fetch_order(&id).await.unwrap();
    for _ in 0..60 {
        if now.state.as_str() == OrderState::Shipped.as_str() {
            break;
        }
        seat.desk.move_clock(DAY / 4).await.unwrap();
        now = seat.desk.fetch_order(&id).await.unwrap();
    }
    assert_eq!(now.state.as_str(), OrderState::Shipped.as_str());
    assert!(now.confirms_at().unwrap() > seat.desk.market_now(), "by the market's clock it is still to come");
    seat.desk.move_clock(DAY).await.unwrap();
    let shipments = seat.desk.shipments(&id).await.unwrap();
    assert!(!shipments[0].bill_no.is_empty() && !shipments[0].steps.is_empty(), "{shipments:?}");
    assert!(shipments[0].steps.is_sorted_by_key(|step| step.at));
    let done = seat.desk.receive(&id).await.unwrap();
    assert_eq!(done.state.as_str(), OrderState::Done.as_str());
    // Once more is no failure: it is so already.
    assert_eq!(seat.desk.receive(&id).await.unwrap().state.as_str(), OrderState::Done.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_was_lost_before_the_clock_moved_is_found_after() {
    use crate::bench::{Fault, Proxy};
    let kept: std::sync::Mutex<Option<Proxy>> = std::sync::Mutex::default();
    let seat = Seat::through(
        |_| {},
        |url| {
            // No answer to a create ever arrives.
            let lossy = Proxy::start(url, "com.alibaba.trade", |path, _| {
                if path.contains("fastCreateOrder") { Fault::DropAfter } else { Fault::Pass }
            });
            let url = lossy.url.clone();
            *kept.lock().unwrap() = Some(lossy);
            url
        },
    )
    .await;
    seat.syncs().await;
    seat.fills_cart();
    seat.desk.move_clock(9 * DAY).await.unwrap();
    let days_ahead = || (seat.desk.clock_offset().as_secs() + 60) / (24 * 3600);
    assert_eq!(days_ahead(), 9);
    let placed = seat.submits().await;
    assert!(placed[0].state.as_str().starts_with("to_pay"), "{placed:?}");
    seat.desk.move_clock(DAY).await.unwrap();
    seat.desk.settle().await.unwrap();
    let dump = seat.desk.market_ledger(false).await.unwrap();
    assert_eq!(dump["orders"].as_array().unwrap().len(), 1);
    let order = seat.desk.order(placed[0].out_order_id.as_ref().unwrap().as_str()).unwrap();
    let ahead = order.created_at.duration_since(seat.desk.now()).as_hours();
    assert!((9 * 24 - 1..=9 * 24).contains(&ahead), "its time is the market's: {ahead}");
    let capabilities = seat.desk.capabilities().await.unwrap();
    assert!(capabilities.clock && capabilities.clock_offset.is_some());
    assert_eq!(days_ahead(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_holds_what_waits_for_the_buyer() {
    let seat = Seat::new(with_past).await;
    seat.desk.sync(&SyncOptions::default(), |_| {}).await.unwrap();
    let orders = seat.desk.orders().unwrap();
    let of = |state: OrderState| orders.iter().filter(|order| order.state.as_str() == state.as_str()).count();
    assert!(of(OrderState::ToPay) >= 1 && of(OrderState::ToPayFreightOpen) >= 1, "{:?}", orders.len());
    assert!(orders.iter().any(Order::is_short), "one came short");
    let near = orders.iter().filter_map(Order::confirms_at);
    assert!(near.into_iter().any(|at| at.duration_since(seat.desk.market_now()).as_hours() <= 6 * 24));
    let to_pay = orders.iter().find(|order| order.state.as_str() == OrderState::ToPay.as_str()).unwrap();
    assert!(to_pay.pay_by.is_some_and(|at| at > seat.desk.market_now()));
    assert!(to_pay.seller_login.is_some());
    // First seen here: what is shown is what is agreed to.
    let check = seat.desk.check_pay(&id_of(to_pay)).await.unwrap();
    assert_eq!((check.accepted, check.is_changed()), (to_pay.total, false));
}

/// What a browser gets.
fn page(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The command line of a buyer at a seat's market, with a data folder of its own.
fn says(seat: &Seat, buyer: &Buyer, arguments: &[&str]) -> Said {
    let mut command = buyer.command();
    command
        .env("PIFA_MARKET", &seat.running.url)
        .env("PIFA_APP_KEY", &seat.running.app_key)
        .env("PIFA_APP_SECRET", &seat.running.app_secret)
        .env("PIFA_ACCESS_TOKEN", &seat.running.access_token)
        .args(arguments);
    Said::of(&mut command)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_shows_a_changed_total_before_any_link() {
    let (seat, order) = with_order(100).await;
    let (id, old) = (id_of(&order), order.total.unwrap().to_string());
    let buyer = Buyer::embedded();
    let does = |arguments: &[&str]| says(&seat, &buyer, arguments).exits(0).json();
    // Another machine of the same account: it sees the total for the first time.
    does(&["sync", "--limit", "1"]);
    let mut refused = Value::Null;
    for _ in 0..16 {
        seat.desk.move_clock(Duration::from_secs(30 * 60)).await.unwrap();
        let said = says(&seat, &buyer, &["order", "pay", &id]);
        if said.code == 6 {
            assert!(said.err.contains(&id) && said.err.contains(&old), "{}", said.err);
            refused = said.json();
            break;
        }
        assert!(matches!(said.code, 0 | 1), "{said:?}");
    }
    assert_eq!((&refused["pay_url"], text(&refused["accepted_total"])), (&Value::Null, old.as_str()));
    let new = text(&refused["total"]).to_owned();
    assert_ne!(new, old);
    // Another total than the one there is, is another refusal.
    let wrong = says(&seat, &buyer, &["order", "pay", &id, "--accept", "0.01"]).exits(6).json();
    assert_eq!((text(&wrong["total"]), &wrong["pay_url"]), (new.as_str(), &Value::Null));
    let told = says(&seat, &buyer, &["--lang", "zh-CN", "order", "pay", &id]).exits(6);
    assert!(told.err.contains("金额变了"), "{}", told.err);
    let paid = does(&["order", "pay", &id, "--accept", &new]);
    assert_eq!((text(&paid["total"]), text(&paid["order_id"])), (new.as_str(), id.as_str()));
    let url = text(&paid["pay_url"]);
    assert!(url.starts_with(&seat.running.url), "{url}");
    let cashier = page(url);
    assert!(cashier.contains("SANDBOX") && cashier.contains(&new), "{cashier}");
    let listed = does(&["order", "list"]);
    let order = &listed["orders"][0];
    assert_eq!((text(&order["total"]), &order["short"]), (new.as_str(), &Value::Bool(false)));
    assert!(order["pay_by"].is_string() && order["confirms_at"].is_null(), "{order}");
    assert_eq!(does(&["order", "track", &id])["shipments"], Value::Array(vec![]));
    says(&seat, &buyer, &["order", "receive", &id]).fails(1);
    says(&seat, &buyer, &["--offline", "order", "pay", &id]).fails(5);
    says(&seat, &buyer, &["order", "pay", "404404"]).fails(3);
}

#[test]
fn the_command_line_lists_deals_and_orders_again() {
    let buyer = Buyer::filled();
    let listed = buyer.does(&["order", "list"]);
    let past = listed["orders"].as_array().unwrap();
    assert_eq!(past.len(), 14);
    let large = past.iter().max_by_key(|order| order["lines"].as_array().unwrap().len()).unwrap();
    let again = buyer.does(&["reorder", text(&large["order_id"])]);
    let (lines, unresolved) = (again["lines"].as_array().unwrap(), again["unresolved"].as_array().unwrap());
    assert!(lines.len() + unresolved.len() <= large["lines"].as_array().unwrap().len());
    assert!(unresolved.iter().all(|line| ["gone", "unknown_spec"].contains(&text(&line["reason"]))));
    buyer.does(&["cart", "undo"]);
    assert_eq!(buyer.does(&["cart", "list"])["suppliers"], Value::Array(vec![]));
    buyer.says(&["reorder", "404404"]).fails(3);
    let all = buyer.does(&["deals"]);
    assert!(!all["groups"].as_array().unwrap().is_empty() && !all["deals"].as_array().unwrap().is_empty());
    let flash = buyer.does(&["deals", "--kind", "flash"]);
    assert!(flash["deals"].as_array().unwrap().iter().all(|deal| deal["kind"] == "flash"));
    assert_eq!(flash["groups"], Value::Array(vec![]));
    let offline = buyer.does(&["--offline", "deals", "--kind", "flash"]);
    assert_eq!((&offline["deals"], &offline["as_of"]), (&flash["deals"], &flash["as_of"]));
}
