//! What makes a first start worth looking at, over the socket: a buyer with six months of orders, deals, the best
//! of one category, and a group that crosses its first step while one looks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use pifa::sandbox::Options;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::sandbox::{Market, TRADE, options};

/// 08:30 in Beijing.
const START: &str = "2026-11-22T00:30:00Z";

fn start() -> Timestamp {
    START.parse().unwrap()
}

/// A frozen market of 2,000 offers, so many seconds after the start.
fn at(folder: &Path, seconds: i64) -> Options {
    Options {
        offers: 2_000,
        now: Some(Timestamp::from_second(start().as_second() + seconds).unwrap()),
        speed: Decimal::ZERO,
        ..options(folder)
    }
}

async fn opened(change: impl FnOnce(&mut Options)) -> Market {
    Market::open(|options| {
        *options = at(&options.state, 0);
        change(options);
    })
    .await
}

fn exact(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("no number: {value}"))
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

async fn orders(market: &Market) -> Vec<Value> {
    let (status, body) =
        market.call(TRADE, "alibaba.trade.getBuyerOrderList", &[("page", "1"), ("pageSize", "50")]).await;
    assert_eq!((status, body["totalRecord"].as_u64()), (200, Some(rows(&body["result"]).len() as u64)));
    rows(&body["result"]).to_vec()
}

/// The purchase of fifty lines.
fn big(orders: &[Value]) -> &Value {
    orders.iter().find(|order| rows(&order["productItems"]).len() == 50).unwrap()
}

#[tokio::test]
async fn a_new_marketplace_knows_its_buyer_for_six_months() {
    let market = opened(|_| {}).await;
    let orders = orders(&market).await;
    assert_eq!(orders.len(), 14);
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut created, mut places) = (Vec::new(), BTreeSet::new());
    for order in &orders {
        let base = &order["baseInfo"];
        *states.entry(base["status"].as_str().unwrap()).or_default() += 1;
        created.push(pifa::wire::date::parse(base["createTime"].as_str().unwrap()).unwrap());
        places.insert(order["nativeLogistics"]["city"].as_str().unwrap());
        assert_eq!(base["businessType"], json!("cn"));
        assert_eq!(base["id"].to_string().len(), 19);
        // To the fen, line by line and in all.
        let mut goods = Decimal::ZERO;
        for item in rows(&order["productItems"]) {
            let amount = exact(&item["itemAmount"]);
            assert_eq!(amount, (exact(&item["price"]) * exact(&item["quantity"])).round_dp(2), "{item}");
            goods += amount;
        }
        assert_eq!(goods, exact(&base["sumProductPayment"]));
        let freight = base.get("shippingFee").map_or(Decimal::ZERO, exact);
        assert_eq!(goods + freight, exact(&base["totalAmount"]), "{base}");
    }
    assert_eq!(
        states,
        [("cancel", 1), ("success", 9), ("waitbuyerpay", 2), ("waitbuyerreceive", 1), ("waitsellersend", 1)]
            .into()
    );
    assert_eq!(places, ["广州市", "杭州市", "乌鲁木齐市"].into());
    assert!(created.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    let oldest = (start().as_second() - created.last().unwrap().as_second()) / 86_400;
    assert!((150..184).contains(&oldest), "{oldest} days");
    let day = |order: &Value| {
        let made = pifa::wire::date::parse(order["baseInfo"]["createTime"].as_str().unwrap()).unwrap();
        (start().as_second() + 8 * 3600) / 86_400 - (made.as_second() + 8 * 3600) / 86_400
    };
    assert_eq!(day(big(&orders)), 30);
    let open: Vec<&Value> =
        orders.iter().filter(|order| order["extAttributes"].to_string().contains("postFeeByDesc")).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["baseInfo"]["status"], json!("waitbuyerpay"));
    let to_pay = orders.iter().find(|order| {
        order["baseInfo"]["status"] == json!("waitbuyerpay") && order["baseInfo"].get("shippingFee").is_some()
    });
    let left = to_pay.unwrap()["baseInfo"]["payTimeout"].as_i64().unwrap();
    assert!((36 * 3600..60 * 3600).contains(&left), "{left} s to pay");
}

#[tokio::test]
async fn the_past_stays_out_of_the_books_unless_asked_for_and_is_written_once() {
    let folder = crate::folder::folder().unwrap();
    let market = Market::with(at(folder.path(), 0)).await;
    let dump = market.dump().await;
    assert_eq!(dump["orders"], json!([]));
    let all = market.ext("orders.dump", &[("all", "true")]).await["orders"].clone();
    assert_eq!(rows(&all).len(), 14);
    for order in rows(&all) {
        assert_eq!((&order["create_seq"], &order["out_order_id"]), (&Value::Null, &Value::Null));
        let goods: Decimal = rows(&order["lines"]).iter().map(|line| exact(&line["amount"])).sum();
        assert_eq!(goods, exact(&order["goods"]));
    }
    let offers = market.offers().await;
    // An order that is cancelled gives back what it took: nothing.
    let to_pay = rows(&all)
        .iter()
        .find(|order| order["state"] == json!("waitbuyerpay") && !order["freight"].is_null())
        .unwrap();
    let cancel = [
        ("webSite", "1688"),
        ("tradeID", to_pay["order_id"].as_str().unwrap()),
        ("cancelReason", "buyerCancel"),
    ];
    assert_eq!(market.call(TRADE, "alibaba.trade.cancel", &cancel).await.1, json!({"success": true}));
    let stocks = |offers: &[Value]| offers.iter().map(|offer| offer["stock"].clone()).collect::<Vec<_>>();
    assert_eq!(stocks(&offers), stocks(&market.offers().await));
    // The next create is the first.
    let line = offers.iter().find(|offer| super::sandbox::buyable(offer)).map(super::sandbox::least_line);
    let made = market.create(&json!([line.unwrap()]), "first").await;
    assert_eq!(made["success"], json!(true), "{made}");
    assert_eq!(market.dump().await["orders"][0]["create_seq"], json!(1));
    market.running.stop().await;

    let market = Market::with(at(folder.path(), 60)).await;
    let again = market.ext("orders.dump", &[("all", "true")]).await["orders"].clone();
    let ids = |orders: &Value| rows(orders).iter().map(|o| o["order_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again)[..14], ids(&all));
    assert_eq!(ids(&again).len(), 15);
}

#[tokio::test]
async fn there_is_no_past_where_none_was_asked_for_or_the_world_is_small() {
    for (offers, history) in [(2_000, false), (300, true)] {
        let market = opened(|options| (options.offers, options.history) = (offers, history)).await;
        assert_eq!(orders(&market).await, Vec::<Value>::new());
        assert_eq!(market.ext("orders.dump", &[("all", "true")]).await["orders"], json!([]));
    }
}

/// How a line of the past differs from today's listing, found from the wire alone.
fn moves(items: &[Value], item: &Value, offers: &BTreeMap<String, Value>) -> Vec<&'static str> {
    let Some(offer) = offers.get(&item["productID"].to_string()) else { return vec!["gone"] };
    let skus = rows(&offer["skus"]);
    let sku = skus.iter().find(|sku| sku["spec_id"] == item["specId"]);
    if sku.is_none() && !(skus.is_empty() && item["specId"].is_null()) {
        return vec!["spec"];
    }
    let quantity = exact(&item["quantity"]);
    let total: Decimal = items
        .iter()
        .filter(|other| other["productID"] == item["productID"])
        .map(|other| exact(&other["quantity"]))
        .sum();
    let price_of = |row: &Value| {
        let field = if row["promotion_price"].is_null() { "price" } else { "promotion_price" };
        exact(&row[field])
    };
    let price = if offer["quote_type"] == json!(1) {
        price_of(sku.unwrap())
    } else {
        let reached = |tier: &&Value| exact(&tier["from_quantity"]) <= total;
        let tiers = rows(&offer["tiers"]);
        price_of(tiers.iter().rfind(reached).unwrap_or(&tiers[0]))
    };
    let mut moves = Vec::new();
    if exact(sku.map_or(&offer["stock"], |sku| &sku["stock"])) < quantity {
        moves.push("stock");
    }
    if total < exact(&offer["moq"]) {
        moves.push("moq");
    }
    if !offer["lot"].is_null() && !(quantity % exact(&offer["lot"])).is_zero() {
        moves.push("lot");
    }
    if price != exact(&item["price"]) {
        moves.push("price");
    }
    moves
}

#[tokio::test]
async fn forty_four_lines_can_be_ordered_again_as_they_were_and_six_cannot() {
    for seed in [7, 1688] {
        let market = opened(|options| options.seed = seed).await;
        let offers: BTreeMap<String, Value> = market
            .offers()
            .await
            .into_iter()
            .map(|offer| (offer["offer_id"].as_str().unwrap().to_owned(), offer))
            .collect();
        let orders = orders(&market).await;
        let items = rows(&big(&orders)["productItems"]);
        let line = |item: &Value| json!({"offerId": item["productID"], "specId": item["specId"], "quantity": item["quantity"]});
        let mut shops: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        let mut moved = BTreeMap::new();
        for item in items {
            match moves(items, item, &offers).as_slice() {
                [] => {
                    let offer = &offers[&item["productID"].to_string()];
                    shops.entry(offer["supplier_id"].as_str().unwrap()).or_default().push(item);
                }
                [one] => assert!(moved.insert(*one, item).is_none(), "{one} twice"),
                several => panic!("{several:?}: {item}"),
            }
        }
        assert_eq!(shops.len(), 8);
        assert_eq!(shops.values().map(Vec::len).sum::<usize>(), 44);
        for items in shops.values() {
            let lines: Vec<Value> = items.iter().map(|item| line(item)).collect();
            let quote = market.preview(&json!(lines)).await;
            assert_eq!(quote["success"], json!(true), "{quote}");
            for (item, charged) in items.iter().zip(rows(&quote["orderPreviewResuslt"][0]["cargoList"])) {
                assert_eq!(exact(&charged["finalUnitPrice"]), exact(&item["price"]));
                assert_eq!(exact(&charged["amount"]), exact(&item["itemAmount"]));
            }
        }
        assert_eq!(
            moved.keys().copied().collect::<Vec<_>>(),
            ["gone", "lot", "moq", "price", "spec", "stock"]
        );
        for (kind, item) in moved {
            let quote = market.preview(&json!([line(item)])).await;
            let expected = match kind {
                "gone" => "500_001",
                "lot" => "SANDBOX_LOT",
                "moq" => "500_005",
                "spec" => "500_003",
                "stock" => "500_004",
                _ => {
                    let charged = &quote["orderPreviewResuslt"][0]["cargoList"][0]["finalUnitPrice"];
                    assert!(exact(charged) > exact(&item["price"]), "{quote}");
                    continue;
                }
            };
            assert_eq!(quote["errorCode"], json!(expected), "{item} {quote}");
        }
    }
}

#[tokio::test]
async fn deals_are_listed_by_kind() {
    let market = opened(|_| {}).await;
    let offers = market.offers().await;
    let deals = async |pairs: &[(&str, &str)]| {
        let answer = market.ext("deal.list", pairs).await;
        assert_eq!(answer["server_time"].as_str().unwrap().parse::<Timestamp>().unwrap(), start());
        rows(&answer["deals"]).to_vec()
    };
    let flash = deals(&[("kind", "flash")]).await;
    let discount = deals(&[("kind", "discount")]).await;
    assert_eq!(flash.len(), 16);
    assert!((20..=40).contains(&discount.len()));
    assert_eq!(deals(&[]).await, [&flash[..], &discount[..]].concat());
    let time = |deal: &Value, field: &str| deal[field].as_str().unwrap().parse::<Timestamp>().unwrap();
    for deal in flash.iter().chain(&discount) {
        let offer = offers.iter().find(|offer| offer["offer_id"] == deal["offer_id"]).unwrap();
        let tier = &offer["tiers"][0];
        assert_eq!((&deal["title"], &deal["list_price"]), (&offer["title"], &tier["price"]));
        let promotion = &tier["promotion_price"];
        let charged = if promotion.is_null() { &tier["price"] } else { promotion };
        assert!(exact(&deal["price"]) < exact(charged) && exact(&deal["price"]) > Decimal::ZERO);
        assert!(time(deal, "ends") > time(deal, "starts") && time(deal, "ends") > start());
        assert!(deal["left"].as_i64() <= deal["stock"].as_i64() && deal["limit"].as_i64() >= Some(1));
    }
    // 10:00 and 14:00 in Beijing, still to come.
    let starts: BTreeSet<String> = flash.iter().map(|deal| time(deal, "starts").to_string()).collect();
    assert_eq!(starts.into_iter().collect::<Vec<_>>(), ["2026-11-22T02:00:00Z", "2026-11-22T06:00:00Z"]);
    assert!(flash.iter().all(|deal| deal["left"] == deal["stock"] && deal["kind"] == json!("flash")));
    assert!(discount.iter().all(|deal| time(deal, "starts") <= start()));
    let (status, body) = market.call(super::sandbox::EXT, "deal.list", &[("kind", "group")]).await;
    assert_eq!((status, body["error_code"].as_str()), (400, Some("gw.ParamInvalid")), "{body}");
}

#[tokio::test]
async fn the_best_of_one_category_come_in_the_rows_of_the_catalog() {
    let market = opened(|_| {}).await;
    let offers = market.offers().await;
    let best = market.ext("offer.best", &[("limit", "30")]).await;
    let items = rows(&best["items"]);
    assert_eq!(items.len(), 30);
    assert!(!best["category"].as_str().unwrap().is_empty());
    let sold = |offer: &Value| offer["sold_30d"].as_i64().unwrap();
    assert!(items.windows(2).all(|pair| sold(&pair[0]) >= sold(&pair[1])));
    for item in items {
        assert_eq!(item["category_id"], best["category_id"]);
        // The very row the catalog gives.
        assert_eq!(offers.iter().find(|offer| offer["offer_id"] == item["offer_id"]), Some(item));
    }
    let named: BTreeSet<&str> = items.iter().map(|item| item["supplier_id"].as_str().unwrap()).collect();
    let given: BTreeSet<&str> =
        rows(&best["suppliers"]).iter().map(|row| row["supplier_id"].as_str().unwrap()).collect();
    assert_eq!(named, given);
    let sellable = |offer: &&Value| {
        offer["category_id"] == best["category_id"]
            && offer["kind"] == json!("goods")
            && offer["stock"].as_i64() > Some(0)
    };
    let least = sold(items.last().unwrap());
    assert_eq!(offers.iter().filter(sellable).filter(|offer| sold(offer) > least).count(), {
        items.iter().filter(|item| sold(item) > least).count()
    });
}

#[tokio::test]
async fn a_group_crosses_its_first_step_ninety_seconds_after_the_first_look() {
    let folder = crate::folder::folder().unwrap();
    let mut seen = Vec::new();
    let mut id = String::new();
    for seconds in [0, 0, 45, 89, 90, 3_600, 12 * 3_600] {
        let market = Market::with(at(folder.path(), seconds)).await;
        let listed = market.ext("group.list", &[]).await;
        let first = listed["groups"][0].clone();
        if id.is_empty() {
            first["group_id"].as_str().unwrap().clone_into(&mut id);
            assert_eq!((&first["counts"], &first["state"]), (&json!("people"), &json!("open")));
            let deadline: Timestamp = first["deadline"].as_str().unwrap().parse().unwrap();
            assert!(deadline.as_second() - start().as_second() >= 12 * 3_600);
            for field in ["alone_price", "steps", "minimum", "skus", "stock", "supplier_name", "my_quantity"]
            {
                assert!(!first[field].is_null(), "{field}");
            }
        }
        let got = market.ext("group.get", &[("groupId", &id)]).await["group"].clone();
        if let Some(row) = rows(&listed["groups"]).iter().find(|group| group["group_id"] == json!(id)) {
            assert_eq!(row, &got);
        }
        seen.push((got["participants"].as_i64().unwrap(), got["step"].as_i64().unwrap()));
        market.running.stop().await;
    }
    let people: Vec<i64> = seen.iter().map(|(people, _)| *people).collect();
    assert!(people.is_sorted() && (15..18).contains(&people[0]) && people[0] == people[1], "{people:?}");
    assert_eq!(seen.iter().map(|(_, step)| *step > 0).collect::<Vec<_>>(), {
        [false, false, false, false, true, true, true]
    });
}

#[tokio::test]
async fn a_join_of_ours_counts_once_and_the_group_keeps_its_step_at_the_deadline() {
    let folder = crate::folder::folder().unwrap();
    let market = Market::with(at(folder.path(), 0)).await;
    let group = market.ext("group.list", &[]).await["groups"][0].clone();
    let id = group["group_id"].as_str().unwrap();
    let quantity = group["minimum"].to_string();
    let sku = rows(&group["skus"]).iter().find(|sku| sku["stock"].as_i64() >= group["minimum"].as_i64());
    let spec = sku.map_or("", |sku| sku["spec_id"].as_str().unwrap());
    for join in ["a", "b"] {
        let pairs = [("groupId", id), ("quantity", &quantity), ("joinId", join), ("specId", spec)];
        let joined = market.ext("group.join", &pairs).await["group"].clone();
        assert_eq!(joined["participants"].as_i64(), group["participants"].as_i64().map(|people| people + 1));
    }
    market.running.stop().await;
    let deadline: Timestamp = group["deadline"].as_str().unwrap().parse().unwrap();
    let market = Market::with(at(folder.path(), deadline.as_second() - start().as_second())).await;
    let dump = market.dump().await;
    assert_eq!(rows(&dump["orders"]).len(), 2);
    let closed = market.ext("group.get", &[("groupId", id)]).await["group"].clone();
    assert_eq!(closed["state"], json!("succeeded"));
    assert_eq!(dump["orders"][0]["lines"][0]["unit_price"], closed["step_price"]);
}

#[tokio::test]
async fn two_servers_see_one_opening_group_on_a_running_clock() {
    let folder = crate::folder::folder().unwrap();
    let fast = || Options { speed: Decimal::from(3_600), ..at(folder.path(), 0) };
    let (one, two) = tokio::join!(Market::with(fast()), Market::with(fast()));
    let first = one.ext("group.list", &[]).await["groups"][0].clone();
    let mut last = first["participants"].as_i64().unwrap();
    // A second is an hour here; each look is through the other server, and later: until the group has crossed.
    let begun = std::time::Instant::now();
    for market in [&two, &one].into_iter().cycle() {
        let id = first["group_id"].as_str().unwrap();
        let now =
            market.ext("group.get", &[("groupId", id)]).await["group"]["participants"].as_i64().unwrap();
        assert!(now >= last, "{now} after {last}");
        last = now;
        if last >= 18 {
            break;
        }
        assert!(begun.elapsed().as_secs() < 20, "{last} after twenty hours and more");
    }
}

/// Figures of a release build; run by hand with `--release --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, and means something in a release build only"]
async fn figures_of_a_first_start() {
    for seed in [1688, 1, 2] {
        let folder = crate::folder::folder().unwrap();
        let big = || Options { offers: 20_000, seed, ..options(folder.path()) };
        let began = std::time::Instant::now();
        let market = Market::with(big()).await;
        println!("first start with a past {:?}", began.elapsed());
        for (call, pairs) in [
            ("offer.best", &[("limit", "300")][..]),
            ("offer.best", &[("limit", "300")]),
            ("deal.list", &[]),
            ("group.list", &[("pageSize", "100")]),
        ] {
            let began = std::time::Instant::now();
            let bytes = market.raw(super::sandbox::EXT, call, pairs).await.len();
            println!("{call} {bytes} bytes {:?}", began.elapsed());
        }
        market.running.stop().await;
        let began = std::time::Instant::now();
        Market::with(big()).await;
        println!("second start {:?}", began.elapsed());
    }
}
