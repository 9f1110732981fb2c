//! What is for sale: the generated world, or listings from a file. The rest of the server asks here and does
//! not know which.

use super::listings::Listings;
use super::rules::Desk;
use super::world::World;
use super::world::types::{WorldCategory, WorldGroup, WorldOffer, WorldSupplier};

/// Everything that is for sale, as pure functions of number and time.
#[derive(Debug)]
pub(super) enum Goods {
    World(World),
    Listings(Listings),
}

impl Goods {
    pub fn offer_count(&self) -> u64 {
        match self {
            Goods::World(world) => world.offer_count(),
            Goods::Listings(listings) => listings.offers().len() as u64,
        }
    }

    pub fn supplier_count(&self) -> u64 {
        match self {
            Goods::World(world) => world.supplier_count(),
            Goods::Listings(listings) => listings.suppliers().len() as u64,
        }
    }

    /// By running number.
    pub fn offer(&self, number: u64) -> Option<WorldOffer> {
        match self {
            Goods::World(world) => world.offer(number),
            Goods::Listings(listings) => listings.offers().get(number as usize).cloned(),
        }
    }

    /// The title alone, cheaply.
    pub fn subject(&self, number: u64) -> Option<String> {
        match self {
            Goods::World(world) => world.subject(number),
            Goods::Listings(listings) => {
                listings.offers().get(number as usize).map(|offer| offer.subject.clone())
            }
        }
    }

    pub fn offer_number(&self, offer_id: i64) -> Option<u64> {
        match self {
            Goods::World(world) => world.offer_number(offer_id),
            Goods::Listings(listings) => listings.number_of(offer_id),
        }
    }

    /// By the wire's id.
    pub fn offer_by_id(&self, offer_id: i64) -> Option<WorldOffer> {
        self.offer(self.offer_number(offer_id)?)
    }

    pub fn supplier(&self, number: u64) -> Option<WorldSupplier> {
        match self {
            Goods::World(world) => world.supplier(number),
            Goods::Listings(listings) => listings.suppliers().get(number as usize).cloned(),
        }
    }

    /// By open id, member id or login id, whichever the client kept.
    pub fn supplier_number(&self, key: &str) -> Option<u64> {
        let by_open_id = match self {
            Goods::World(world) => world.supplier_number(key),
            Goods::Listings(listings) => {
                listings.suppliers().iter().position(|s| s.seller_open_id == key).map(|at| at as u64)
            }
        };
        by_open_id.or_else(|| member_number(key).filter(|number| *number < self.supplier_count())).or_else(
            || {
                (0..self.supplier_count())
                    .find(|number| self.supplier(*number).is_some_and(|supplier| supplier.login_id == key))
            },
        )
    }

    pub fn offers_of_supplier(&self, supplier: u64) -> Vec<u64> {
        match self {
            Goods::World(world) => world.offers_of_supplier(supplier),
            Goods::Listings(listings) => listings
                .offers()
                .iter()
                .filter(|offer| offer.supplier == supplier)
                .map(|offer| offer.number)
                .collect(),
        }
    }

    pub fn categories(&self) -> &[WorldCategory] {
        match self {
            Goods::World(world) => world.categories(),
            Goods::Listings(listings) => listings.categories(),
        }
    }

    /// The category with most listings, and the numbers of its best sellers; fee links left out.
    pub fn best_sellers(&self, most: usize) -> (i64, Vec<u64>) {
        match self {
            Goods::World(world) => world.best_sellers(most).unwrap_or_default(),
            Goods::Listings(listings) => listings.best_sellers(most),
        }
    }

    /// Groups open at this time; a file of listings has none.
    pub fn groups(&self, now_ms: i64) -> Vec<WorldGroup> {
        match self {
            Goods::World(world) => world.groups(now_ms),
            Goods::Listings(_) => Vec::new(),
        }
    }

    pub fn group(&self, group_id: &str) -> Option<WorldGroup> {
        match self {
            Goods::World(world) => world.group(group_id),
            Goods::Listings(_) => None,
        }
    }

    /// Others who have joined.
    pub fn arrivals(&self, group: &WorldGroup, now_ms: i64) -> i64 {
        match self {
            Goods::World(world) => world.arrivals(group, now_ms),
            Goods::Listings(_) => 0,
        }
    }

    /// The offers of these ids and their sellers, for the judge; nothing is taken yet.
    pub fn desk(&self, offer_ids: impl Iterator<Item = i64>) -> Desk {
        let mut desk = Desk::default();
        for offer_id in offer_ids {
            if desk.offers.contains_key(&offer_id) {
                continue;
            }
            let Some(offer) = self.offer_by_id(offer_id) else { continue };
            if !desk.suppliers.contains_key(&offer.supplier)
                && let Some(supplier) = self.supplier(offer.supplier)
            {
                desk.suppliers.insert(offer.supplier, supplier);
            }
            desk.offers.insert(offer_id, offer);
        }
        desk
    }
}

const MEMBER_PREFIX: &str = "b2b-3";

/// The member id of a seller on order rows (`baseInfo.sellerID`).
pub(super) fn member_id(supplier: u64) -> String {
    format!("{MEMBER_PREFIX}{supplier:09}")
}

/// The numeric user id beside it.
pub(super) fn member_user_id(supplier: u64) -> i64 {
    3_000_000_000_i64.saturating_add(supplier as i64)
}

fn member_number(key: &str) -> Option<u64> {
    key.strip_prefix(MEMBER_PREFIX).filter(|digits| digits.len() == 9)?.parse().ok()
}

/// Hours a shipping promise allows: `shipIn48Hours` is 48; `None` for words without a number.
pub(super) fn ship_hours(guarantee: &str) -> Option<i64> {
    if guarantee.eq_ignore_ascii_case("shipInToday") {
        return Some(24);
    }
    let number =
        |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<i64>().ok();
    let count = number(guarantee)?;
    Some(if guarantee.to_ascii_lowercase().contains("day") { count.saturating_mul(24) } else { count })
}
