//! The group-buy calls of the extension. `EXT.md` documents the JSON.

use serde_json::{Value, json};

use super::super::address;
use super::super::envelope::{Fault, Reply};
use super::super::groups::{self, JOINED, Join, LEFT, ORDERED};
use super::super::market::Session;
use super::super::opening::Opening;
use super::super::params::{self, Params};
use super::super::rules::{left_milli, quantity_fits};
use super::super::world::types::{WorldGroup, WorldOffer, WorldSku};
use super::super::{LotRule, state};
use super::{number, page_of, paging, rfc3339};
use rust_decimal::Decimal;

fn join_row(join: &Join) -> Value {
    json!({
        "join_id": join.join_id,
        "group_id": join.group_id,
        "spec_id": join.spec_id,
        "quantity": number(join.quantity),
        "state": join.state,
        "order_id": join.order_id.map(|id| id.to_string()),
        "created_at": rfc3339(join.created_ms),
    })
}

/// What may be joined with: the variants and what is left of each, in whole units.
fn choice(session: &Session<'_>, offer: &WorldOffer) -> Result<(i64, Vec<Value>), Fault> {
    let taken = state::taken(session.tx, offer.offer_id)?;
    let left = |sku: Option<&WorldSku>| left_milli(Some(&taken), offer, sku) / 1000;
    let skus: Vec<Value> = offer
        .skus
        .iter()
        .map(|sku| {
            let attributes: Vec<Value> = sku
                .attributes
                .iter()
                .map(|a| {
                    json!({"name": a.name, "name_en": a.name_en, "value": a.value, "value_en": a.value_en})
                })
                .collect();
            json!({"spec_id": sku.spec_id, "attributes": attributes, "stock": left(Some(sku))})
        })
        .collect();
    let stock =
        if offer.skus.is_empty() { left(None) } else { offer.skus.iter().map(|sku| left(Some(sku))).sum() };
    Ok((stock, skus))
}

fn group_row(
    session: &Session<'_>,
    opening: Option<&Opening>,
    group: &WorldGroup,
) -> Result<Option<Value>, Fault> {
    let goods = &session.market.goods;
    let Some(offer) = goods.offer_by_id(group.offer_id) else { return Ok(None) };
    let joins = groups::of_group(session.tx, &group.group_id)?;
    let participants = groups::participants(goods, opening, group, &joins, session.now_ms);
    let (step, price) = groups::reached(group, participants);
    let state = if session.now_ms < group.start_ms {
        "upcoming"
    } else if session.now_ms < group.deadline_ms {
        "open"
    } else if step > 0 {
        "succeeded"
    } else {
        "failed"
    };
    let mine: Decimal = joins
        .iter()
        .filter(|join| join.state == JOINED || join.state == ORDERED)
        .map(|join| join.quantity)
        .sum();
    let lot = offer.lot.filter(|lot| *lot > 1 && session.market.lot_rule == LotRule::Refuse);
    let (stock, skus) = choice(session, &offer)?;
    let supplier = goods.supplier(offer.supplier);
    let steps: Vec<Value> = group
        .steps
        .iter()
        .map(|(participants, price)| json!({"participants": participants, "unit_price": price}))
        .collect();
    Ok(Some(json!({
        "group_id": group.group_id,
        "offer_id": group.offer_id.to_string(),
        "supplier_id": supplier.as_ref().map(|supplier| &supplier.seller_open_id),
        "supplier_name": supplier.as_ref().map(|supplier| &supplier.company),
        "title": offer.subject,
        "title_en": offer.subject_en,
        "unit": offer.unit,
        "steps": steps,
        "alone_price": group.alone_price,
        "participants": participants,
        "counts": group.counts,
        "step": step,
        "step_price": price,
        "start": rfc3339(group.start_ms),
        "deadline": rfc3339(group.deadline_ms),
        "state": state,
        "my_quantity": number(mine),
        "minimum": lot.unwrap_or(1),
        "lot": lot,
        "purchase_limit": offer.purchase_limit,
        "stock": stock,
        "skus": skus,
        "joins": joins.iter().map(join_row).collect::<Vec<_>>(),
    })))
}

pub(in super::super) fn list(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let (page, size) = paging(params.int("page")?, params.int("pageSize")?, 50, 100);
    let goods = &session.market.goods;
    let offer_id = params.int("offerId")?;
    // Whoever looks for their own or for one offer's does not look at what is on.
    let opening = if params.flag("mine") || offer_id.is_some() {
        Opening::load(session.tx)?
    } else {
        Opening::at_first_look(session.tx, goods, session.now_ms)?
    };
    let mut found: Vec<WorldGroup> = if params.flag("mine") {
        let mut ids: Vec<String> = Vec::new();
        for join in groups::all(session.tx)? {
            if !ids.contains(&join.group_id) {
                ids.push(join.group_id);
            }
        }
        ids.iter().filter_map(|id| goods.group(id)).collect()
    } else {
        goods.groups(session.now_ms)
    };
    if let Some(offer_id) = offer_id {
        found.retain(|group| group.offer_id == offer_id);
    }
    // Stable: the rest stays in its order.
    found.sort_by_key(|group| opening.as_ref().is_none_or(|opening| opening.group_id != group.group_id));
    let mut rows = Vec::new();
    for group in page_of(&found, page, size) {
        rows.extend(group_row(session, opening.as_ref(), group)?);
    }
    Ok(Reply::extension(json!({
        "groups": rows, "page": page, "page_size": size, "total": found.len(),
        "as_of": rfc3339(session.now_ms),
    })))
}

fn no_such_group() -> Reply {
    Reply::refusal("GROUP_NOT_EXIST", "团批不存在")
}

pub(in super::super) fn get(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let group = session.market.goods.group(params.require("groupId")?);
    let row = match &group {
        Some(group) => group_row(session, Opening::load(session.tx)?.as_ref(), group)?,
        None => None,
    };
    Ok(match row {
        Some(row) => Reply::extension(json!({"group": row, "as_of": rfc3339(session.now_ms)})),
        None => no_such_group(),
    })
}

fn joined(session: &Session<'_>, join: &Join, repeated: bool) -> Result<Reply, Fault> {
    let group = match session.market.goods.group(&join.group_id) {
        Some(group) => group_row(session, Opening::load(session.tx)?.as_ref(), &group)?,
        None => None,
    };
    Ok(Reply::extension(json!({"join": join_row(join), "group": group, "repeated": repeated})))
}

/// Idempotent by the client's `joinId`.
pub(in super::super) fn join(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let join_id = params.require("joinId")?;
    if join_id.chars().count() > 64 {
        return Err(Fault::invalid("joinId", "longer than 64 characters"));
    }
    if let Some(first) = groups::by_id(session.tx, join_id)? {
        return joined(session, &first, true);
    }
    let quantity = params::parse_decimal(params.require("quantity")?)
        .ok_or_else(|| Fault::invalid("quantity", "not a number"))?;
    let goods = &session.market.goods;
    let Some(group) = goods.group(params.require("groupId")?) else { return Ok(no_such_group()) };
    let Some(offer) = goods.offer_by_id(group.offer_id) else { return Ok(no_such_group()) };
    if session.now_ms < group.start_ms || session.now_ms >= group.deadline_ms {
        return Ok(Reply::refusal("GROUP_NOT_OPEN", "团批未开始或已结束"));
    }
    let spec_id = params.get("specId").map(str::to_owned);
    if let Some((code, text)) = refusal(session, &offer, spec_id.as_deref(), quantity)? {
        return Ok(Reply::refusal(code, &text));
    }
    let address = match params.int("addressId")? {
        Some(id) => address::by_id(id),
        None => address::book().into_iter().next(),
    };
    let Some(address) = address else {
        return Ok(Reply::refusal("ADDRESS_INVALID", "400 AddressId invalid"));
    };
    let join = Join {
        join_id: join_id.to_owned(),
        group_id: group.group_id.clone(),
        offer_id: offer.offer_id,
        spec_id,
        quantity,
        state: JOINED.to_owned(),
        address: serde_json::to_string(&address).unwrap_or_default(),
        created_ms: session.now_ms,
        deadline_ms: group.deadline_ms,
        order_id: None,
    };
    groups::insert(session.tx, &join)?;
    joined(session, &join, false)
}

/// Why this quantity of this spec cannot join.
fn refusal(
    session: &Session<'_>,
    offer: &WorldOffer,
    spec_id: Option<&str>,
    quantity: Decimal,
) -> Result<Option<(&'static str, String)>, Fault> {
    let id = offer.offer_id;
    let place = spec_id.map_or_else(|| format!("[{id}]"), |spec| format!("[{id}_{spec}]"));
    let sku = offer.skus.iter().find(|sku| Some(sku.spec_id.as_str()) == spec_id);
    let no = |code: &'static str, text: &str| Ok(Some((code, format!("{text}{place}"))));
    if spec_id.is_none() && !offer.skus.is_empty() {
        return no("SPEC_MISSING", "商品规格specId必填");
    }
    if spec_id.is_some() && sku.is_none() {
        return no("SPEC_UNKNOWN", "商品规格不存在");
    }
    if !quantity_fits(&offer.unit, quantity) {
        return no("QUANTITY_INVALID", "购买数量不正确");
    }
    let lot = offer.lot.filter(|lot| *lot > 1 && session.market.lot_rule == LotRule::Refuse);
    if lot.is_some_and(|lot| !quantity.checked_rem(Decimal::from(lot)).unwrap_or_default().is_zero()) {
        return no("SANDBOX_LOT", "购买数量须为每手数量的整数倍");
    }
    if offer.purchase_limit.is_some_and(|limit| quantity > Decimal::from(limit)) {
        return no("SANDBOX_LIMIT", "超过限购数量");
    }
    let taken = state::taken(session.tx, id)?;
    if state::milli(quantity) > left_milli(Some(&taken), offer, sku) {
        return no("STOCK_SHORT", "商品库存不足");
    }
    Ok(None)
}

pub(in super::super) fn leave(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let goods = &session.market.goods;
    let mine: Vec<Join> = if let Some(join_id) = params.get("joinId") {
        match groups::by_id(session.tx, join_id)? {
            Some(join) => vec![join],
            None => return Ok(Reply::refusal("JOIN_NOT_EXIST", "没有参加该团批")),
        }
    } else {
        let group_id = params.require("groupId")?;
        let joins = groups::of_group(session.tx, group_id)?;
        if joins.is_empty() && goods.group(group_id).is_none() {
            return Ok(no_such_group());
        }
        joins
    };
    let closed = |join: &Join| join.deadline_ms <= session.now_ms;
    if !mine.is_empty() && mine.iter().all(|join| closed(join) && join.state != LEFT) {
        return Ok(Reply::refusal("GROUP_CLOSED", "团批已结束"));
    }
    let mut left = 0;
    let mut rows = Vec::new();
    for mut join in mine {
        if join.state == JOINED && !closed(&join) {
            groups::release(session.tx, &join, LEFT)?;
            join.state = LEFT.to_owned();
            left += 1;
        }
        rows.push(join_row(&join));
    }
    Ok(Reply::extension(json!({"left": left, "joins": rows})))
}
