//! A tester's windows on the world: what its suppliers truly are. `EXT.md` documents the JSON.

use serde_json::{Value, json};

use super::super::envelope::{Fault, Reply};
use super::super::market::Session;
use super::super::params::{self, Params};

/// Most suppliers of one call.
const MOST_SUPPLIERS: usize = 1000;

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
