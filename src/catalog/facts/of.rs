//! Reading the facts off an offer.

use rust_decimal::Decimal;

use super::{Facts, Flags, milli, scaled, steps};
use crate::catalog::rank;
use crate::catalog::words::Dictionary;
use crate::domain::offer::{Offer, OfferKind};
use crate::domain::search::Flag;
use crate::domain::supplier::{Identity, Supplier};

impl Facts {
    /// The facts of `offer`, with what only its supplier's record tells. Names are looked up in `words`, which
    /// learns those it does not know.
    pub fn of(offer: &Offer, supplier: Option<&Supplier>, words: &mut Dictionary) -> Facts {
        let mut facts = Facts::nameless(offer, supplier);
        facts.name(offer, words);
        facts
    }

    /// All but the names: what needs no dictionary, and so can be worked out on any thread.
    pub(in crate::catalog) fn nameless(offer: &Offer, supplier: Option<&Supplier>) -> Facts {
        Facts {
            flags: flags(offer),
            steps: steps::of(offer),
            moq: offer.moq.map(milli),
            lot: offer.lot.filter(|lot| !lot.is_zero()).map(milli),
            stock: offer.stock.map(milli),
            sold: offer.sold_30d,
            repeat: offer.repeat_rate.and_then(ppm),
            ship_hours: offer.lead_time_hours,
            pickup: pickup(supplier),
            years: offer.years,
            factory: crate::domain::factory::of_offer(offer),
            rating: offer.rating.and_then(|rating| u32::try_from(scaled(rating, 3)).ok()),
            category: offer.category_id,
            weight_g: offer.weight_kg.map(|kg| scaled(kg, 3)),
            volume_cm3: offer.volume_m3.map(|m3| scaled(m3, 6)),
            ..Facts::default()
        }
    }

    /// Puts the names in.
    pub(in crate::catalog) fn name(&mut self, offer: &Offer, words: &mut Dictionary) {
        self.supplier = offer.supplier_id.as_ref().map_or(0, |id| words.id(id.as_str()));
        self.belt = offer.belt.as_ref().map_or(0, |belt| words.id(belt.as_str()));
        self.city = offer.city.as_ref().map_or(0, |city| words.id(city.as_str()));
        self.unit = offer.unit.as_ref().map_or(0, |unit| words.id(unit.as_str()));
        self.freight = words.freight(&offer.freight);
    }
}

/// What a supplier's record says of its shipping.
pub(in crate::catalog) fn pickup(supplier: Option<&Supplier>) -> Option<u32> {
    supplier.and_then(|supplier| supplier.pickup_48h).and_then(ppm)
}

fn ppm(share: Decimal) -> Option<u32> {
    u32::try_from(rank::ppm(share)).ok()
}

fn flags(offer: &Offer) -> Flags {
    let mut flags = Flags::default();
    let mut set = |flag: Flag, on: bool| {
        if on {
            flags = flags.with(Flags::of(flag));
        }
    };
    for identity in &offer.identities {
        match identity {
            Identity::SuperFactory => {
                set(Flag::SuperFactory, true);
                set(Flag::Factory, true);
            }
            Identity::PowerfulMerchant => set(Flag::PowerfulMerchant, true),
            Identity::TrustPass => set(Flag::TrustPass, true),
            Identity::Yanxuan => set(Flag::Yanxuan, true),
            Identity::Crossborder => set(Flag::Crossborder, true),
            // What else markets call a source factory (GATEWAY.md 2.2: certifiedFactory).
            Identity::Other(word) => {
                set(
                    Flag::Factory,
                    matches!(word.as_str(), "factory" | "certifiedFactory" | "certified_factory"),
                );
            }
        }
    }
    // Not said counts as yes, as in a cart: the rule is the supplier's, an offer has to opt out of it.
    set(Flag::Mix, offer.mix.rule().is_some() && offer.mix_enabled.unwrap_or(true));
    let services = &offer.services;
    for (flag, said) in [
        (Flag::Dropship, services.dropship),
        (Flag::FreeShip, services.free_ship),
        (Flag::Return7, services.return_7d),
        (Flag::Invoice, services.invoice),
        (Flag::Custom, services.custom),
        (Flag::PayLater, services.pay_later),
    ] {
        set(flag, said == Some(true));
    }
    set(Flag::Advertised, offer.advertised);
    if offer.kind == OfferKind::Fee {
        flags = flags.with(Flags::FEE);
    }
    if services.custom.is_some() {
        flags = flags.with(Flags::SAYS_CUSTOM);
    }
    if services.invoice.is_some() {
        flags = flags.with(Flags::SAYS_INVOICE);
    }
    if offer.unit.as_ref().is_some_and(crate::domain::quantity::Unit::is_measured) {
        flags = flags.with(Flags::MEASURED);
    }
    flags
}
