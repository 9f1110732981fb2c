//! The adapter against the sandbox, which was written from the same documents by other hands: where the two ways
//! to an offer (the extension's export and the documented calls) meet, they must tell the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pifa::domain::freight::{self, Destination, Freight, FreightTerms, Shipment};
use pifa::domain::id::{GroupId, OrderId, OutOrderId};
use pifa::domain::minimum;
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, OfferKind};
use pifa::domain::order::OrderState;
use pifa::domain::price;
use pifa::domain::quantity::Quantity;
use pifa::market::gateway::{Credentials, Gateway};
use pifa::market::{
    Capabilities, CreateError, CreateRequest, JoinRequest, KeywordQuery, MarketError, Marketplace,
    OrderQuery, PreviewRequest, Quote, RequestLine,
};
use pifa::sandbox::{Options, Running, start};

use crate::bench::hurried;

struct Pair {
    running: Running,
    gateway: Gateway,
    _folder: tempfile::TempDir,
}

async fn pair(change: impl FnOnce(&mut Options)) -> Pair {
    let folder = crate::folder::folder().unwrap();
    let mut options = Options { offers: 300, seed: 11, ..Options::new(folder.path().to_owned()) };
    change(&mut options);
    let running = start(options).await.unwrap();
    let gateway = gateway_to(&running, &running.app_secret, Some(&running.access_token));
    Pair { running, gateway, _folder: folder }
}

fn gateway_to(running: &Running, secret: &str, token: Option<&str>) -> Gateway {
    let credentials = Credentials {
        app_key: running.app_key.clone(),
        app_secret: secret.to_owned(),
        access_token: token.map(str::to_owned),
    };
    Gateway::new(credentials, hurried(&running.url)).unwrap()
}

/// All offers by the extension.
async fn export(gateway: &Gateway) -> Vec<Offer> {
    let mut offers = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = gateway.changes(&cursor, 70).await.unwrap();
        cursor = page.cursor;
        offers.extend(page.offers);
        if page.complete {
            assert_eq!(offers.len() as u64, page.total);
            return offers;
        }
    }
}

/// One line of goods that can be ordered alone, at its least quantity.
fn line_of(offer: &Offer) -> Option<RequestLine> {
    if offer.gone || offer.kind == OfferKind::Fee {
        return None;
    }
    let sku = match offer.skus.as_slice() {
        [] => None,
        skus => Some(skus.iter().find(|sku| minimum::nearest(offer, Some(sku), Quantity::ONE).is_some())?),
    };
    let least = minimum::least(offer, sku);
    minimum::is_orderable(offer, sku, least).then_some(())?;
    Some(RequestLine {
        offer_id: offer.key.market_id()?,
        spec_id: sku.map(|sku| sku.spec_id.clone()),
        quantity: least,
    })
}

async fn quote(gateway: &Gateway, lines: &[RequestLine]) -> Result<Quote, MarketError> {
    let address_id = gateway.addresses().await.unwrap()[0].id.clone();
    let request = PreviewRequest { lines: lines.to_vec(), address_id, flow: Some("general".to_owned()) };
    gateway.preview(&request).await
}

async fn create_request(
    gateway: &Gateway,
    lines: &[RequestLine],
    quote: &Quote,
    number: &str,
) -> CreateRequest {
    CreateRequest {
        lines: lines.to_vec(),
        address_id: gateway.addresses().await.unwrap()[0].id.clone(),
        flow: quote.flow.clone(),
        trade_type: quote.trade_types[0].clone(),
        out_order_id: OutOrderId::new(number),
        message: Some("请尽快发货 & 谢谢 100%+".to_owned()),
    }
}

/// What both ways must agree on.
fn essence(offer: &Offer) -> impl PartialEq + std::fmt::Debug {
    let skus: BTreeMap<String, _> = offer
        .skus
        .iter()
        .map(|sku| {
            (sku.spec_id.to_string(), (sku.name.clone(), sku.sku_id, sku.price, sku.promotion, sku.stock))
        })
        .collect();
    // Tiers may be doubled or say the same twice; what counts is what they charge.
    let prices: Vec<_> = [1, 2, 3, 5, 10, 20, 30, 50, 99, 100, 200, 300, 500, 1000, 3000, 10_000]
        .map(|q| price::tier_at(&offer.tiers, Quantity::whole(q)).map(|tier| (tier.price, tier.promotion)))
        .to_vec();
    (
        (offer.title.clone(), offer.unit.clone(), offer.quote_type, prices, skus),
        (offer.moq, offer.lot, offer.mix, offer.mix_enabled, offer.weight_kg, offer.volume_m3),
        (offer.supplier_id.clone(), offer.supplier_name.clone(), offer.lead_time_hours, offer.kind),
        offer.per_carton,
    )
}

#[tokio::test]
async fn both_ways_to_an_offer_tell_the_same() {
    let pair = pair(|_| ()).await;
    for exported in export(&pair.gateway).await {
        let id = exported.key.market_id().unwrap();
        let detail = pair.gateway.offer(id).await.unwrap().unwrap();
        assert_eq!(essence(&detail), essence(&exported), "{id}");
        assert_eq!(detail.completeness, Completeness::Full);
    }
    assert_eq!(pair.gateway.offer(5).await.unwrap(), None);
}

#[tokio::test]
async fn both_ways_to_freight_cost_the_same() {
    let pair = pair(|_| ()).await;
    let can = pair.gateway.capabilities().await.unwrap();
    assert_eq!(can.market_id.as_ref().unwrap().as_str(), pair.running.market_id);
    assert!(can.offer_changes && can.supplier_search && can.groups && can.orders_dump);
    let (mut computed, mut named) = (0, 0);
    for exported in export(&pair.gateway).await.into_iter().take(120) {
        for district in ["330784", "650102"] {
            let asked = pair.gateway.with_freight(exported.clone(), district).await.unwrap();
            let destination =
                Destination { district: Some(district.to_owned()), zone: can.zone_of(district) };
            for pieces in [1, 7, 300] {
                let shipment = |offer: &Offer| Shipment {
                    quantity: pieces.into(),
                    weight_kg: offer.weight_kg,
                    volume_m3: offer.volume_m3,
                    // Below every free-from threshold, which the estimate does not tell.
                    goods: Money::ZERO,
                };
                let by_zone = freight::estimate(&exported.freight, &shipment(&exported), &destination);
                let by_district = freight::estimate(&asked.freight, &shipment(&asked), &destination);
                assert_eq!(by_zone, by_district, "{} {district} {pieces}: {:?}", exported.key, asked.freight);
                computed += usize::from(matches!(by_zone, Freight::Known(_)));
            }
            if !matches!(exported.freight, FreightTerms::Template(_)) {
                assert_eq!(exported.freight, asked.freight);
                named += 1;
            }
        }
    }
    assert!(computed > 200 && named > 20, "{computed} {named}");
}

#[tokio::test]
async fn an_order_goes_all_the_way_and_is_found_again() {
    let pair = pair(|_| ()).await;
    let gateway = &pair.gateway;
    let offers = export(gateway).await;
    let offer = offers.iter().find(|offer| line_of(offer).is_some()).unwrap();
    let lines = [line_of(offer).unwrap()];
    let quote = quote(gateway, &lines).await.unwrap();
    assert_eq!((quote.flow.as_str(), quote.parts), ("general", 1));
    assert_eq!(quote.lines.iter().filter_map(|line| line.amount).sum::<Money>(), quote.goods);
    let number = "0192f0aa-0000-7000-8000-00000000000a";
    let request = create_request(gateway, &lines, &quote, number).await;
    let frozen = gateway.freeze(&request);
    let created = gateway.create(&frozen).await.unwrap();
    assert_eq!(created.total, Some(quote.payable));

    let query = OrderQuery {
        out_order_id: Some(OutOrderId::new(number)),
        page: 1,
        page_size: 20,
        ..OrderQuery::default()
    };
    let found = gateway.orders(&query).await.unwrap();
    assert_eq!((found.total, found.items.len()), (1, 1));
    let order = gateway.order(&created.order_ids[0]).await.unwrap().unwrap();
    assert_eq!(order, found.items[0], "list and detail tell the same");
    assert_eq!(order.order.order_ids, created.order_ids);
    assert_eq!((order.order.goods, order.order.total), (Some(quote.goods), Some(quote.payable)));
    assert_eq!(order.order.freight, quote.freight);
    assert_eq!(
        (&order.order.lines[0].spec_id, order.order.lines[0].quantity),
        (&lines[0].spec_id, lines[0].quantity)
    );
    assert_eq!(order.order.lines[0].title, offer.title);

    // A window around it finds it, one after it does not.
    let at = order.order.created_at;
    let minute = jiff::SignedDuration::from_secs(60);
    let window = |from: Timestamp, to: Timestamp| OrderQuery {
        created_from: Some(from),
        created_to: Some(to),
        page: 1,
        page_size: 50,
        ..OrderQuery::default()
    };
    let inside = gateway.orders(&window(at - minute, at + minute)).await.unwrap();
    assert!(inside.items.iter().any(|other| other.order.order_ids == created.order_ids));
    assert_eq!(gateway.orders(&window(at + minute, at + minute + minute)).await.unwrap().items.len(), 0);

    let Err(MarketError::Refused(refusal)) = gateway.cancel(&created.order_ids[0]).await else { panic!() };
    assert_eq!(refusal.code.as_str(), "CLOSE_ORDER_TOO_FAST");
    assert_eq!(gateway.order(&OrderId::new("5")).await.unwrap(), None);

    // The same frozen body again is a second order: the gateway documents no idempotency.
    let again = gateway.create(&frozen).await.unwrap();
    assert_ne!(again.order_ids, created.order_ids);
    assert_eq!(gateway.orders(&query).await.unwrap().total, 2);
    let dump = gateway.ledger_dump(false).await.unwrap();
    assert_eq!(dump["orders"].as_array().unwrap().len(), 2);
    assert_eq!(dump["requests"]["alibaba.trade.fastCreateOrder"].to_string(), "2");
}

#[tokio::test]
async fn unset_freight_is_open_before_and_after_ordering() {
    let pair = pair(|_| ()).await;
    let offers = export(&pair.gateway).await;
    let open =
        offers.iter().filter(|offer| offer.freight == FreightTerms::ByAgreement).find_map(line_of).unwrap();
    let quote = quote(&pair.gateway, std::slice::from_ref(&open)).await.unwrap();
    assert_eq!(quote.freight, None);
    let request = create_request(&pair.gateway, &[open], &quote, "open-1").await;
    let created = pair.gateway.create(&pair.gateway.freeze(&request)).await.unwrap();
    let order = pair.gateway.order(&created.order_ids[0]).await.unwrap().unwrap();
    assert_eq!((order.state, order.order.freight), (OrderState::ToPayFreightOpen, None));
}

#[tokio::test]
async fn refusals_name_the_line_and_bad_credentials_their_kind() {
    let pair = pair(|_| ()).await;
    let offers = export(&pair.gateway).await;
    let short = offers.iter().filter(|offer| offer.moq.is_some_and(|moq| moq >= Quantity::whole(10)));
    let mut seen = Vec::new();
    for offer in short {
        let Some(mut line) = line_of(offer) else { continue };
        line.quantity = Quantity::ONE;
        let Err(MarketError::Refused(refusal)) = quote(&pair.gateway, std::slice::from_ref(&line)).await
        else {
            panic!("{}", offer.key)
        };
        assert_eq!(refusal.lines[0].0, line.offer_id, "{refusal:?}");
        let address_id = pair.gateway.addresses().await.unwrap()[0].id.clone();
        let create = CreateRequest {
            lines: vec![line],
            address_id,
            flow: "general".to_owned(),
            trade_type: "assureTrade".to_owned(),
            out_order_id: OutOrderId::new("short"),
            message: None,
        };
        let Err(CreateError::Refused(again)) = pair.gateway.create(&pair.gateway.freeze(&create)).await
        else {
            panic!("{}", offer.key)
        };
        assert_eq!(again.code, refusal.code);
        seen.push(refusal.code.to_string());
        if seen.iter().any(|code| code == "500_005") && seen.iter().any(|code| code == "500_006") {
            break;
        }
    }
    assert!(
        seen.iter().any(|code| code == "500_005") && seen.iter().any(|code| code == "500_006"),
        "{seen:?}"
    );

    let wrong_key = gateway_to(&pair.running, "wrong", Some(&pair.running.access_token));
    assert!(matches!(wrong_key.server_time().await, Err(MarketError::SignatureRefused(_))));
    let no_token = gateway_to(&pair.running, &pair.running.app_secret, None);
    assert!(no_token.server_time().await.is_ok());
    assert!(matches!(no_token.addresses().await, Err(MarketError::Unauthorized(_))));
    let lines = [line_of(offers.iter().find(|offer| line_of(offer).is_some()).unwrap()).unwrap()];
    let quote = quote(&pair.gateway, &lines).await.unwrap();
    let request = create_request(&pair.gateway, &lines, &quote, "token").await;
    let outcome = no_token.create(&no_token.freeze(&request)).await;
    assert!(matches!(outcome, Err(CreateError::Judged(MarketError::Unauthorized(_)))), "{outcome:?}");
}

#[tokio::test]
async fn a_plain_market_is_walked_by_documented_calls_at_its_pace() {
    let pair = pair(|options| (options.plain, options.offers) = (true, 3_000)).await;
    let gateway = &pair.gateway;
    assert_eq!(gateway.capabilities().await.unwrap(), Capabilities::default());
    for refused in [
        gateway.changes("", 5).await.err(),
        gateway.groups().await.err(),
        gateway.suppliers("", 1, 5).await.err(),
    ] {
        assert_eq!(refused, Some(MarketError::Unsupported));
    }
    let tops = gateway.categories(0).await.unwrap();
    assert!(!tops.is_empty());
    let children = gateway.categories(tops[0].id).await.unwrap();
    assert!(!children.is_empty() && children.iter().all(|child| tops.iter().all(|top| top.id != child.id)));
    let query = |page| KeywordQuery { keyword: "杯".to_owned(), category: None, page, page_size: 5 };
    let first = gateway.search(&query(1)).await.unwrap();
    let second = gateway.search(&query(2)).await.unwrap();
    assert!(first.total > 5 && first.items.len() == 5);
    assert!(second.items.iter().all(|offer| first.items.iter().all(|other| other.key != offer.key)));
    let row = &first.items[0];
    assert!(row.title.as_str().contains('杯') && row.price_range.is_some() && row.moq.is_some());
    assert_eq!((row.completeness, &row.supplier_id), (Completeness::Row, &None));
    let detail = gateway.offer(row.key.market_id().unwrap()).await.unwrap().unwrap();
    assert_eq!((&detail.title, detail.moq), (&row.title, row.moq));
    let shop = gateway.shop(detail.supplier_id.as_ref().unwrap(), 1, 50).await.unwrap();
    assert!(shop.items.iter().any(|offer| offer.key == detail.key));
    assert!(shop.items.iter().all(|offer| offer.supplier_id == detail.supplier_id && offer.moq.is_none()));
    // More than five a second: throttled on the way, and still answered.
    for _ in 0..12 {
        gateway.server_time().await.unwrap();
    }
}

#[tokio::test]
async fn the_documented_oddities_change_nothing() {
    let straight = pair(|_| ()).await;
    let expected: BTreeMap<i64, Offer> = export(&straight.gateway)
        .await
        .into_iter()
        .map(|offer| (offer.key.market_id().unwrap(), offer))
        .collect();
    let query = KeywordQuery { keyword: "杯".to_owned(), category: None, page: 1, page_size: 50 };
    let rows = |offers: Vec<Offer>| -> Vec<_> {
        offers
            .into_iter()
            .map(|offer| (offer.key, offer.title, offer.price_range, offer.moq, offer.sold_30d))
            .collect()
    };
    let expected_rows = rows(straight.gateway.search(&query).await.unwrap().items);
    for seed in 1..=4 {
        let awkward = pair(|options| options.awkward = Some(seed)).await;
        let gateway = &awkward.gateway;
        assert_eq!(rows(gateway.search(&query).await.unwrap().items), expected_rows, "seed {seed}");
        assert_eq!(gateway.addresses().await.unwrap(), straight.gateway.addresses().await.unwrap());
        assert_eq!(gateway.categories(0).await.unwrap(), straight.gateway.categories(0).await.unwrap());
        gateway.server_time().await.unwrap();
        for (id, offer) in expected.iter().take(60) {
            let detail = gateway.offer(*id).await.unwrap().unwrap();
            assert_eq!(essence(&detail), essence(offer), "seed {seed}, offer {id}");
        }
        let mut created = 0;
        for line in expected.values().filter_map(line_of).take(12) {
            let lines = [line];
            let straight_quote = quote(&straight.gateway, &lines).await.unwrap();
            let quote = quote(gateway, &lines).await.unwrap();
            assert_eq!(
                (quote.goods, quote.freight, quote.payable),
                (straight_quote.goods, straight_quote.freight, straight_quote.payable)
            );
            let number = format!("awkward-{seed}-{created}");
            let request = create_request(gateway, &lines, &quote, &number).await;
            let order_ids = gateway.create(&gateway.freeze(&request)).await.unwrap().order_ids;
            let query = OrderQuery {
                out_order_id: Some(OutOrderId::new(&number)),
                page: 1,
                page_size: 20,
                ..OrderQuery::default()
            };
            let found = gateway.orders(&query).await.unwrap();
            assert_eq!((found.total, &found.items[0].order.order_ids), (1, &order_ids), "seed {seed}");
            let order = gateway.order(&order_ids[0]).await.unwrap().unwrap();
            assert_eq!(
                (order.order.goods, order.order.total),
                (Some(quote.goods), Some(quote.payable)),
                "seed {seed}"
            );
            created += 1;
        }
        assert_eq!(created, 12);
    }
}

#[tokio::test]
async fn groups_are_joined_once_and_left_again() {
    let pair = pair(|options| options.offers = 2_000).await;
    let gateway = &pair.gateway;
    let groups = gateway.groups().await.unwrap();
    let offers = export(gateway).await;
    let (group, line) = groups
        .iter()
        .find_map(|group| {
            let offer = offers.iter().find(|offer| offer.key == group.offer)?;
            Some((group, line_of(offer)?))
        })
        .expect("an open group whose goods are in stock");
    let join = JoinRequest {
        group_id: group.id.clone(),
        quantity: line.quantity,
        spec_id: line.spec_id.clone(),
        join_id: OutOrderId::new("0192f0aa-join"),
    };
    let joined = gateway.join(&join).await.unwrap();
    assert_eq!((joined.quantity, joined.group.my_quantity), (line.quantity, line.quantity));
    let again = gateway.join(&join).await.unwrap();
    assert_eq!(again.group.my_quantity, line.quantity, "the same join twice is one");
    let left = gateway.leave(&group.id).await.unwrap();
    assert_eq!((&left.id, left.my_quantity), (&group.id, Quantity::ZERO));
    assert_eq!(
        gateway.join(&join).await.unwrap().quantity,
        Quantity::ZERO,
        "a join that was left stays left"
    );
    assert_eq!(gateway.group(&GroupId::new("nothing")).await.unwrap(), None);
}

#[tokio::test]
async fn suppliers_are_found_and_described() {
    let pair = pair(|_| ()).await;
    let all = pair.gateway.suppliers("", 1, 100).await.unwrap();
    assert!(all.total > 0 && !all.items.is_empty());
    let supplier = &all.items[0];
    let found = pair.gateway.suppliers(supplier.name.as_str(), 1, 20).await.unwrap();
    assert!(found.items.iter().any(|other| other.id == supplier.id));
    let exported = export(&pair.gateway).await;
    let theirs: Vec<&Offer> =
        exported.iter().filter(|offer| offer.supplier_id.as_ref() == Some(&supplier.id)).collect();
    assert_eq!(theirs.len() as u64, supplier.offers);
    assert!(theirs.iter().all(|offer| offer.mix == supplier.mix && offer.belt == supplier.belt));
}
