//! What a search looks at of an offer, found without writing the rest of it: a keyword index over a million offers is
//! made of these. A test holds them to what the whole offer says.

use super::draft::{Pricing, draw};
use super::supplier::Standing;
use super::title::Title;
use super::{World, offer};
use crate::domain::money::Money;

/// Title, price and what filters ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    pub subject: String,
    /// Of the first step, or of the cheapest SKU where each has its own.
    pub price: Money,
    /// Leaf, second and top category.
    pub categories: [i64; 3],
    pub sold_7d: i64,
    pub sold_30d: i64,
    pub sold_out: i64,
    pub created_ms: i64,
    pub ship_guarantee: &'static str,
    pub return_7d: bool,
    pub one_piece_dropship: bool,
    pub free_post_dropship: bool,
    pub yanxuan: bool,
    /// Whether its supplier carries the factory badge.
    pub super_factory: bool,
}

impl World {
    /// See [`Glance`].
    pub fn glance(&self, number: u64) -> Option<Glance> {
        let draft = self.draft(number)?;
        let base_fen = offer::base_price(&draft);
        let price = match draft.pricing {
            // A bait's price follows from all the others.
            Pricing::Unlike { bait: true } => offer::write(self, &draft).tiers.first()?.price,
            _ => Money::from_fen(base_fen),
        };
        let (one_piece_dropship, free_post_dropship) = offer::dropship(&draft);
        let sold_30d = offer::sold(&draft, base_fen);
        let age_days = offer::age_days(&draft);
        Some(Glance {
            subject: Title::of(&draft, self.vocabulary).chinese(),
            price,
            categories: [draft.kind.leaf, draft.kind.second, draft.kind.top],
            sold_7d: offer::sold_7d(&draft, sold_30d),
            sold_30d,
            sold_out: offer::sold_out(&draft, sold_30d, age_days),
            created_ms: offer::created_ms(&draft, age_days),
            ship_guarantee: offer::ship_guarantee(&draft),
            return_7d: offer::return_7d(&draft),
            one_piece_dropship,
            free_post_dropship,
            yanxuan: draft.at(draw::BADGE).chance(offer::YANXUAN),
            super_factory: Standing::of(self, draft.supplier) == Standing::SuperFactory,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_says_what_the_whole_offer_says() {
        let world = World::new(3, 6_000, None);
        for number in 0..6_000 {
            let glance = world.glance(number).unwrap();
            let offer = world.offer(number).unwrap();
            let badge = world.supplier(offer.supplier).unwrap().identities.contains(&"super_factory");
            let cheapest = offer.skus.iter().filter_map(|sku| sku.price).min();
            let whole = Glance {
                price: cheapest.unwrap_or(offer.tiers[0].price),
                categories: [offer.category_id, offer.second_category_id, offer.top_category_id],
                sold_7d: offer.sold_7d,
                sold_30d: offer.sold_30d,
                sold_out: offer.sold_out,
                created_ms: offer.created_ms,
                ship_guarantee: glance.ship_guarantee,
                return_7d: offer.return_7d,
                one_piece_dropship: offer.one_piece_dropship,
                free_post_dropship: offer.free_post_dropship,
                yanxuan: offer.yanxuan,
                super_factory: badge,
                subject: offer.subject,
            };
            assert_eq!(glance, whole);
            assert_eq!(glance.ship_guarantee, offer.ship_guarantee);
        }
        assert_eq!(world.glance(6_000), None);
    }
}
