//! What makes a first look worth it: deals, and the best of one category. `EXT.md` documents the JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::deals::{self, Kind};
use super::super::envelope::{Fault, Reply};
use super::super::export;
use super::super::market::Session;
use super::super::params::Params;
use super::super::state;
use super::product::category_names;
use super::rfc3339;

/// Most offers of one answer of `offer.best`.
const MOST_BEST: usize = 300;

pub(in super::super) fn list(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let kind = match params.get("kind") {
        None => None,
        Some(word) => {
            Some(Kind::parse(word).ok_or_else(|| Fault::invalid("kind", "neither flash nor discount"))?)
        }
    };
    let market = Arc::clone(session.market);
    let now_ms = session.now_ms;
    Ok(Reply::Later(Box::new(move || {
        let rows: Vec<Value> = deals::list(&market.goods, kind, now_ms)
            .iter()
            .map(|deal| {
                json!({
                    "deal_id": deal.deal_id,
                    "kind": deal.kind.word(),
                    "offer_id": deal.offer.offer_id.to_string(),
                    "title": deal.offer.subject,
                    "title_en": deal.offer.subject_en,
                    "unit": deal.offer.unit,
                    "price": deal.price,
                    "list_price": deal.list_price,
                    "starts": rfc3339(deal.starts_ms),
                    "ends": rfc3339(deal.ends_ms),
                    "stock": deal.stock,
                    "limit": deal.limit,
                    "left": deal.left,
                })
            })
            .collect();
        Reply::extension(json!({"deals": rows, "server_time": rfc3339(now_ms)}))
    })))
}

/// The best-selling offers of the largest category, in the rows of `offer.changes`.
pub(in super::super) fn best(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let limit = params.int("limit")?.unwrap_or(100).clamp(1, MOST_BEST as i64) as usize;
    let taken = state::all_taken(session.tx)?;
    let market = Arc::clone(session.market);
    let now_ms = session.now_ms;
    Ok(Reply::Later(Box::new(move || {
        let (category_id, numbers) = market.best();
        let names = category_names(&market.goods, *category_id);
        let leaf = names.iter().find(|category| category.id == *category_id);
        let names = leaf.map(|leaf| (leaf.name.as_str(), leaf.name_en.as_str()));
        Reply::Bytes(export::best(&market, (*category_id, names), numbers, limit, &taken, now_ms))
    })))
}
