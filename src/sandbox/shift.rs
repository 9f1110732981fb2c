//! How an offer stands beside what the world made of it: sellers change prices, stock, minimums and titles, take
//! listings down and put them up again. One small row an offer, applied wherever an offer is shown or judged.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use rusqlite::{Transaction, params};

use super::state;
use super::world::types::{WorldGroup, WorldOffer};
use crate::domain::money::Money;

/// What a seller writes behind a title when the listing is looked over. Row 0 is none.
const TITLE_ENDS: [(&str, &str); 7] = [
    ("", ""),
    ("升级款", "upgraded"),
    ("当季新款", "this season"),
    ("热卖", "hot sale"),
    ("限时优惠", "limited offer"),
    ("加固包装", "reinforced packing"),
    ("工厂清仓", "factory clearance"),
];

/// Kinds of title there are.
pub(super) const TITLES: u8 = TITLE_ENDS.len() as u8;

/// One offer's difference from the world. Thousandths of what the world says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub gone: bool,
    pub price: u32,
    pub stock: u32,
    /// Another minimum; `None` = as the world has it.
    pub minimum: Option<u32>,
    /// Which ending the title carries; 0 = none.
    pub title: u8,
}

/// As the world has it.
impl Default for Shift {
    fn default() -> Self {
        Shift { gone: false, price: 1000, stock: 1000, minimum: None, title: 0 }
    }
}

impl Shift {
    /// A price of so many fen, moved; at least a fen.
    pub fn fen(self, fen: i64) -> i64 {
        if self.price == 1000 || fen <= 0 { fen } else { ((fen * i64::from(self.price) + 500) / 1000).max(1) }
    }

    fn money(self, money: Money) -> Money {
        if self.price == 1000 { money } else { Money::from_fen(self.fen(money.to_fen_rounded())) }
    }

    fn promotion(self, promotion: Option<Money>, below: Money) -> Option<Money> {
        promotion.map(|price| self.money(price)).filter(|price| *price < below)
    }

    fn pieces(self, stock: i64) -> i64 {
        if self.stock == 1000 { stock } else { stock.saturating_mul(i64::from(self.stock)) / 1000 }
    }

    /// The title's ending in Chinese, empty when there is none.
    pub fn ending(self) -> &'static str {
        TITLE_ENDS.get(usize::from(self.title)).map_or("", |end| end.0)
    }

    /// The offer as it stands; that it is gone is for the caller to see.
    pub fn apply(self, offer: &mut WorldOffer) {
        if self.price != 1000 {
            self.move_prices(offer);
        }
        if self.stock != 1000 {
            for sku in &mut offer.skus {
                sku.stock = self.pieces(sku.stock);
            }
            offer.stock = if offer.skus.is_empty() {
                self.pieces(offer.stock)
            } else {
                offer.skus.iter().map(|sku| sku.stock).sum()
            };
        }
        if let Some(minimum) = self.minimum {
            offer.moq = i64::from(minimum);
            // Whoever chose it left room below the second step.
            if let Some(first) = offer.tiers.first_mut() {
                first.from_quantity = offer.moq;
            }
        }
        if let Some((chinese, english)) = TITLE_ENDS.get(usize::from(self.title)).filter(|_| self.title > 0) {
            offer.subject.push(' ');
            offer.subject.push_str(chinese);
            if !offer.subject_en.is_empty() {
                offer.subject_en.push_str(", ");
                offer.subject_en.push_str(english);
            }
        }
    }

    fn move_prices(self, offer: &mut WorldOffer) {
        let mut above: Option<i64> = None;
        offer.tiers.retain_mut(|tier| {
            // Steps keep falling; one that cannot is no step any more.
            let moved = self.fen(tier.price.to_fen_rounded());
            let fen = above.map_or(moved, |above| moved.min(above - 1));
            above = Some(fen);
            let price = Money::from_fen(fen);
            tier.promotion_price = self.promotion(tier.promotion_price, price);
            tier.price = price;
            fen > 0
        });
        for sku in &mut offer.skus {
            let Some(price) = sku.price.map(|price| self.money(price)) else { continue };
            sku.promotion_price = self.promotion(sku.promotion_price, price);
            sku.price = Some(price);
        }
        for flow in &mut offer.extra_flows {
            flow.price = self.money(flow.price);
        }
    }

    /// A group's prices move with its offer's.
    pub fn apply_to_group(self, group: &mut WorldGroup) {
        if self.price == 1000 {
            return;
        }
        group.alone_price = self.money(group.alone_price);
        let mut above = group.alone_price.to_fen_rounded();
        group.steps.retain_mut(|(_, price)| {
            above = self.fen(price.to_fen_rounded()).min(above - 1);
            *price = Money::from_fen(above);
            above > 0
        });
    }
}

/// Every shift of the state, as of the last request that looked.
#[derive(Debug, Default)]
pub(super) struct Shifts(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The last change that was read.
    seen: i64,
    /// By running number.
    rows: HashMap<u64, Shift>,
    gone: u64,
    /// Listings taken down, by supplier.
    gone_of: HashMap<u64, u64>,
}

impl Shifts {
    /// How this offer stands; `None` = as the world has it.
    pub fn of(&self, number: u64) -> Option<Shift> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.rows.get(&number).copied()
    }

    /// All of them. Whoever holds it asks it, and not [`Shifts::of`], which would wait for a writer that waits for us.
    pub fn all(&self) -> AllShifts<'_> {
        AllShifts(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many listings are down.
    pub fn gone(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).gone
    }

    /// How many of a supplier's are.
    pub fn gone_of(&self, supplier: u64) -> u64 {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.gone_of.get(&supplier).copied().unwrap_or(0)
    }

    /// Reads what changed since the last look: this process's churn and any other's. To be called before the
    /// transaction writes, so that nothing is taken for known that may still be rolled back. `place` finds running
    /// number and supplier of an offer.
    pub fn refresh(
        &self,
        tx: &Transaction<'_>,
        place: impl Fn(i64) -> Option<(u64, u64)>,
    ) -> rusqlite::Result<()> {
        let last = state::last_change(tx)?;
        if self.0.read().unwrap_or_else(PoisonError::into_inner).seen == last {
            return Ok(());
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut statement = tx.prepare_cached(
            "SELECT m.offer_id, m.gone, m.price, m.stock, m.minimum, m.title
             FROM changes c JOIN moved m ON m.offer_id = c.offer_id WHERE c.seq > ?1",
        )?;
        let mut rows = statement.query([known.seen])?;
        while let Some(row) = rows.next()? {
            let shift = Shift {
                gone: row.get(1)?,
                price: row.get(2)?,
                stock: row.get(3)?,
                minimum: row.get(4)?,
                title: row.get(5)?,
            };
            let Some((number, supplier)) = place(row.get(0)?) else { continue };
            let was_gone = known.rows.insert(number, shift).is_some_and(|old| old.gone);
            match (was_gone, shift.gone) {
                (false, true) => {
                    known.gone += 1;
                    *known.gone_of.entry(supplier).or_default() += 1;
                }
                (true, false) => {
                    known.gone = known.gone.saturating_sub(1);
                    if let Some(count) = known.gone_of.get_mut(&supplier) {
                        *count = count.saturating_sub(1);
                    }
                }
                _ => {}
            }
        }
        known.seen = last;
        Ok(())
    }
}

/// Every shift, held still.
#[derive(Debug)]
pub(super) struct AllShifts<'a>(RwLockReadGuard<'a, Known>);

impl AllShifts<'_> {
    pub fn of(&self, number: u64) -> Option<Shift> {
        self.0.rows.get(&number).copied()
    }

    /// By running number, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Shift)> + '_ {
        self.0.rows.iter().map(|(number, shift)| (*number, *shift))
    }
}

/// Keeps how an offer stands from now on, and that it changed.
pub(super) fn store(tx: &Transaction<'_>, offer_id: i64, shift: Shift) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO moved (offer_id, gone, price, stock, minimum, title) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![offer_id, shift.gone, shift.price, shift.stock, shift.minimum, shift.title])?;
    state::note_change(tx, offer_id)
}

/// Offers that are down, from some id on and then from the lowest.
pub(super) fn gone_from(tx: &Transaction<'_>, offer_id: i64, most: usize) -> rusqlite::Result<Vec<i64>> {
    let mut found: Vec<i64> = Vec::new();
    for (from, to) in [(offer_id, i64::MAX), (i64::MIN, offer_id)] {
        let room = most.saturating_sub(found.len());
        let rows: Vec<i64> = tx
            .prepare_cached(
                "SELECT offer_id FROM moved WHERE gone = 1 AND offer_id >= ?1 AND offer_id < ?2 ORDER BY offer_id LIMIT ?3",
            )?
            .query_map(params![from, to, room as i64], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        found.extend(rows);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::world::World;
    use super::*;

    #[test]
    fn a_moved_offer_keeps_the_rules_of_its_kind() {
        let world = World::new(5, 3_000, None);
        for number in 0..3_000 {
            let made = world.offer(number).unwrap();
            for price in [500, 873, 1_140, 2_000] {
                let shift = Shift { price, stock: 700, title: 2, ..Shift::default() };
                let mut offer = made.clone();
                shift.apply(&mut offer);
                assert!(!offer.tiers.is_empty());
                assert!(offer.tiers.windows(2).all(|pair| pair[0].price > pair[1].price));
                assert!(
                    offer.tiers.iter().all(|tier| tier.price > Money::ZERO
                        && tier.promotion_price.is_none_or(|p| p < tier.price))
                );
                if offer.quote_type == 1 {
                    let lowest = offer.skus.iter().filter_map(|sku| sku.price).min();
                    assert_eq!(Some(offer.tiers[0].price), lowest);
                }
                if !offer.skus.is_empty() {
                    assert_eq!(offer.stock, offer.skus.iter().map(|sku| sku.stock).sum::<i64>());
                }
                assert!(offer.subject.starts_with(&made.subject) && offer.subject.ends_with("当季新款"));
            }
            let mut same = made.clone();
            Shift::default().apply(&mut same);
            assert_eq!(same, made);
        }
    }
}
