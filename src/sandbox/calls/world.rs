//! A tester's windows on the world: what its suppliers truly are, and a hand to move it. `EXT.md` documents the JSON.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::super::envelope::{Fault, Reply};
use super::super::market::Session;
use super::super::params::{self, Params};
use super::super::{churn, state};

/// Most suppliers of one call.
const MOST_SUPPLIERS: usize = 1000;

/// `world.churn`: so many offers change, committed with the answer.
pub(in super::super) fn churn(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let goods = &session.market.goods;
    let all = goods.made_count();
    let count = match (params.int("count")?, params.get("percent")) {
        (Some(count), None) => count,
        (None, Some(text)) => params::parse_decimal(text)
            .and_then(|percent| (percent * Decimal::from(all) / Decimal::ONE_HUNDRED).round().to_i64())
            .ok_or_else(|| Fault::invalid("percent", "not a number"))?,
        _ => return Err(Fault::missing("count")),
    };
    let Some(count) = u64::try_from(count).ok().filter(|count| (1..=all).contains(count)) else {
        return Ok(Reply::refusal("CHURN_INVALID", "count: 1 .. the offers of the market"));
    };
    let seed = match params.int("seed")? {
        Some(seed) => seed as u64,
        // Another one each time.
        None => state::next_number(session.tx, "churn_number")? as u64,
    };
    let done = churn::churn(session.tx, goods, count, seed)?;
    let ids = |ids: &[i64]| -> Vec<String> { ids.iter().map(i64::to_string).collect() };
    Ok(Reply::extension(json!({
        "changed": ids(&done.changed),
        "repriced": ids(&done.repriced),
        "gone": ids(&done.gone),
        "returned": ids(&done.returned),
    })))
}

/// `world.truth`: factory, trader or unclear, which no listing says.
pub(in super::super) fn truth(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let given = params.require("supplier_ids")?;
    // A JSON list or words between commas.
    let keys: Vec<String> = match serde_json::from_str::<Value>(given) {
        Ok(Value::Array(items)) => items.iter().filter_map(params::as_text).collect(),
        _ => given.split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect(),
    };
    if keys.len() > MOST_SUPPLIERS {
        return Err(Fault::invalid("supplier_ids", "more than 1000"));
    }
    let goods = &session.market.goods;
    let rows: Vec<Value> = keys
        .iter()
        .filter_map(|key| goods.supplier(goods.supplier_number(key)?))
        .map(|supplier| json!({"supplier_id": supplier.seller_open_id, "kind": supplier.truth.word()}))
        .collect();
    Ok(Reply::extension(json!({"suppliers": rows})))
}
