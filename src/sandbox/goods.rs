//! What is for sale: the generated world, or listings from a file. The rest of the server asks here and does
//! not know which.

use rusqlite::Transaction;

use super::listings::Listings;
use super::rules::Desk;
use super::shift::{AllShifts, Shift, Shifts};
use super::world::World;
use super::world::types::{WorldCategory, WorldGroup, WorldOffer, WorldSupplier};

/// Everything that was ever listed, as pure functions of number and time.
#[derive(Debug)]
pub(super) enum Made {
    World(World),
    Listings(Listings),
}

/// Everything that is for sale: what was made, as it stands now.
#[derive(Debug)]
pub(super) struct Goods {
    made: Made,
    shifts: Shifts,
}

impl Goods {
    pub fn of_world(world: World) -> Goods {
        Goods { made: Made::World(world), shifts: Shifts::default() }
    }

    pub fn of_listings(listings: Listings) -> Goods {
        Goods { made: Made::Listings(listings), shifts: Shifts::default() }
    }

    /// What the goods are before anything moved.
    pub fn made(&self) -> &Made {
        &self.made
    }

    /// Learns what moved since the last look; before the transaction writes.
    pub fn refresh(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        self.shifts.refresh(tx, |offer_id| {
            let number = self.offer_number(offer_id)?;
            Some((number, self.supplier_of_offer(number)?))
        })
    }

    /// Listings there are now.
    pub fn offer_count(&self) -> u64 {
        self.made_count().saturating_sub(self.shifts.gone())
    }

    /// Listings there ever were, gone ones too; they are numbered from 0.
    pub fn made_count(&self) -> u64 {
        match &self.made {
            Made::World(world) => world.offer_count(),
            Made::Listings(listings) => listings.offers().len() as u64,
        }
    }

    pub fn supplier_count(&self) -> u64 {
        match &self.made {
            Made::World(world) => world.supplier_count(),
            Made::Listings(listings) => listings.suppliers().len() as u64,
        }
    }

    /// By running number, as it was made.
    pub fn made_offer(&self, number: u64) -> Option<WorldOffer> {
        match &self.made {
            Made::World(world) => world.offer(number),
            Made::Listings(listings) => listings.offers().get(number as usize).cloned(),
        }
    }

    /// By the wire's id, as it was made, gone or not.
    pub fn made_by_id(&self, offer_id: i64) -> Option<WorldOffer> {
        self.made_offer(self.offer_number(offer_id)?)
    }

    /// The id of a running number.
    pub fn made_id(&self, number: u64) -> Option<i64> {
        match &self.made {
            Made::World(world) => world.offer_id(number),
            Made::Listings(listings) => listings.offers().get(number as usize).map(|offer| offer.offer_id),
        }
    }

    /// The running number at a place of the walk over all goods, in which a supplier's stand together.
    pub fn number_at(&self, place: u64) -> Option<u64> {
        match &self.made {
            Made::World(world) => world.offer_at_place(place),
            Made::Listings(_) => Some(place).filter(|place| *place < self.made_count()),
        }
    }

    /// How an offer differs from what was made; `None` = it does not.
    pub fn shift_of(&self, number: u64) -> Option<Shift> {
        self.shifts.of(number)
    }

    /// All that differ; see there for what not to ask meanwhile.
    pub fn shifts(&self) -> AllShifts<'_> {
        self.shifts.all()
    }

    /// A made offer as it stands; `None` when it is gone.
    pub fn standing(&self, mut offer: WorldOffer) -> Option<WorldOffer> {
        if let Some(shift) = self.shifts.of(offer.number) {
            if shift.gone {
                return None;
            }
            shift.apply(&mut offer);
        }
        Some(offer)
    }

    /// By running number; `None` for what is gone, too.
    pub fn offer(&self, number: u64) -> Option<WorldOffer> {
        self.standing(self.made_offer(number)?)
    }

    pub fn offer_number(&self, offer_id: i64) -> Option<u64> {
        match &self.made {
            Made::World(world) => world.offer_number(offer_id),
            Made::Listings(listings) => listings.number_of(offer_id),
        }
    }

    /// By the wire's id; `None` for what is gone, too.
    pub fn offer_by_id(&self, offer_id: i64) -> Option<WorldOffer> {
        self.offer(self.offer_number(offer_id)?)
    }

    pub fn supplier(&self, number: u64) -> Option<WorldSupplier> {
        match &self.made {
            Made::World(world) => world.supplier(number),
            Made::Listings(listings) => listings.suppliers().get(number as usize).cloned(),
        }
    }

    /// Who lists the offer of this number.
    pub fn supplier_of_offer(&self, number: u64) -> Option<u64> {
        match &self.made {
            Made::World(world) => Some(world.supplier_of_offer(number)),
            Made::Listings(listings) => listings.offers().get(number as usize).map(|offer| offer.supplier),
        }
    }

    /// By open id, member id or login id, whichever the client kept.
    pub fn supplier_number(&self, key: &str) -> Option<u64> {
        let by_open_id = match &self.made {
            Made::World(world) => world.supplier_number(key),
            Made::Listings(listings) => {
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

    /// Its listings there are now, ascending.
    pub fn offers_of_supplier(&self, supplier: u64) -> Vec<u64> {
        let mut numbers: Vec<u64> = match &self.made {
            Made::World(world) => world.offers_of_supplier(supplier),
            Made::Listings(listings) => listings
                .offers()
                .iter()
                .filter(|offer| offer.supplier == supplier)
                .map(|offer| offer.number)
                .collect(),
        };
        if self.shifts.gone_of(supplier) > 0 {
            numbers.retain(|number| !self.shifts.of(*number).is_some_and(|shift| shift.gone));
        }
        numbers
    }

    /// How many they are, without walking them.
    pub fn offer_count_of_supplier(&self, supplier: u64) -> u64 {
        let made = match &self.made {
            Made::World(world) => world.offer_count_of_supplier(supplier),
            Made::Listings(listings) => {
                listings.offers().iter().filter(|offer| offer.supplier == supplier).count() as u64
            }
        };
        made.saturating_sub(self.shifts.gone_of(supplier))
    }

    /// The leaf category a supplier is known for: of its first listing in a file, of its main goods in the world.
    pub fn category_of_supplier(&self, supplier: u64) -> Option<i64> {
        match &self.made {
            Made::World(world) => world.category_of_supplier(supplier),
            Made::Listings(listings) => listings
                .offers()
                .iter()
                .find(|offer| offer.supplier == supplier)
                .map(|offer| offer.category_id),
        }
    }

    pub fn categories(&self) -> &[WorldCategory] {
        match &self.made {
            Made::World(world) => world.categories(),
            Made::Listings(listings) => listings.categories(),
        }
    }

    /// The category with most listings, and the numbers of its best sellers; fee links left out.
    pub fn best_sellers(&self, most: usize) -> (i64, Vec<u64>) {
        match &self.made {
            Made::World(world) => world.best_sellers(most).unwrap_or_default(),
            Made::Listings(listings) => listings.best_sellers(most),
        }
    }

    /// Groups open at this time, of offers there are; a file of listings has none.
    pub fn groups(&self, now_ms: i64) -> Vec<WorldGroup> {
        let mut groups = match &self.made {
            Made::World(world) => world.groups(now_ms),
            Made::Listings(_) => Vec::new(),
        };
        groups.retain_mut(|group| {
            let shift = self.offer_number(group.offer_id).and_then(|number| self.shifts.of(number));
            shift.is_none_or(|shift| {
                shift.apply_to_group(group);
                !shift.gone
            })
        });
        groups
    }

    pub fn group(&self, group_id: &str) -> Option<WorldGroup> {
        let mut group = match &self.made {
            Made::World(world) => world.group(group_id),
            Made::Listings(_) => None,
        }?;
        if let Some(shift) = self.offer_number(group.offer_id).and_then(|number| self.shifts.of(number)) {
            shift.apply_to_group(&mut group);
        }
        Some(group)
    }

    /// Others who have joined.
    pub fn arrivals(&self, group: &WorldGroup, now_ms: i64) -> i64 {
        match &self.made {
            Made::World(world) => world.arrivals(group, now_ms),
            Made::Listings(_) => 0,
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
