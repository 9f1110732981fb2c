//! Every value of every body replaced by every nasty one, and every body cut at every place: no parser may panic,
//! and none may come up with a negative price or a create that did not happen.

use jiff::Timestamp;
use pifa::domain::freight::FreightTerms;
use pifa::domain::id::SupplierId;
use pifa::domain::money::Money;
use pifa::domain::offer::Offer;
use pifa::domain::quantity::Quantity;
use pifa::market::CreateError;
use pifa::market::gateway::bodies::freight::Asked;
use pifa::market::gateway::bodies::{
    account, created, detail, extension, freight, group, order, preview, rows,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::contract::fixture;

const BODIES: [&str; 16] = [
    "addresses.json",
    "capabilities.json",
    "categories.json",
    "changes.json",
    "detail_by_offer.json",
    "detail_over_skus.json",
    "detail_torn_ladder.json",
    "freight_template.json",
    "group_join.json",
    "group_list.json",
    "order_list.json",
    "preview.json",
    "preview_freight_open.json",
    "preview_refused.json",
    "preview_split.json",
    "search.json",
];

pub const NASTY: [&str; 16] = [
    "-1",
    "0",
    "1e999",
    "-1e-999",
    "1.0E7",
    "null",
    "\"\"",
    "[]",
    "{}",
    "true",
    "1111111111111111111111111111111111111111",
    "\"1111111111111111111111111111111111111111\"",
    "\"\\u001b[31m\\u202e\\u0000<font \"",
    "\"\\ud800\"",
    "[[[[[[[[1]]]]]]]]",
    "9223372036854775808",
];

fn sane(money: Option<Money>) {
    if let Some(money) = money {
        assert!(!money.is_negative(), "{money}");
        assert!(
            money
                <= Money::from_yuan(1_000_000_000_000_i64.into())
                    + Money::from_yuan(1_000_000_000_000_i64.into())
        );
    }
}

fn sane_offer(offer: &Offer) {
    assert!(offer.key.market_id().is_some_and(|id| id > 0));
    for tier in &offer.tiers {
        sane(Some(tier.price));
        sane(tier.promotion);
    }
    for sku in &offer.skus {
        sane(sku.price);
        sane(sku.promotion);
        assert!(!sku.spec_id.as_str().is_empty());
    }
    for terms in &offer.flows {
        sane(terms.price);
        terms.sku_prices.iter().for_each(|sku| sane(Some(sku.price)));
    }
    if let Some((least, greatest)) = offer.price_range {
        sane(Some(least));
        sane(Some(greatest));
    }
    if let FreightTerms::Template(template) = &offer.freight {
        sane(template.free_from);
    }
    let shown = format!("{}{:?}", offer.title, offer.title_en);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
}

/// Throws one body at every parser, whatever it was meant for.
pub fn no_parser_panics(body: &[u8]) {
    for parse in [offers, trades, accounts] {
        parse(body);
    }
}

fn offers(body: &[u8]) {
    let now = Timestamp::UNIX_EPOCH;
    if let Ok(page) = rows::rows(body, Some(&SupplierId::new("s")), now) {
        page.items.iter().for_each(sane_offer);
    }
    if let Ok(Some(offer)) = detail::offer(body, now) {
        sane_offer(&offer);
    }
    if let Ok(changes) = extension::changes(body, now) {
        changes.offers.iter().for_each(sane_offer);
    }
    let asked = Asked { district: "330784", quantity: Quantity::ONE, weight_kg: None, volume_m3: None };
    let _ = freight::estimate(body, &asked);
}

fn trades(body: &[u8]) {
    if let Ok(quote) = preview::preview(body) {
        for sum in [Some(quote.goods), quote.freight, Some(quote.discount), Some(quote.payable)] {
            sane(sum);
        }
        for line in quote.lines {
            sane(line.unit_price);
            sane(line.amount);
        }
    }
    let listed = order::orders(body).into_iter().flat_map(|page| page.items);
    for order in listed.chain(order::order(body).ok().flatten()) {
        assert!(!order.order.order_ids.is_empty());
        for sum in [order.order.goods, order.order.freight, order.order.total] {
            sane(sum);
        }
    }
    if let Ok(created) = created::created(body) {
        assert!(!created.order_ids.is_empty());
        sane(created.total);
        sane(created.freight);
    }
    let _ = order::done(body);
}

fn accounts(body: &[u8]) {
    let _ = (rows::categories(body, 0), rows::categories(body, 15));
    let _ = (account::addresses(body), account::server_time(body));
    let _ = (extension::capabilities(body), extension::suppliers(body), extension::ledger_dump(body));
    let _ = (group::groups(body), group::group(body), group::joined(body), group::left(body));
}

/// The parsers a fixture is meant for: throwing each at all would only take longer.
fn meant_for(name: &str) -> fn(&[u8]) {
    match name.split(['_', '.']).next() {
        Some("search" | "detail" | "changes" | "freight") => offers,
        Some("preview" | "order") => trades,
        _ => accounts,
    }
}

/// Paths of all values in a document.
pub fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| places(member, &format!("{at}/{key}"), found));
        }
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, element)| places(element, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn every_value_of_every_body_can_be_nasty() {
    let mut tried = 0;
    for name in BODIES {
        let whole: Value = serde_json::from_slice(&fixture(name)).unwrap();
        let parse = meant_for(name);
        let mut found = Vec::new();
        places(&whole, "", &mut found);
        for place in found {
            let mut broken = whole.clone();
            // A marker, because a lone surrogate cannot be held by a `Value`.
            *broken.pointer_mut(&place).unwrap() = "@@here@@".into();
            let marked = broken.to_string();
            for nasty in NASTY {
                parse(marked.replace("\"@@here@@\"", nasty).as_bytes());
                tried += 1;
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

#[test]
fn a_body_cut_anywhere_is_never_an_answer_to_a_create() {
    let bodies = [
        r#"{"success":true,"result":{"orderId":"58218860983545941","totalSuccessAmount":4400,"postFee":800}}"#,
        r#"{"success":false,"code":"500_005","message":"below [1]"}"#,
    ];
    for body in bodies {
        for at in 0..body.len() {
            let outcome = created::created(body.as_bytes().get(..at).unwrap());
            assert!(matches!(outcome, Err(CreateError::Unknown(_))), "{at}: {outcome:?}");
        }
    }
    for name in BODIES {
        let body = fixture(name);
        for at in (0..body.len()).step_by(17) {
            no_parser_panics(&body[..at]);
        }
    }
}

proptest! {
    #[test]
    fn bytes_that_are_anything_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        no_parser_panics(&bytes);
    }

    #[test]
    fn json_that_is_anything_at_all(
        key in "result|success|data|orderList|orderPreviewResuslt|baseInfo|items|groups|code",
        value in "[\\[\\]{}0-9,:\"eE.-]{0,40}",
    ) {
        no_parser_panics(format!("{{\"{key}\":{value}}}").as_bytes());
        no_parser_panics(format!("{{\"result\":{{\"{key}\":{value}}}}}").as_bytes());
    }
}
