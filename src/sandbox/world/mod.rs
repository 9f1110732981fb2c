//! The believable world behind the sandbox: offers, suppliers, categories and groups as pure functions
//! of `(seed, number)`, so nothing has to be stored and every process sees the same goods.
//!
//! [`World`] is cheap to make at any size: offers are dealt out to suppliers by a permutation and a
//! formula for where each supplier's share begins, so neither direction needs a list. What one offer is
//! decided first ([`draft`]), then written down ([`offer`], [`title`], [`freight`]). The proportions it
//! keeps are those of the sandbox's section in the design; the tests beside the code hold them.

mod best;
mod draft;
mod freight;
pub mod glance;
mod group;
mod offer;
pub mod rng;
mod supplier;
mod title;
mod truth;
pub mod types;
mod vocabulary;

use rng::{Permutation, Source};
use types::{WorldCategory, WorldOffer, WorldSupplier};
use vocabulary::{Vocabulary, vocabulary};

/// Kinds of things that draw numbers; never renumber, or every world changes.
mod topic {
    pub const OFFER: u64 = 1;
    pub const SUPPLIER: u64 = 2;
    pub const OFFER_ID: u64 = 3;
    pub const DEAL: u64 = 4;
    pub const SKU_ID: u64 = 5;
    pub const SELLER: u64 = 6;
    pub const NAME: u64 = 7;
    pub const WORLD: u64 = 8;
    pub const GROUP: u64 = 9;
    pub const ARRIVAL: u64 = 10;
    pub const SPEC: u64 = 11;
    pub const TITLE: u64 = 12;
    pub const TRUTH: u64 = 13;
    pub const TERMS: u64 = 14;
}

/// Offer ids have twelve digits and SKU ids thirteen, as on the market.
const OFFER_ID_FROM: u64 = 100_000_000_000;
const OFFER_IDS: u64 = 900_000_000_000;
const SKU_ID_FROM: u64 = 1_000_000_000_000;
const SKU_IDS: u64 = 9_000_000_000_000;
/// Room for the SKUs of one offer in the numbering of SKUs.
const SKU_ROOM: u64 = 64;

/// Every offer, supplier, category and group of one seed. Holds no goods, only how to make them.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    offers: u64,
    suppliers: u64,
    offer_ids: Permutation,
    sku_ids: Permutation,
    deal: Permutation,
    sellers: Permutation,
    vocabulary: &'static Vocabulary,
}

impl World {
    /// A world of `offers` listings by `suppliers` sellers (3 for 40 offers when not given, at least one).
    pub fn new(seed: u64, offers: u64, suppliers: Option<u64>) -> World {
        // Beyond these the ids would have to repeat.
        let offers = offers.min(SKU_IDS / SKU_ROOM);
        let suppliers = suppliers.unwrap_or(offers * 3 / 40).clamp(1, 1 << 31);
        World {
            seed,
            offers,
            suppliers,
            offer_ids: Permutation::new(seed, topic::OFFER_ID, OFFER_IDS),
            sku_ids: Permutation::new(seed, topic::SKU_ID, SKU_IDS),
            deal: Permutation::new(seed, topic::DEAL, offers),
            sellers: Permutation::new(seed, topic::SELLER, 1 << supplier::SELLER_BITS),
            vocabulary: vocabulary(),
        }
    }

    /// The seed it grows from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many offers there are; they are numbered from 0.
    pub fn offer_count(&self) -> u64 {
        self.offers
    }

    /// How many suppliers there are; they are numbered from 0.
    pub fn supplier_count(&self) -> u64 {
        self.suppliers
    }

    /// The listing with this number.
    pub fn offer(&self, number: u64) -> Option<WorldOffer> {
        Some(offer::write(self, &self.draft(number)?))
    }

    /// The title alone, the same as `offer(number).subject` at a fraction of the cost.
    pub fn subject(&self, number: u64) -> Option<String> {
        Some(title::Title::of(&self.draft(number)?, self.vocabulary).chinese())
    }

    /// The id of the listing with this number.
    pub fn offer_id(&self, number: u64) -> Option<i64> {
        if number >= self.offers {
            return None;
        }
        i64::try_from(OFFER_ID_FROM + self.offer_ids.forward(number)?).ok()
    }

    /// The number of the listing with this id; `None` for ids that are not of this world.
    pub fn offer_number(&self, offer_id: i64) -> Option<u64> {
        let place = u64::try_from(offer_id).ok()?.checked_sub(OFFER_ID_FROM)?;
        self.offer_ids.inverse(place).filter(|number| *number < self.offers)
    }

    fn sku_id(&self, number: u64, index: u64) -> i64 {
        let place = self.sku_ids.forward(number * SKU_ROOM + index.min(SKU_ROOM - 1));
        (SKU_ID_FROM + place.unwrap_or(0)) as i64
    }

    /// The seller with this number.
    pub fn supplier(&self, number: u64) -> Option<WorldSupplier> {
        supplier::write(self, number)
    }

    /// The number of the seller with this key; `None` for keys that are not of this world.
    pub fn supplier_number(&self, seller_open_id: &str) -> Option<u64> {
        supplier::number_of(self, seller_open_id)
    }

    /// Who lists the offer with this number; the last supplier for numbers beyond the world.
    pub fn supplier_of_offer(&self, number: u64) -> u64 {
        self.deal.forward(number).map_or(self.suppliers - 1, |place| self.supplier_at(place))
    }

    /// All offers of a supplier, ascending.
    pub fn offers_of_supplier(&self, supplier: u64) -> Vec<u64> {
        if supplier >= self.suppliers {
            return Vec::new();
        }
        let places = self.first_place(supplier)..self.first_place(supplier + 1);
        let mut numbers: Vec<u64> = places.filter_map(|place| self.deal.inverse(place)).collect();
        numbers.sort_unstable();
        numbers
    }

    /// How many they are, without walking them.
    pub fn offer_count_of_supplier(&self, supplier: u64) -> u64 {
        if supplier >= self.suppliers {
            return 0;
        }
        self.first_place(supplier + 1) - self.first_place(supplier)
    }

    /// The offer dealt to this place: a supplier's places stand together, suppliers in the order of their numbers.
    pub fn offer_at_place(&self, place: u64) -> Option<u64> {
        self.deal.inverse(place)
    }

    /// The leaf category of a supplier's main goods.
    pub fn category_of_supplier(&self, supplier: u64) -> Option<i64> {
        let (_, kind) = draft::trade_of(self, supplier)?;
        self.vocabulary.kinds.get(kind).map(|kind| kind.leaf)
    }

    /// The category tree without its root, parents before children.
    pub fn categories(&self) -> &[WorldCategory] {
        &self.vocabulary.categories
    }

    /// Where the offers of a supplier begin in dealt order. A cubic, so that the smallest shops have about
    /// 0.4 times the average and the largest 2.2 times.
    fn first_place(&self, supplier: u64) -> u64 {
        let (s, all) = (u128::from(supplier), u128::from(self.suppliers));
        let part = 4 * s * all * all + 6 * s * s * s;
        (u128::from(self.offers) * part / (10 * all * all * all)) as u64
    }

    /// The supplier whose places hold this one. The cubic is inverted roughly in floating point, then walked to
    /// the exact answer, which no rounding can change.
    fn supplier_at(&self, place: u64) -> u64 {
        let share = place as f64 / self.offers.max(1) as f64 * 10.0;
        let mut x = share / 10.0;
        for _ in 0..4 {
            x -= (6.0 * x * x * x + 4.0 * x - share) / (18.0 * x * x + 4.0);
        }
        let last = self.suppliers - 1;
        let mut at = ((x * self.suppliers as f64) as u64).min(last);
        // Of suppliers without any offer the last one holds the place of the next.
        while at < last && self.first_place(at + 1) <= place {
            at += 1;
        }
        while at > 0 && self.first_place(at) > place {
            at -= 1;
        }
        at
    }

    fn source(&self, topic: u64, number: u64) -> Source {
        Source::new(self.seed, topic, number)
    }

    fn draft(&self, number: u64) -> Option<draft::Draft> {
        draft::Draft::of(self, number)
    }
}

#[cfg(test)]
mod tests;
