//! The oddities of the real gateway (GATEWAY.md 1.3 and 1.5), mixed in on purpose: which ones an answer gets is a
//! pure function of the seed and the request, so a failure can be seen again. What is true stays true: only the
//! spelling changes.

use serde_json::{Map, Number, Value, json};

use super::params::Params;

/// Chooses oddities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awkward(u64);

/// Draws for one answer.
struct Dice {
    base: u64,
    at: u64,
}

impl Dice {
    /// True in `parts` of a hundred.
    fn roll(&mut self, parts: u64) -> bool {
        self.at += 1;
        mix(self.base ^ self.at.wrapping_mul(0x9e37_79b9_7f4a_7c15)) % 100 < parts
    }
}

fn mix(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Awkward {
    pub fn new(seed: u64) -> Self {
        Awkward(seed)
    }

    fn dice(self, name: &str, params: &Params) -> Dice {
        // Token, timestamp and signature differ from run to run and choose nothing.
        let mut base = mix(self.0);
        let chosen = params.pairs().filter(|(key, _)| !key.starts_with('_') && *key != "access_token");
        for text in std::iter::once(name).chain(chosen.map(|(_, value)| value)) {
            for byte in text.bytes() {
                base = mix(base ^ u64::from(byte));
            }
        }
        Dice { base, at: 0 }
    }

    /// Some clients saw gateway errors under HTTP 200.
    pub fn status(self, path: &str, params: &Params, status: u16) -> u16 {
        if status < 500 && self.dice(path, params).roll(30) { 200 } else { status }
    }

    /// Respells an answer.
    pub fn twist(self, name: &str, params: &Params, value: &mut Value) {
        if name.starts_with("currentTime") || name.starts_with("orders.") {
            return;
        }
        let mut dice = self.dice(name, params);
        if name.contains("reate") {
            flatten_create(&mut dice, value);
        }
        let habits = Habits {
            success_text: dice.roll(35),
            success_missing: dice.roll(15),
            numbers_as_text: dice.roll(30),
            ids_swapped: dice.roll(30),
            lossy_id: dice.roll(50),
        };
        walk(&mut dice, &habits, value);
        if name == "product.search.keywordQuery" {
            highlight(&mut dice, params, value);
        }
    }
}

/// One server's habits in one answer.
struct Habits {
    success_text: bool,
    success_missing: bool,
    numbers_as_text: bool,
    ids_swapped: bool,
    lossy_id: bool,
}

/// Two documented samples are flat, with `success:false` beside the order id.
fn flatten_create(dice: &mut Dice, value: &mut Value) {
    let Some(result) = value.get("result").and_then(Value::as_object) else { return };
    if result.contains_key("orderId") && dice.roll(40) {
        let mut flat = result.clone();
        flat.insert("success".to_owned(), Value::Bool(false));
        *value = Value::Object(flat);
    }
}

fn walk(dice: &mut Dice, habits: &Habits, value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(dice, habits, item)),
        Value::Object(fields) => {
            respell(dice, habits, fields);
            for (key, field) in fields.iter_mut() {
                if key == "priceRangeList" {
                    disorder(dice, field);
                }
                walk(dice, habits, field);
            }
        }
        _ => {}
    }
}

const IDS: [&str; 9] = [
    "offerId",
    "skuId",
    "orderId",
    "idOfStr",
    "productID",
    "skuID",
    "subItemID",
    "attributeId",
    "categoryId",
];
const COUNTS: [&str; 10] = [
    "amountOnSale",
    "minOrderQuantity",
    "batchNumber",
    "quoteType",
    "startQuantity",
    "mixAmount",
    "mixNumber",
    "monthSold",
    "totalRecords",
    "tpYear",
];
const SHARES: [&str; 6] = [
    "repurchaseRate",
    "repeatPurchasePercent",
    "collect30DayWithin48HPercent",
    "qualityRefundWithin30Day",
    "pickupWithin24hRate30d",
    "qualityReturnRate30d",
];

fn respell(dice: &mut Dice, habits: &Habits, fields: &mut Map<String, Value>) {
    if let Some(Value::Bool(success)) = fields.get("success").cloned() {
        // A missing success means nothing only where there was one to report; beside an error text it is what
        // tells that nothing failed.
        if habits.success_missing && success && !fields.contains_key("errorMessage") {
            fields.remove("success");
        } else if habits.success_text {
            fields.insert("success".to_owned(), Value::String(success.to_string()));
        }
    }
    if habits.lossy_id
        && fields.contains_key("idOfStr")
        && let Some(id) = fields.get("id").and_then(Value::as_i64)
    {
        // What a JavaScript reader makes of it; `idOfStr` beside it stays exact.
        fields.insert("id".to_owned(), Value::from((id as f64) as i64));
    }
    for key in IDS {
        if !habits.ids_swapped {
            break;
        }
        let swapped = match fields.get(key) {
            Some(Value::Number(number)) => Some(Value::String(number.to_string())),
            Some(Value::String(text)) => text.parse::<Number>().ok().map(Value::Number),
            _ => None,
        };
        if let Some(swapped) = swapped {
            fields.insert(key.to_owned(), swapped);
        }
    }
    for key in COUNTS {
        if habits.numbers_as_text
            && let Some(Value::Number(number)) = fields.get(key)
        {
            let text = number.to_string();
            fields.insert(key.to_owned(), Value::String(text));
        }
    }
    for key in SHARES {
        if let Some(Value::String(text)) = fields.get(key)
            && let Some(percent) = text.strip_suffix('%').and_then(super::params::parse_decimal)
        {
            let share = percent / rust_decimal::Decimal::ONE_HUNDRED;
            let respelled = match (dice.roll(30), dice.roll(30)) {
                _ if share.is_zero() && dice.roll(50) => String::new(),
                (true, _) => share.normalize().to_string(),
                (_, true) => format!("{percent:.2}%"),
                _ => continue,
            };
            fields.insert(key.to_owned(), Value::String(respelled));
        }
    }
    // The documented sample has the seller's words among the offer's.
    if dice.roll(20)
        && let (Some(Value::Array(seller)), Some(Value::Array(offer))) =
            (fields.get("sellerIdentities").cloned(), fields.get_mut("offerIdentities"))
    {
        offer.extend(seller);
    }
}

/// Tiers out of order, twice, and one that begins inside another at the same price.
fn disorder(dice: &mut Dice, field: &mut Value) {
    let Some(tiers) = field.as_array_mut() else { return };
    if dice.roll(20)
        && let Some(first) = tiers.first().cloned()
    {
        tiers.push(first);
    }
    if dice.roll(20) {
        let inner = tiers.windows(2).find_map(|pair| {
            let (low, high) = (pair.first()?, pair.last()?);
            let from = low.get("startQuantity")?.as_i64()? + 1;
            (from < high.get("startQuantity")?.as_i64()?).then(|| {
                let mut inner = low.clone();
                if let Some(fields) = inner.as_object_mut() {
                    fields.insert("startQuantity".to_owned(), json!(from));
                }
                inner
            })
        });
        tiers.extend(inner);
    }
    if dice.roll(40) {
        tiers.reverse();
    }
}

fn highlight(dice: &mut Dice, params: &Params, value: &mut Value) {
    let Ok(param) = params.json("offerQueryParam") else { return };
    let Some(word) =
        param.get("keyword").and_then(Value::as_str).and_then(|keyword| keyword.split_whitespace().next())
    else {
        return;
    };
    let rows = value.pointer_mut("/result/result/data").and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(Value::String(subject)) = row.get_mut("subject")
            && dice.roll(50)
        {
            *subject = subject.replacen(word, &format!("<font color=red>{word}</font>"), 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(n: u64) -> Params {
        Params::new(vec![
            ("offerQueryParam".to_owned(), format!(r#"{{"keyword":"杯","n":{n}}}"#)),
            ("_aop_signature".to_owned(), n.to_string()),
        ])
    }

    #[test]
    fn the_same_request_is_twisted_in_the_same_way_and_another_differently() {
        let plain = json!({"success": true, "offerId": 7, "amountOnSale": 3, "result": {"success": true}});
        let twist = |seed, n| {
            let mut value = plain.clone();
            Awkward::new(seed).twist("x", &params(n), &mut value);
            value.to_string()
        };
        let all: Vec<String> = (0..40).map(|n| twist(1, n)).collect();
        assert_eq!(all, (0..40).map(|n| twist(1, n)).collect::<Vec<_>>());
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert!(distinct.len() > 4, "{distinct:?}");
        assert!(all.iter().any(|text| text.contains(r#""success":"true""#)));
        assert!(all.iter().any(|text| text.contains(r#""amountOnSale":"3""#)));
    }

    #[test]
    fn a_create_may_say_success_false_beside_its_order_id() {
        let flat = (0..60).any(|n| {
            let mut value = json!({"success": true, "result": {"orderId": "1", "totalSuccessAmount": 2}});
            Awkward::new(5).twist("alibaba.trade.fastCreateOrder", &params(n), &mut value);
            let success = value.get("success");
            value.get("orderId").is_some()
                && (success == Some(&json!(false)) || success == Some(&json!("false")))
        });
        assert!(flat);
    }

    #[test]
    fn tiers_stay_true_whatever_their_order() {
        for n in 0..60 {
            let mut value = json!({"priceRangeList": [
                {"startQuantity": 2, "price": "10"}, {"startQuantity": 100, "price": "8.5"}]});
            Awkward::new(n).twist("x", &params(n), &mut value);
            let tiers = value["priceRangeList"].as_array().unwrap();
            for tier in tiers {
                let from = super::super::params::int(tier, "startQuantity").unwrap();
                assert_eq!(tier["price"], if from >= 100 { "8.5" } else { "10" });
            }
        }
    }
}
