//! The extension's small calls: what it offers, supplier search, the books. `EXT.md` documents the JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::envelope::{Fault, Reply};
use super::super::export::SupplierRow;
use super::super::market::{Market, Session};
use super::super::orders;
use super::super::params::Params;
use super::super::world::types::WorldSupplier;
use super::super::{Idempotency, groups, rules, state};
use super::product::category_names;
use super::{number, page_of, paging, rfc3339};

pub(in super::super) fn capabilities(session: &Session<'_>, _: &Params) -> Result<Reply, Fault> {
    let market = session.market;
    let features: Vec<&str> = super::features().collect();
    Ok(Reply::extension(json!({
        "version": 1,
        "market_id": market.identity().market_id(),
        "server_time": rfc3339(session.now_ms),
        "server_time_ms": session.now_ms,
        "clock_offset_ms": session.now_ms.saturating_sub(session.wall_ms),
        "features": features,
        "offers": market.goods.offer_count(),
        "suppliers": market.goods.supplier_count(),
        "line_cap": rules::LINE_CAP,
        "cancel_after_ms": orders::CANCEL_AFTER_MS,
        "pay_within_ms": orders::PAY_WITHIN_MS,
        "receive_within_ms": orders::RECEIVE_WITHIN_MS,
        "idempotency": match market.idempotency {
            Idempotency::Off => "off",
            Idempotency::OutOrderId => "out-order-id",
        },
        "freight_zones": [
            {"zone": 0, "name": "near", "prefixes": ["31", "32", "33", "34", "35", "36", "44", "45", "46"]},
            {"zone": 1, "name": "middle", "prefixes": ["11", "12", "13", "14", "37", "41", "42", "43"]},
            {"zone": 2, "name": "far", "prefixes": []},
            {"zone": 3, "name": "remote", "prefixes": ["65", "54"]},
        ],
    })))
}

pub(in super::super) fn suppliers(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let keyword = params.get("keyword").unwrap_or_default().to_lowercase();
    let (page, size) = paging(params.int("page")?, params.int("pageSize")?, 20, 100);
    let market = Arc::clone(session.market);
    Ok(Reply::Later(Box::new(move || {
        let words: Vec<&str> = keyword.split_whitespace().collect();
        let mut hits: Vec<(u64, WorldSupplier)> = (0..market.goods.supplier_count())
            .filter_map(|number| market.goods.supplier(number))
            .filter_map(|supplier| {
                let offers = market.goods.offer_count_of_supplier(supplier.number);
                matches(&market, &supplier, &words).then_some((offers, supplier))
            })
            .collect();
        hits.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.seller_open_id.cmp(&b.1.seller_open_id)));
        let rows: Vec<Value> = page_of(&hits, page, size)
            .iter()
            .map(|(_, supplier)| {
                serde_json::to_value(SupplierRow::of(&market.goods, supplier)).unwrap_or_default()
            })
            .collect();
        Reply::extension(json!({"suppliers": rows, "page": page, "page_size": size, "total": hits.len()}))
    })))
}

/// Every word in the seller's own words, or in the names of its main category and those above it.
fn matches(market: &Market, supplier: &WorldSupplier, words: &[&str]) -> bool {
    let own: [&str; 6] = [
        &supplier.company,
        &supplier.company_en,
        &supplier.belt,
        &supplier.belt_en,
        &supplier.province,
        &supplier.city,
    ];
    let own = own.map(str::to_lowercase);
    let missing: Vec<&&str> =
        words.iter().filter(|word| !own.iter().any(|text| text.contains(**word))).collect();
    if missing.is_empty() {
        return true;
    }
    let Some(category) = market.goods.category_of_supplier(supplier.number) else { return false };
    let categories = category_names(&market.goods, category);
    missing.iter().all(|word| {
        categories.iter().any(|category| {
            category.name.to_lowercase().contains(**word) || category.name_en.to_lowercase().contains(**word)
        })
    })
}

/// The books, from committed tables.
pub(in super::super) fn dump(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let orders = orders::dump(session.tx, params.flag("all"))?;
    let joins: Vec<Value> = groups::all(session.tx)?
        .into_iter()
        .map(|join| {
            json!({
                "join_id": join.join_id, "group_id": join.group_id, "quantity": number(join.quantity),
                "state": join.state, "order_id": join.order_id.map(|id| id.to_string()),
            })
        })
        .collect();
    let requests: BTreeMap<String, i64> = state::request_counts(session.tx)?.into_iter().collect();
    Ok(Reply::extension(json!({"orders": orders, "joins": joins, "requests": requests})))
}
