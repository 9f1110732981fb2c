//! The market's preview of an order (GATEWAY.md 2.6): the only authority on what will be paid. Sums are fen, the
//! lines beside them yuan; no quantity is echoed.

use serde::Deserialize;

use super::list::{List, Words};
use super::scalar::{Field, Id, money};
use crate::domain::id::SpecId;
use crate::domain::money::{Fen, Money, Yuan};
use crate::domain::text::Clean;
use crate::market::gateway::envelope::{self, Members};
use crate::market::{MarketError, Quote, QuotedLine, Refusal};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PartBody {
    status: Field<bool>,
    result_code: Field<String>,
    message: Field<String>,
    flow_flag: Field<String>,
    trade_mode_name_list: Words,
    sum_payment_no_carriage: Field<Fen>,
    sum_carriage: Field<Fen>,
    sum_payment: Field<Fen>,
    discount_fee: Field<Fen>,
    cargo_list: List<CargoBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct CargoBody {
    offer_id: Field<Id>,
    spec_id: Field<String>,
    final_unit_price: Field<Yuan>,
    amount: Field<Yuan>,
    result_code: Field<String>,
    message: Field<String>,
}

/// The quote, or the refusal with the lines it points at.
pub fn preview(body: &[u8]) -> Result<Quote, MarketError> {
    let top = envelope::open(body)?;
    let parts = top.raw("orderPreviewResuslt").map(List::<PartBody>::read).unwrap_or_default();
    if let Some(refusal) = refused(&top, &parts.items) {
        return Err(refusal);
    }
    if parts.dropped > 0 || parts.items.is_empty() {
        return Err(envelope::unreadable("a preview without its parts"));
    }
    let freight_open =
        top.raw("postFeeByDescOfferList").is_some_and(|raw| !matches!(raw.get().trim(), "[]" | "\"\""));
    quote(parts.items, freight_open)
}

/// A refusal at the top or of a part. The first code counts; the pointers of all texts are gathered.
fn refused(top: &Members<'_>, parts: &[PartBody]) -> Option<MarketError> {
    let bad: Vec<&PartBody> = parts.iter().filter(|part| part.status == Field::Known(false)).collect();
    if top.success() != Some(false) && bad.is_empty() {
        // Neither parts nor a word on success, but a code: a refusal all the same.
        return if parts.is_empty() && top.success().is_none() && top.code().is_some() {
            Some(envelope::business_error(top))
        } else {
            None
        };
    }
    let said = |field: &Field<String>| field.as_ref().cloned();
    let code = top.code().or_else(|| bad.iter().find_map(|part| said(&part.result_code)));
    let message = top.message().or_else(|| bad.iter().find_map(|part| said(&part.message)));
    let mut refusal = envelope::refusal(&code.unwrap_or_default(), &message.unwrap_or_default());
    if matches!(refusal.code.as_str(), "401" | "InvalidSession") {
        return Some(envelope::business_error(top));
    }
    let mut add = |lines: Vec<(i64, Option<SpecId>)>| {
        for line in lines {
            if !refusal.lines.contains(&line) {
                refusal.lines.push(line);
            }
        }
    };
    for part in bad {
        add(envelope::pointed_at(part.message.as_ref().map_or("", String::as_str)));
        for cargo in part.cargo_list.items.iter().filter(|cargo| cargo.refusal().is_some()) {
            if let Some(Id(offer_id)) = cargo.offer_id.get() {
                add(vec![(offer_id, cargo.spec())]);
            }
        }
    }
    Some(MarketError::Refused(refusal))
}

fn quote(parts: Vec<PartBody>, freight_open: bool) -> Result<Quote, MarketError> {
    let sum = |name: &str, field: fn(&PartBody) -> Field<Fen>| -> Result<Money, MarketError> {
        parts
            .iter()
            .map(|part| field(part).get().filter(|fen| fen.0 >= 0).map(Money::from))
            .sum::<Option<Money>>()
            .ok_or_else(|| envelope::unreadable(&format!("a preview without {name}")))
    };
    let goods = sum("sumPaymentNoCarriage", |part| part.sum_payment_no_carriage)?;
    let payable = sum("sumPayment", |part| part.sum_payment)?;
    let freight = if freight_open { None } else { sum("sumCarriage", |part| part.sum_carriage).ok() };
    if parts.iter().any(|part| !believable(part)) {
        return Err(envelope::unreadable("a preview with figures that cannot be believed"));
    }
    // Left out where there is none; written with either sign.
    if parts.iter().any(|part| part.discount_fee.is_unreadable()) {
        return Err(envelope::unreadable("a preview whose discount is no number"));
    }
    let discount: Money = parts
        .iter()
        .filter_map(|part| part.discount_fee.get())
        .map(|fen| Money::from_fen(fen.0.saturating_abs()))
        .sum();
    let first = parts.first().ok_or_else(|| envelope::unreadable("a preview without its parts"))?;
    let flow = first.flow_flag.as_ref().cloned().unwrap_or_default();
    if parts.iter().any(|part| part.flow_flag.as_ref() != first.flow_flag.as_ref()) {
        // One create carries one flow.
        return Err(envelope::unreadable("a preview whose parts go by different flows"));
    }
    let accepted_by_all =
        |name: &&String| parts.iter().all(|part| part.trade_mode_name_list.0.contains(name));
    let trade_types: Vec<String> =
        first.trade_mode_name_list.0.iter().filter(accepted_by_all).cloned().collect();
    Ok(Quote {
        flow,
        trade_types,
        parts: parts.len(),
        lines: parts
            .into_iter()
            .flat_map(|part| part.cargo_list.items)
            .filter_map(CargoBody::into_line)
            .collect(),
        goods,
        freight,
        discount,
        payable,
    })
}

/// Whether what a part says beyond its sums can be believed: a figure may be left out, but one that stands there
/// as nonsense speaks against the whole, and orders are placed on it.
fn believable(part: &PartBody) -> bool {
    let carriage = &part.sum_carriage;
    let cargoes = &part.cargo_list;
    !carriage.is_unreadable()
        && carriage.as_ref().is_none_or(|fen| fen.0 >= 0)
        && cargoes.dropped == 0
        && cargoes.items.iter().all(|cargo| {
            !cargo.offer_id.is_unreadable()
                && !cargo.final_unit_price.is_unreadable()
                && !cargo.amount.is_unreadable()
        })
}

impl CargoBody {
    fn spec(&self) -> Option<SpecId> {
        self.spec_id.as_ref().map(|spec| SpecId::new(spec)).filter(|spec| !spec.as_str().is_empty())
    }

    /// A code that is none of success, or words without a code and without a price.
    fn refusal(&self) -> Option<Refusal> {
        let code = self.result_code.as_ref().map_or("", String::as_str);
        let fine = matches!(code, "" | "0" | "200" | "SUCCESS" | "S0000");
        if fine && (self.final_unit_price.as_ref().is_some() || self.message.as_ref().is_none()) {
            return None;
        }
        let message = self.message.as_ref().map_or("", String::as_str);
        Some(Refusal {
            code: Clean::capped(code, 80),
            message: Clean::new(message),
            lines: envelope::pointed_at(message),
        })
    }

    fn into_line(self) -> Option<QuotedLine> {
        Some(QuotedLine {
            offer_id: self.offer_id.get()?.0,
            spec_id: self.spec(),
            refusal: self.refusal(),
            unit_price: money(self.final_unit_price),
            amount: money(self.amount),
        })
    }
}
