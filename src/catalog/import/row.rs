//! One row of a file made into an offer, or the reason why not, in words.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::catalog::import::cells::{Cell, elements, members};
use crate::catalog::import::columns::{FIELDS, Field, Meaning};
use crate::domain::entry::is_ruined;
use crate::domain::id::OfferKey;
use crate::domain::money::Money;
use crate::domain::offer::{Attribute, Offer, OfferKind, PriceTier, QuoteType};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// Longest item number, in characters.
const MAX_ITEM_NO: usize = 64;
/// Most tiers of one row.
const MAX_TIERS: usize = 50;
/// Most attributes of one row.
const MAX_ATTRIBUTES: usize = 100;
/// No unit price is higher; keeps every product with a quantity inside the decimal's range.
const MAX_PRICE: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 0);

/// The values of one row by what they mean; blank ones are left out.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    values: [Option<(usize, Cell<'a>)>; FIELDS],
}

impl<'a> Fields<'a> {
    /// Takes a value unless a better named column has given one already.
    pub fn put(&mut self, meaning: Meaning, value: Cell<'a>) {
        let blank = matches!(&value, Cell::Text(text) if text.trim().is_empty());
        let Some(slot) = self.values.get_mut(meaning.field as usize) else { return };
        if blank || slot.as_ref().is_some_and(|(place, _)| *place <= meaning.place) {
            return;
        }
        *slot = Some((meaning.place, value));
    }

    fn value(&self, field: Field) -> Option<&Cell<'a>> {
        self.values.get(field as usize)?.as_ref().map(|(_, value)| value)
    }

    /// A number or text as text; a list or an object is not one.
    fn text(&self, field: Field, name: &str) -> Result<Option<&str>, String> {
        match self.value(field) {
            None => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text.as_ref())),
            Some(Cell::Number(digits)) => Ok(Some(*digits)),
            Some(Cell::Flag) => Err(format!("{name} is true or false, not text or a number")),
            Some(Cell::List(_) | Cell::Object(_)) => {
                Err(format!("{name} is a list or an object, not text or a number"))
            }
        }
    }

    fn clean(&self, field: Field, name: &str) -> Result<Option<Clean>, String> {
        Ok(self.text(field, name)?.map(Clean::new).filter(|text| !text.is_empty()))
    }

    fn quantity(&self, field: Field, name: &str) -> Result<Option<Quantity>, String> {
        let Some(text) = self.text(field, name)? else { return Ok(None) };
        let quantity = decimal(text, name)?;
        if quantity.is_sign_negative() && !quantity.is_zero() {
            return Err(format!("{name} is negative: {}", shown(text)));
        }
        Quantity::from_decimal(quantity).map(Some).ok_or_else(|| {
            format!("{name} is not a quantity (at most 99,999,999, three decimals): {}", shown(text))
        })
    }

    fn count(&self, field: Field, name: &str) -> Result<Option<u64>, String> {
        use rust_decimal::prelude::ToPrimitive;
        let Some(text) = self.text(field, name)? else { return Ok(None) };
        let number = decimal(text, name)?;
        number.to_u64().map(Some).ok_or_else(|| format!("{name} is not a count: {}", shown(text)))
    }

    /// The currency, where the row names one that is not yuan.
    pub fn foreign_currency(&self) -> Option<String> {
        let text = self.text(Field::Currency, "currency").ok().flatten()?;
        let code = Clean::capped(text.trim(), 8).as_str().to_uppercase();
        (!matches!(code.as_str(), "" | "CNY" | "RMB" | "YUAN" | "元" | "人民币")).then_some(code)
    }
}

/// The offer a row describes. Several things wrong are told together.
pub fn offer(fields: &Fields<'_>, source: &str, now: Timestamp) -> Result<Offer, String> {
    let mut wrong = Vec::new();
    let mut take = |problem: String| wrong.push(problem);
    let item_no = item_no(fields).map_err(&mut take).unwrap_or_default();
    let title_en = fields.clean(Field::TitleEn, "title_en").map_err(&mut take).unwrap_or_default();
    let title = match fields.clean(Field::Title, "title") {
        Ok(Some(title)) => title,
        // Rows that were only ever translated: the translation is all the title there is.
        Ok(None) => title_en.clone().unwrap_or_default(),
        Err(problem) => {
            take(problem);
            Clean::new("?")
        }
    };
    if title.is_empty() {
        take("title is missing".to_owned());
    }
    let moq = fields.quantity(Field::Moq, "minimum quantity").map_err(&mut take).unwrap_or_default();
    let mut offer = Offer::blank(OfferKey::Local { source: source.to_owned(), item_no }, title, now);
    offer.title_en = title_en;
    offer.moq = moq.filter(|moq| !moq.is_zero());
    if let Err(problem) = prices(fields, &mut offer) {
        take(problem);
    }
    offer.lot = fields.quantity(Field::Lot, "lot").map_err(&mut take).unwrap_or_default();
    offer.lot = offer.lot.filter(|lot| !lot.is_zero());
    offer.stock = fields.quantity(Field::Stock, "stock").map_err(&mut take).unwrap_or_default();
    offer.sold_30d = fields.count(Field::Sold30d, "sales").map_err(&mut take).unwrap_or_default();
    if offer.sold_30d.is_none() {
        let sold = fields.count(Field::Sold90d, "sales").map_err(&mut take).unwrap_or_default();
        offer.sold_30d = sold.map(|sold| sold / 3);
    }
    offer.repeat_rate = share(fields).map_err(&mut take).unwrap_or_default();
    offer.weight_kg = weight(fields).map_err(&mut take).unwrap_or_default();
    let unit = fields.clean(Field::Unit, "unit").map_err(&mut take).unwrap_or_default();
    offer.unit = unit.map(|unit| Unit::new(unit.as_str()));
    offer.supplier_name = fields.clean(Field::Supplier, "supplier").map_err(&mut take).unwrap_or_default();
    offer.city = fields.clean(Field::City, "city").map_err(&mut take).unwrap_or_default();
    offer.belt = fields.clean(Field::Belt, "belt").map_err(&mut take).unwrap_or_default();
    offer.belt = offer.belt.or_else(|| offer.city.clone());
    offer.attributes = attributes(fields).map_err(&mut take).unwrap_or_default();
    offer.rating = rating(fields).map_err(&mut take).unwrap_or_default();
    if let Ok(Some(kind)) = fields.text(Field::Kind, "kind")
        && kind.trim() == OfferKind::Fee.as_str()
    {
        offer.kind = OfferKind::Fee;
    }
    if wrong.is_empty() { Ok(offer) } else { Err(wrong.join("; ")) }
}

fn item_no(fields: &Fields<'_>) -> Result<String, String> {
    let text = fields.text(Field::ItemNo, "id")?.ok_or("id is missing")?;
    let clean = Clean::capped(text, MAX_ITEM_NO + 1);
    match clean.as_str().chars().count() {
        0 => Err("id is missing".to_owned()),
        _ if is_ruined(clean.as_str()) => Err(format!(
            "id {clean} is a number a spreadsheet rounded, its last digits are lost: export that column as text"
        )),
        n if n > MAX_ITEM_NO => Err(format!("id is longer than {MAX_ITEM_NO} characters")),
        // A colon would end the number wherever `L:<source>:<item>[:<spec>]` is typed.
        _ => Ok(clean.as_str().replace(':', "-")),
    }
}

/// One price is a tier from the minimum on; a least and a greatest one are the range of an offer priced by SKUs
/// that the file does not name.
fn prices(fields: &Fields<'_>, offer: &mut Offer) -> Result<(), String> {
    let from = offer.moq.unwrap_or(Quantity::ONE);
    if let Some(Cell::List(list)) = fields.value(Field::Tiers) {
        let tiers = elements(list);
        if !tiers.is_empty() {
            offer.tiers = tiers_of(&tiers)?;
            return Ok(());
        }
    }
    let single = fields.text(Field::Price, "price")?;
    let least = fields.text(Field::PriceMin, "least price")?;
    let greatest = fields.text(Field::PriceMax, "greatest price")?;
    let (least, greatest) = match (least, greatest, single) {
        (Some(least), Some(greatest), _) => (least, greatest),
        (_, _, Some(single)) => range(single).unwrap_or((single, single)),
        (Some(only), None, None) | (None, Some(only), None) => (only, only),
        (None, None, None) => return Err("price is missing".to_owned()),
    };
    let (least, greatest) = (price(least)?, price(greatest)?);
    if least > greatest {
        return Err(format!("least price {least} is above greatest price {greatest}"));
    }
    if least == greatest {
        offer.quote_type = QuoteType::ByOffer;
        offer.tiers = vec![PriceTier { from_quantity: from, price: least, promotion: None }];
    } else {
        offer.quote_type = QuoteType::BySku;
        offer.price_range = Some((least, greatest));
    }
    Ok(())
}

fn tiers_of(tiers: &[&RawValue]) -> Result<Vec<PriceTier>, String> {
    if tiers.len() > MAX_TIERS {
        return Err(format!("more than {MAX_TIERS} price tiers"));
    }
    tiers
        .iter()
        .map(|tier| {
            let tier = members(tier);
            let from = scalar(&tier, &["from_quantity", "startQuantity", "quantity"])
                .ok_or("a price tier has no from_quantity")?;
            let cost = scalar(&tier, &["unit_price", "price"]).ok_or("a price tier has no unit_price")?;
            let from_quantity = Quantity::from_decimal(decimal(&from, "from_quantity of a price tier")?)
                .ok_or_else(|| {
                    format!("from_quantity of a price tier is not a quantity: {}", shown(&from))
                })?;
            Ok(PriceTier { from_quantity, price: price(&cost)?, promotion: None })
        })
        .collect()
}

/// The text or number of the first of these names that has one.
fn scalar<'a>(members: &[(String, &'a RawValue)], names: &[&str]) -> Option<Cow<'a, str>> {
    let of = |name: &&str| {
        members.iter().rev().find(|(key, _)| key == name).and_then(|(_, raw)| Cell::scalar(raw))
    };
    names.iter().find_map(of)
}

/// `1.60-5.80` in one column.
fn range(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (least, greatest) = text.split_once(['-', '~', '～', '–', '—'])?;
    (!least.trim().is_empty() && !greatest.trim().is_empty()).then_some((least, greatest))
}

fn price(text: &str) -> Result<Money, String> {
    let plain = text.trim().trim_start_matches(['¥', '￥', '$', '£', '€']).trim_end_matches('元');
    let price = decimal(plain, "price")?;
    if price.is_zero() {
        return Err("price is 0".to_owned());
    }
    if price.is_sign_negative() {
        return Err(format!("price is negative: {}", shown(text)));
    }
    if price > MAX_PRICE || price.normalize().scale() > 8 {
        return Err(format!("price is out of range: {}", shown(text)));
    }
    Ok(Money::from_yuan(price))
}

/// A share such as `0.18` or `18%`.
fn share(fields: &Fields<'_>) -> Result<Option<Decimal>, String> {
    let Some(text) = fields.text(Field::RepeatRate, "repeat rate")? else { return Ok(None) };
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => decimal(percent, "repeat rate")? / Decimal::ONE_HUNDRED,
        None => decimal(text, "repeat rate")?,
    };
    if share < Decimal::ZERO || share > Decimal::ONE {
        return Err(format!("repeat rate is not between 0 and 1: {}", shown(text)));
    }
    Ok(Some(share))
}

/// A score from 0 to 5.
fn rating(fields: &Fields<'_>) -> Result<Option<Decimal>, String> {
    let Some(text) = fields.text(Field::Rating, "rating")? else { return Ok(None) };
    let rating = decimal(text, "rating")?;
    if rating < Decimal::ZERO || rating > Decimal::from(5) {
        return Err(format!("rating is not between 0 and 5: {}", shown(text)));
    }
    Ok(Some(rating))
}

/// `{"材质":"304"}`, `[{"name":"材质","value":"304"}]` or `材质:304;容量:500ml`. A pair without a name or a value says
/// nothing and is left out.
fn attributes(fields: &Fields<'_>) -> Result<Vec<Attribute>, String> {
    let pair = |name: &str, value: &str| {
        let (name, value) = (Clean::capped(name.trim(), 40), Clean::capped(value.trim(), 120));
        (!name.is_empty() && !value.is_empty()).then_some(Attribute {
            name,
            name_en: None,
            value,
            value_en: None,
        })
    };
    let mut found: Vec<Attribute> = match fields.value(Field::Attributes) {
        None => Vec::new(),
        // By name, as they have no order of their own; of two of one name the later counts.
        Some(Cell::Object(object)) => members(object)
            .into_iter()
            .collect::<BTreeMap<_, _>>()
            .iter()
            .filter_map(|(name, value)| pair(name, &Cell::scalar(value)?))
            .collect(),
        Some(Cell::List(list)) => elements(list)
            .into_iter()
            .filter_map(|item| {
                let item = members(item);
                pair(&scalar(&item, &["name"])?, &scalar(&item, &["value"])?)
            })
            .collect(),
        Some(Cell::Text(text)) => text
            .split([';', '；', '\n'])
            .filter_map(|part| part.split_once([':', '：', '=']))
            .filter_map(|(name, value)| pair(name, value))
            .collect(),
        Some(_) => return Err("attributes are neither names with values nor text".to_owned()),
    };
    found.truncate(MAX_ATTRIBUTES);
    Ok(found)
}

fn weight(fields: &Fields<'_>) -> Result<Option<Decimal>, String> {
    let Some(text) = fields.text(Field::WeightKg, "weight")? else { return Ok(None) };
    let weight = decimal(text, "weight")?;
    if weight.is_sign_negative() || weight > Decimal::from(1_000_000) {
        return Err(format!("weight is out of range: {}", shown(text)));
    }
    Ok(Some(weight))
}

/// Exactly the number that is written: no exponent, no infinity; commas only between groups of three digits.
fn decimal(text: &str, name: &str) -> Result<Decimal, String> {
    let trimmed = text.trim();
    let problem = || format!("{name} is not a number: {}", shown(text));
    let plain = if trimmed.contains(',') {
        let whole = trimmed.split('.').next().unwrap_or_default();
        let mut groups = whole.split(',');
        let first = groups.next().map_or(0, str::len);
        if !(1..=3).contains(&first) || !groups.all(|group| group.len() == 3) {
            return Err(problem());
        }
        Cow::Owned(trimmed.replace(',', ""))
    } else {
        Cow::Borrowed(trimmed)
    };
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Err(problem());
    }
    Decimal::from_str_exact(&plain).map_err(|_| problem())
}

fn shown(text: &str) -> Clean {
    Clean::capped(text.trim(), 40)
}
