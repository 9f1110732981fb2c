//! What a newly read listing does to the stored one: a search row must not wipe out a detail, and a reading
//! that is silent about something must not erase what an earlier one said.

use crate::domain::freight::FreightTerms;
use crate::domain::offer::{Completeness, Offer};
use crate::domain::supplier::{Mix, Supplier};

/// Merges `incoming` into `stored`; the result carries the time its prices were read at.
///
/// Whatever was written last counts: clocks of two processes may differ, the order of writes does not.
pub(super) fn merge(stored: Offer, incoming: Offer) -> Offer {
    if incoming.gone {
        return Offer { gone: true, fetched_at: incoming.fetched_at, ..stored };
    }
    match (stored.completeness, incoming.completeness) {
        (Completeness::Full, Completeness::Row) => Offer {
            sold_30d: incoming.sold_30d.or(stored.sold_30d),
            repeat_rate: incoming.repeat_rate.or(stored.repeat_rate),
            rating: incoming.rating.or(stored.rating),
            services: incoming.services.or(stored.services),
            flows: either(stored.flows, incoming.flows),
            advertised: incoming.advertised,
            gone: false,
            ..stored
        },
        (_, Completeness::Full) => {
            // What only rows, suppliers or the freight call tell.
            Offer {
                title_en: incoming.title_en.or(stored.title_en),
                supplier_name: incoming.supplier_name.or(stored.supplier_name),
                belt: incoming.belt.or(stored.belt),
                freight: known_freight(incoming.freight, stored.freight),
                sold_30d: incoming.sold_30d.or(stored.sold_30d),
                repeat_rate: incoming.repeat_rate.or(stored.repeat_rate),
                years: incoming.years.or(stored.years),
                lead_time_hours: incoming.lead_time_hours.or(stored.lead_time_hours),
                per_carton: incoming.per_carton.or(stored.per_carton),
                identities: either(incoming.identities, stored.identities),
                mix: known_mix(incoming.mix, stored.mix),
                category_id: incoming.category_id.or(stored.category_id),
                city: incoming.city.or(stored.city),
                attributes: either(incoming.attributes, stored.attributes),
                services: incoming.services.or(stored.services),
                rating: incoming.rating.or(stored.rating),
                flows: either(incoming.flows, stored.flows),
                ..incoming
            }
        }
        (Completeness::Row, Completeness::Row) => {
            // Rows of a shop carry no minimum, rows of a keyword no supplier.
            let no_price = incoming.tiers.is_empty() && incoming.price_range.is_none();
            Offer {
                title_en: incoming.title_en.or(stored.title_en),
                supplier_id: incoming.supplier_id.or(stored.supplier_id),
                supplier_name: incoming.supplier_name.or(stored.supplier_name),
                belt: incoming.belt.or(stored.belt),
                unit: incoming.unit.or(stored.unit),
                tiers: if no_price { stored.tiers } else { incoming.tiers },
                price_range: if no_price { stored.price_range } else { incoming.price_range },
                skus: either(incoming.skus, stored.skus),
                moq: incoming.moq.or(stored.moq),
                lot: incoming.lot.or(stored.lot),
                stock: incoming.stock.or(stored.stock),
                mix: known_mix(incoming.mix, stored.mix),
                freight: known_freight(incoming.freight, stored.freight),
                sold_30d: incoming.sold_30d.or(stored.sold_30d),
                repeat_rate: incoming.repeat_rate.or(stored.repeat_rate),
                identities: either(incoming.identities, stored.identities),
                years: incoming.years.or(stored.years),
                category_id: incoming.category_id.or(stored.category_id),
                city: incoming.city.or(stored.city),
                attributes: either(incoming.attributes, stored.attributes),
                services: incoming.services.or(stored.services),
                rating: incoming.rating.or(stored.rating),
                flows: either(incoming.flows, stored.flows),
                ..incoming
            }
        }
    }
}

/// Fills in what the offer does not say of its supplier.
pub(super) fn enrich(offer: &mut Offer, supplier: &Supplier) {
    if offer.supplier_name.is_none() && !supplier.name.is_empty() {
        offer.supplier_name = Some(supplier.name.clone());
    }
    if offer.belt.is_none() {
        offer.belt.clone_from(&supplier.belt);
    }
    if offer.city.is_none() {
        offer.city.clone_from(&supplier.city);
    }
    if offer.mix == Mix::Unknown {
        offer.mix = supplier.mix;
    }
    if offer.years.is_none() {
        offer.years = supplier.years;
    }
    if offer.identities.is_empty() {
        offer.identities.clone_from(&supplier.identities);
    }
}

/// Merges two readings of one supplier: the later one counts, and where it is silent the earlier one still does.
pub(super) fn merge_suppliers(stored: Supplier, incoming: Supplier) -> Supplier {
    Supplier {
        name: if incoming.name.is_empty() { stored.name } else { incoming.name },
        name_en: incoming.name_en.or(stored.name_en),
        belt: incoming.belt.or(stored.belt),
        identities: either(incoming.identities, stored.identities),
        years: incoming.years.or(stored.years),
        mix: known_mix(incoming.mix, stored.mix),
        repeat_rate: incoming.repeat_rate.or(stored.repeat_rate),
        province: incoming.province.or(stored.province),
        city: incoming.city.or(stored.city),
        scores: incoming.scores.or(stored.scores),
        medal_level: incoming.medal_level.or(stored.medal_level),
        pickup_48h: incoming.pickup_48h.or(stored.pickup_48h),
        quality_refund: incoming.quality_refund.or(stored.quality_refund),
        id: incoming.id,
        offers: incoming.offers,
    }
}

/// Whether [`enrich`] would change anything.
pub(super) fn lacks(offer: &Offer, supplier: &Supplier) -> bool {
    (offer.supplier_name.is_none() && !supplier.name.is_empty())
        || (offer.belt.is_none() && supplier.belt.is_some())
        || (offer.mix == Mix::Unknown && supplier.mix != Mix::Unknown)
        || (offer.years.is_none() && supplier.years.is_some())
        || (offer.identities.is_empty() && !supplier.identities.is_empty())
        || (offer.city.is_none() && supplier.city.is_some())
}

/// The headline of a row: when a later row's differs, a stored detail is out of date.
pub(super) fn headline(row: &Offer) -> Option<String> {
    let (least, greatest) = row.price_range?;
    let moq = row.moq.map(|moq| moq.to_string()).unwrap_or_default();
    Some(format!("{least} {greatest} {moq}"))
}

/// A supplier as far as one of its offers tells.
pub(super) fn supplier_of(offer: &Offer) -> Option<Supplier> {
    let told = offer.reputation.as_deref().cloned().unwrap_or_default();
    Some(Supplier {
        id: offer.supplier_id.clone()?,
        name: offer.supplier_name.clone()?,
        name_en: None,
        belt: offer.belt.clone(),
        identities: offer.identities.clone(),
        years: offer.years,
        mix: offer.mix,
        repeat_rate: told.repeat_rate,
        province: told.province,
        city: offer.city.clone(),
        scores: told.scores,
        medal_level: told.medal_level,
        pickup_48h: told.pickup_48h,
        quality_refund: told.quality_refund,
        offers: 0,
    })
}

fn either<T>(new: Vec<T>, old: Vec<T>) -> Vec<T> {
    if new.is_empty() { old } else { new }
}

fn known_freight(new: FreightTerms, old: FreightTerms) -> FreightTerms {
    if new == FreightTerms::Unknown { old } else { new }
}

fn known_mix(new: Mix, old: Mix) -> Mix {
    if new == Mix::Unknown { old } else { new }
}
