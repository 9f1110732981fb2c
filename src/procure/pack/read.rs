//! Checking a pack to its end, and taking it over.

use std::collections::HashSet;
use std::path::Path;

use jiff::Timestamp;

use super::file::{Line, Pack};
use super::{
    BATCH_BYTES, BATCH_LINES, CLOCKS_APART, Desk, DeskError, PackAs, PackError, PackHeader, PackNote,
    as_local, supplier_as_local,
};
use crate::catalog::packed::Taken;
use crate::domain::category::Category;
use crate::domain::freight::{Fees, FreightTerms};
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

/// Longest name of local goods, in characters.
const SOURCE_CHARS: usize = 40;
/// Longest number of an imported good, in characters.
const ITEM_CHARS: usize = 128;

pub(super) fn unpack(desk: &Desk, path: &Path, goods: PackAs<'_>) -> Result<PackNote, DeskError> {
    let name = path.display().to_string();
    let (pack, header) = Pack::open(path)?;
    let here = &desk.parts.market_id;
    // Every sandbox is a market of its own.
    let never = desk.is_sandbox() || header.sandbox != Some(false);
    let source = match goods {
        // Of this market they are not strange, whoever's account read them: their ids are right as they are.
        _ if header.market_id.app_key() == here.app_key() => None,
        PackAs::SameMarket if !never => None,
        PackAs::Local(source) => Some(source_name(source).ok_or_else(|| PackError::Bad {
            file: name.clone(),
            what: format!("{:?} cannot be the name of local goods", Clean::capped(source, 60).as_str()),
        })?),
        PackAs::Own | PackAs::SameMarket => {
            return Err(PackError::Foreign { file: name, market: header.market_id, never }.into());
        }
    };
    let now = desk.read_at();
    let sha256 = walk(pack, &header, now, |_| Ok(()))?;
    // Everything in it is right: read again, and taken over.
    let (pack, again) = Pack::open(path)?;
    let changed =
        || PackError::Bad { file: name.clone(), what: "it was changed while it was read".to_owned() };
    if again != header {
        return Err(changed().into());
    }
    let mut taken = Taken::default();
    let second = walk(pack, &header, now, |mut batch| {
        if let Some(source) = &source {
            batch.offers.iter_mut().for_each(|offer| as_local(offer, source));
            batch.suppliers.iter_mut().for_each(|supplier| supplier_as_local(supplier, source));
        }
        if source.is_none() {
            name_categories(desk, batch.categories, header.made_at)?;
        }
        let done = desk.parts.catalog.take_packed(&batch.offers, &batch.suppliers)?;
        taken.new += done.new;
        taken.updated += done.updated;
        taken.kept += done.kept;
        taken.suppliers += done.suppliers;
        Ok(())
    })?;
    if second != sha256 {
        return Err(changed().into());
    }
    let note = PackNote {
        file: Clean::new(&path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()),
        sha256,
        market_id: header.market_id,
        what: header.what,
        made_at: header.made_at,
        taken_at: now,
        source: source.as_deref().map(Clean::new),
        offers: header.offers,
        new: taken.new as u64,
        updated: taken.updated as u64,
        kept: taken.kept as u64,
        suppliers: header.suppliers,
    };
    desk.note_pack(&note)?;
    Ok(note)
}

/// A name for goods of another market that can stand in a key: no colon, no blanks at its ends.
fn source_name(raw: &str) -> Option<String> {
    let clean = Clean::capped(&raw.replace([':', '：'], " "), SOURCE_CHARS);
    (!clean.is_empty()).then(|| clean.to_string())
}

/// Names of categories that are not known yet; ours stay.
fn name_categories(desk: &Desk, packed: Vec<Category>, made_at: Timestamp) -> Result<(), DeskError> {
    let (mut known, as_of) = desk.parts.catalog.categories()?;
    let ids: HashSet<i64> = known.iter().map(|category| category.id).collect();
    let before = known.len();
    known.extend(packed.into_iter().filter(|category| !ids.contains(&category.id)));
    if known.len() > before {
        desk.parts.catalog.set_categories(&known, as_of.unwrap_or(made_at))?;
    }
    Ok(())
}

#[derive(Default)]
struct Batch {
    offers: Vec<Offer>,
    suppliers: Vec<Supplier>,
    categories: Vec<Category>,
    bytes: usize,
}

/// Reads a pack to its end and hands its contents on in batches; its hash.
fn walk(
    mut pack: Pack,
    header: &PackHeader,
    now: Timestamp,
    mut take: impl FnMut(Batch) -> Result<(), DeskError>,
) -> Result<String, DeskError> {
    if header.made_at.duration_since(now) > CLOCKS_APART {
        return Err(pack.bad(&format!("it was packed in the future ({})", header.made_at)).into());
    }
    let (mut offers, mut suppliers, mut categories) = (0, 0, 0);
    let mut batch = Batch::default();
    while let Some((line, bytes)) = pack.next()? {
        match line {
            Line::Category(category) => {
                categories += 1;
                batch.categories.push(*category);
            }
            Line::Supplier(mut supplier) => {
                suppliers += 1;
                check_supplier(&mut supplier).map_err(|what| pack.bad(&what))?;
                batch.suppliers.push(*supplier);
            }
            Line::Offer(mut offer) => {
                offers += 1;
                check_offer(&mut offer, header, now).map_err(|what| pack.bad(&what))?;
                batch.offers.push(*offer);
            }
            Line::Sha256(_) => {}
        }
        if offers > header.offers || suppliers > header.suppliers || categories > header.categories {
            return Err(pack.bad("it holds more than its header announces").into());
        }
        batch.bytes += bytes;
        let lines = batch.offers.len() + batch.suppliers.len() + batch.categories.len();
        if lines >= BATCH_LINES || batch.bytes >= BATCH_BYTES {
            take(std::mem::take(&mut batch))?;
        }
    }
    if (offers, suppliers, categories) != (header.offers, header.suppliers, header.categories) {
        return Err(pack.bad("it holds less than its header announces").into());
    }
    take(batch)?;
    Ok(pack.sha256())
}

/// Ids come from a file: they are what an id can be, or the pack is refused.
fn check_id(id: &str, again: &str) -> Result<(), String> {
    if id.is_empty() || id != again { Err(format!("{id:?} is no id")) } else { Ok(()) }
}

fn check_supplier(supplier: &mut Supplier) -> Result<(), String> {
    let id = supplier.id.as_str();
    check_id(id, SupplierId::new(id).as_str())?;
    supplier.offers = 0;
    Ok(())
}

fn check_offer(offer: &mut Offer, header: &PackHeader, now: Timestamp) -> Result<(), String> {
    match &offer.key {
        OfferKey::Market(id) if *id <= 0 => return Err(format!("{id} is no id")),
        OfferKey::Market(_) => {}
        OfferKey::Local { source, item_no } => {
            let both = format!("{source}{item_no}");
            if both.chars().count() > ITEM_CHARS + SOURCE_CHARS
                || [source, item_no].iter().any(|part| Clean::new(part).as_str() != part.as_str())
            {
                return Err(format!("{:?} is no number of a good", Clean::capped(&both, 60).as_str()));
            }
        }
    }
    let key = offer.key.to_string();
    let wrong = |what: &str| format!("offer {key}: {what}");
    if let Some(id) = &offer.supplier_id {
        check_id(id.as_str(), SupplierId::new(id.as_str()).as_str()).map_err(|what| wrong(&what))?;
    }
    for sku in &offer.skus {
        check_id(sku.spec_id.as_str(), SpecId::new(sku.spec_id.as_str()).as_str())
            .map_err(|what| wrong(&what))?;
    }
    let tiers = offer.tiers.iter().chain(offer.skus.iter().flat_map(|sku| &sku.tiers));
    let mut prices = tiers.flat_map(|tier| [Some(tier.price), tier.promotion]);
    let skus = offer.skus.iter().flat_map(|sku| [sku.price, sku.promotion]);
    let range = offer.price_range.map(|(least, greatest)| [least, greatest]);
    if prices.any(is_negative)
        || skus.into_iter().any(is_negative)
        || range.into_iter().flatten().any(Money::is_negative)
    {
        return Err(wrong("a price below nothing"));
    }
    if let FreightTerms::Template(template) = &offer.freight
        && let Fees::District { code, .. } = &template.fees
        && (code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(wrong("freight to no district"));
    }
    // Nothing in a pack was read after it was made; a clock that is ahead must not make its readings the newest ever.
    if offer.fetched_at.duration_since(header.made_at) > CLOCKS_APART {
        return Err(wrong("read after it was packed"));
    }
    offer.fetched_at = offer.fetched_at.min(now);
    Ok(())
}

fn is_negative(price: Option<Money>) -> bool {
    price.is_some_and(Money::is_negative)
}
