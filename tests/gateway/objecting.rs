//! Where the market refuses what the client's own rules allowed: its word counts, the listing is read again, and the
//! difference is told with figures.

use pifa::domain::id::OfferKey;
use pifa::domain::offer::Offer;
use pifa::domain::quantity::Quantity;
use pifa::procure::Catalog;
use serde_json::Value;

use crate::bench::{Buyer, Doing, Proxy, Sandbox, seed};
use crate::job::{number, pick, strict, text};

fn market() -> Sandbox {
    Sandbox::start(&["--seed", &seed().to_string(), "--offers", "400"])
}

/// Makes the buyer's catalog say something else of an offer than the market does.
fn believes(buyer: &Buyer, market: &Sandbox, id: &str, change: impl Fn(&mut Offer)) {
    let folder = buyer.data_dir().join("markets").join(text(&market.ready["market_id"]));
    let catalog = Catalog::open(&folder.join("catalog.db")).unwrap();
    let key: OfferKey = id.parse().unwrap();
    let mut offer = catalog.offer(&key).unwrap().unwrap();
    change(&mut offer);
    catalog.upsert(&[offer], &[]).unwrap();
}

fn kinds(document: &Value) -> Vec<&str> {
    document["violations"].as_array().unwrap().iter().map(|violation| text(&violation["kind"])).collect()
}

#[test]
fn an_old_minimum_is_read_again_and_told_with_what_is_missing() {
    let market = market();
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let (line, shown) = pick(&buyer, strict);
    let (id, lot) = (text(&shown["offer_id"]), shown["lot"].as_u64().unwrap_or(1));
    let moq = number(&shown["moq"]);
    let old = |offer: &mut Offer| {
        offer.moq = Some(Quantity::ONE);
        offer.tiers.iter_mut().for_each(|tier| tier.from_quantity = Quantity::ONE);
    };
    believes(&buyer, &market, id, old);
    buyer.does(&["cart", "add", &line, &lot.to_string()]);
    assert_eq!(buyer.does(&["cart", "check"])["ok"], true, "by the old figures nothing is wrong");
    let said = buyer.tells(&["--lang", "en", "order", "submit", "--dry-run"]).exits(4);
    let told = String::from_utf8(said.out).unwrap();
    assert!(told.contains("500_005"), "{told}");
    assert!(told.contains("read again") && told.contains("minimum"), "{told}");

    // The cart knows it from now on, without the market.
    let checked = buyer.says(&["cart", "check"]).exits(4).json();
    assert_eq!(kinds(&checked), ["moq"]);
    let violation = &checked["violations"][0];
    assert!(number(&violation["required"]["pieces"]) >= moq);
    assert_eq!(number(&violation["actual"]["pieces"]), lot);

    // A submit by old figures is stopped with the new ones too, and nothing is ordered.
    believes(&buyer, &market, id, old);
    assert_eq!(buyer.does(&["cart", "check"])["ok"], true);
    let refused = buyer.says(&["order", "submit"]).exits(4).json();
    assert_eq!(kinds(&refused), ["moq"]);
    assert!(number(&refused["violations"][0]["shortfall"]["pieces"]) >= moq - lot);
    assert_eq!(market.ledger()["orders"].as_array().unwrap().len(), 0);
    assert_eq!(buyer.does(&["cart", "list"])["suppliers"][0]["lines"].as_array().unwrap().len(), 1);
}

/// All lists of trade types emptied.
fn without_trade_types(mut body: Value) -> String {
    fn empty(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    if name.starts_with("tradeMode") {
                        *field = Value::Array(Vec::new());
                    } else {
                        empty(field);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(empty),
            _ => {}
        }
    }
    empty(&mut body);
    body.to_string()
}

#[test]
fn an_order_without_a_way_to_trade_is_refused_before_it_is_sent() {
    let market = market();
    let proxy = Proxy::start(market.url(), "createOrder.preview", |_, _| {
        Doing::Rewrite(Box::new(without_trade_types))
    });
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.does(&["sync"]);
    let (line, shown) = pick(&buyer, strict);
    buyer.does(&["cart", "add", &line, &number(&shown["moq"]).to_string()]);
    assert_eq!(buyer.does(&["cart", "check"])["ok"], true);
    let said = buyer.tells(&["--lang", "en", "order", "submit", "--dry-run"]).exits(4);
    assert!(String::from_utf8(said.out).unwrap().contains("on the website"));
    let refused = buyer.says(&["order", "submit"]).exits(4).json();
    assert_eq!(kinds(&refused), ["no_trade_type"]);
    assert_eq!(market.ledger()["orders"].as_array().unwrap().len(), 0);
}
