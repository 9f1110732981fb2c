//! Buying lists at today's prices: what each line, and each list, would cost now.

use rust_decimal::Decimal;

use super::lists::Listed;
use super::{Desk, DeskError};
use crate::domain::id::OfferKey;
use crate::domain::list::{ListLine, ListRow};
use crate::domain::money::Money;
use crate::domain::price::unit_price;
use crate::domain::quantity::Quantity;
use crate::domain::written::FileTrouble;

/// One line of a list today.
#[derive(Debug, Clone, PartialEq)]
pub struct ListItem {
    /// The line as it stands in the list.
    pub line: ListLine,
    /// Units, scaled.
    pub quantity: Quantity,
    /// Price of one unit when the whole list is bought, yuan; `None` = unknown.
    pub unit_price: Option<Money>,
    /// Price x quantity, rounded to the fen.
    pub amount: Option<Money>,
    /// Not in the catalog, or no longer on sale.
    pub gone: bool,
}

/// What of a list is on sale costs so much today, yuan; and whether that is all of it at a known price.
pub fn goods_of(items: &[ListItem]) -> (Money, bool) {
    let goods = items.iter().filter(|item| !item.gone).filter_map(|item| item.amount).sum();
    (goods, items.iter().all(|item| !item.gone && item.amount.is_some()))
}

impl Desk {
    /// So many sets of a list, line by line: tiers go by all of an offer's lines together.
    pub fn list_items(&self, listed: &Listed, scale: Option<Decimal>) -> Result<Vec<ListItem>, DeskError> {
        let lines = &listed.list.lines;
        let keys: Vec<OfferKey> = lines.iter().map(|line| line.offer_id.clone()).collect();
        let offers = self.offers(&keys)?;
        let quantities: Vec<Quantity> =
            lines.iter().zip(&offers).map(|(line, offer)| Desk::sets(line, offer.as_ref(), scale)).collect();
        let item = |((line, offer), quantity): ((&ListLine, &Option<_>), &Quantity)| {
            let of_offer = lines.iter().zip(&quantities).filter(|(other, _)| other.offer_id == line.offer_id);
            let total = of_offer.map(|(_, quantity)| *quantity).sum();
            let offer: Option<&crate::domain::offer::Offer> = offer.as_ref();
            let price = offer.and_then(|offer| unit_price(offer, line.spec_id.as_ref(), total, *quantity));
            let price = price.map(|price| price.charged);
            ListItem {
                line: line.clone(),
                quantity: *quantity,
                unit_price: price,
                amount: price.map(|price| price.times(quantity.decimal()).rounded()),
                gone: offer.is_none_or(|offer| offer.gone),
            }
        };
        Ok(lines.iter().zip(&offers).zip(&quantities).map(item).collect())
    }

    /// All lists as they are listed, and the files that are none. What waits longest comes first; what never comes
    /// due, last.
    pub fn list_rows(&self) -> Result<(Vec<ListRow>, Vec<FileTrouble>), DeskError> {
        let (lists, bad) = self.lists()?;
        let mut rows = Vec::with_capacity(lists.len());
        for listed in lists {
            let items = self.list_items(&listed, None)?;
            let (goods, goods_complete) = goods_of(&items);
            rows.push(ListRow {
                lines: listed.list.lines.len(),
                goods,
                goods_complete,
                every_days: listed.list.every_days,
                bought: listed.bought,
                due: listed.due,
                days_over: listed.days_over,
                note: listed.list.note,
                name: listed.list.name,
            });
        }
        rows.sort_by_key(|row| (row.due.is_none(), row.due, row.name.clone()));
        Ok((rows, bad))
    }
}
