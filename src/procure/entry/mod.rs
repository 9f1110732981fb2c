//! Quick entry: a list becomes lines of the cart, once.
//!
//! Every row is resolved against the catalog and the buyer's own codes; what is wrong is told by line, and the good
//! rows go in as one step of undo. A list that is read again adds nothing that still stands in the cart from it.

mod columns;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Desk, DeskError};
use crate::domain::entry::{
    self, BadRow, EntryReport, GoodRow, MAX_CODE, OwnCode, Reason, Standing, Subject,
};
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::minimum;
use crate::domain::offer::{Completeness, Offer, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::ledger::{Edit, Entered, Origin};
use crate::table::{self, Opened, TableError};
use columns::folded;

/// A list that was opened, not yet understood.
#[derive(Debug)]
pub struct EntryList {
    opened: Opened,
    origin: Origin,
    /// Everything of it goes in, whatever it put in before.
    again: bool,
}

impl EntryList {
    /// A file. The same file, by its place or by what it says, is the same list.
    pub fn file(path: &Path) -> Result<EntryList, TableError> {
        let bytes = table::load(std::fs::File::open(path)?)?;
        let place = std::fs::canonicalize(path)?;
        EntryList::of(&bytes, place.to_string_lossy().into_owned())
    }

    /// What came through a pipe.
    pub fn bytes(bytes: &[u8]) -> Result<EntryList, TableError> {
        EntryList::of(bytes, String::new())
    }

    /// What was pasted or typed.
    pub fn text(text: &str) -> EntryList {
        let content = digest(text.as_bytes());
        let opened = Opened::Text(table::Text::typed(text));
        EntryList { opened, origin: Origin { source: String::new(), content }, again: false }
    }

    /// Puts everything in, also what the list put in before.
    #[must_use]
    pub fn again(self, again: bool) -> EntryList {
        EntryList { again, ..self }
    }

    fn of(bytes: &[u8], source: String) -> Result<EntryList, TableError> {
        let opened = table::open(bytes)?;
        Ok(EntryList { opened, origin: Origin { source, content: digest(bytes) }, again: false })
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a row resolved to.
struct Found {
    offer: Offer,
    spec_id: Option<SpecId>,
}

/// The buyer's codes and what the catalog knows, at hand for a whole list.
struct Index {
    codes: HashMap<String, Vec<OwnCode>>,
    /// Imported goods by item number.
    items: HashMap<String, Vec<OfferKey>>,
    offers: HashMap<OfferKey, Option<Offer>>,
}

impl Desk {
    /// What a list would put into the cart, and what is wrong with the rest of it. Changes nothing.
    pub fn check_entry(&self, list: &EntryList) -> Result<EntryReport, DeskError> {
        Ok(self.read_entry(list)?.0)
    }

    /// Puts the good rows of a list into the cart, as one step of undo.
    pub fn enter(&self, list: &EntryList) -> Result<EntryReport, DeskError> {
        loop {
            let (report, edits, known) = self.read_entry(list)?;
            if edits.is_empty() {
                return Ok(report);
            }
            let (ledger, market) = (&self.parts.ledger, &self.parts.market_id);
            let done = ledger.enter(market, &list.origin, known.as_ref(), &edits, self.now())?;
            // Somebody entered the same list meanwhile: look again at what is left of it.
            if done.is_some() {
                return Ok(report);
            }
        }
    }

    /// The buyer's codes and mapped item numbers, by code.
    pub fn own_codes(&self) -> Result<Vec<OwnCode>, DeskError> {
        let codes = self.parts.ledger.own_codes(&self.parts.market_id)?;
        Ok(codes.into_iter().map(|(_, code)| code).collect())
    }

    /// Keeps a code for an offer of the catalog, and its SKU where one is named.
    pub fn put_code(
        &self,
        code: &str,
        supplier: Option<&str>,
        offer: &OfferKey,
        spec: Option<&str>,
    ) -> Result<Result<OwnCode, Reason>, DeskError> {
        let Some(offer) = self.offer(offer)? else {
            return Err(DeskError::NoOffer(offer.clone()));
        };
        let shown = Clean::capped(code, MAX_CODE);
        if folded(shown.as_str()).is_empty() {
            return Ok(Err(Reason::NotARow));
        }
        let spec_id = match spec.map(|spec| sku_named(&offer, spec)).transpose() {
            Ok(spec_id) => spec_id,
            Err(reason) => return Ok(Err(reason)),
        };
        let supplier = supplier.map(|supplier| Clean::capped(supplier, MAX_CODE));
        let supplier = supplier.filter(|supplier| !supplier.is_empty());
        let own = OwnCode { code: shown, supplier, offer: offer.key, spec_id };
        let kept = [(folded(own.code.as_str()), own.clone())];
        self.parts.ledger.put_codes(&self.parts.market_id, &kept, self.now())?;
        Ok(Ok(own))
    }

    /// Keeps the codes of a list that names an offer and a code or item number in each row: how many, and the rows that
    /// are not taken.
    pub fn import_codes(&self, list: &EntryList) -> Result<(usize, Vec<BadRow>), DeskError> {
        let asked = rows::read(&list.opened);
        let index = self.index(&asked)?;
        let (mut codes, mut bad) = (Vec::new(), Vec::new());
        for row in asked.rows {
            let code = row.code.map(|code| Clean::capped(&code, MAX_CODE)).filter(|code| !code.is_empty());
            let own = row.wanted.and_then(|wanted| {
                let code = code.ok_or(Reason::NotARow)?;
                // An offer is meant by its number here, not by another code.
                let (key, written) = match &wanted.subject {
                    Subject::Offer(key) => (key.clone(), None),
                    Subject::Code(named) => {
                        let (offer, written) = cut(named);
                        (entry::offer_number(offer).ok_or_else(|| unknown(named))?, written)
                    }
                };
                let offer = index.offer(&key).ok_or_else(|| unknown(&key.to_string()))?;
                let spec = wanted.spec.as_deref().or(written);
                let spec_id = spec.map(|spec| sku_named(offer, spec)).transpose()?;
                let supplier = row.supplier.map(|name| Clean::capped(&name, MAX_CODE));
                Ok(OwnCode { code, supplier: supplier.filter(|name| !name.is_empty()), offer: key, spec_id })
            });
            match own {
                Ok(own) => codes.push((folded(own.code.as_str()), own)),
                Err(reason) => bad.push(BadRow { line: row.line, text: row.text, reason }),
            }
        }
        self.parts.ledger.put_codes(&self.parts.market_id, &codes, self.now())?;
        Ok((codes.len(), bad))
    }

    /// Forgets a code; whether it was there.
    pub fn forget_code(&self, code: &str, supplier: Option<&str>) -> Result<bool, DeskError> {
        let supplier = supplier.map(|supplier| Clean::capped(supplier, MAX_CODE));
        let code = folded(Clean::capped(code, MAX_CODE).as_str());
        Ok(self.parts.ledger.forget_code(&self.parts.market_id, &code, supplier.as_ref())?)
    }

    fn index(&self, asked: &rows::AskedRows) -> Result<Index, DeskError> {
        let mut codes: HashMap<String, Vec<OwnCode>> = HashMap::new();
        for (code, own) in self.parts.ledger.own_codes(&self.parts.market_id)? {
            codes.entry(code).or_default().push(own);
        }
        let subjects: Vec<&Subject> = asked
            .rows
            .iter()
            .filter_map(|row| row.wanted.as_ref().ok())
            .map(|wanted| &wanted.subject)
            .collect();
        let items = subjects.iter().flat_map(|subject| match subject {
            Subject::Offer(_) => Vec::new(),
            Subject::Code(code) => vec![item_no(code), item_no(cut(code).0)],
        });
        let items = self.parts.catalog.imported(&items.collect())?;
        let mut index = Index { codes, items, offers: HashMap::new() };
        let keys: HashSet<OfferKey> = subjects.iter().flat_map(|subject| index.meant(subject)).collect();
        let keys: Vec<OfferKey> = keys.into_iter().collect();
        let offers = self.parts.catalog.offers(&keys)?;
        index.offers = keys.into_iter().zip(offers).collect();
        Ok(index)
    }

    /// The report on a list, the edits it asks for, and what it had put in before (`None`: that does not matter).
    fn read_entry(&self, list: &EntryList) -> Result<(EntryReport, Vec<Edit>, Option<Entered>), DeskError> {
        let asked = rows::read(&list.opened);
        let index = self.index(&asked)?;
        let known = if list.again {
            None
        } else {
            Some(self.parts.ledger.entered(&self.parts.market_id, &list.origin)?)
        };
        let mut report = EntryReport {
            cut_short: asked.cut_short,
            encodings: asked.encodings.clone(),
            ..EntryReport::default()
        };
        let mut edits = Vec::new();
        let mut seen: HashMap<(OfferKey, Option<SpecId>), u64> = HashMap::new();
        for row in asked.rows {
            let taken = row
                .wanted
                .and_then(|wanted| {
                    let found =
                        index.found(&wanted.subject, row.supplier.as_deref(), wanted.spec.as_deref())?;
                    Ok((quantity_for(&found, wanted.quantity)?, wanted.quantity.is_none(), found))
                })
                .and_then(|(quantity, is_least, found)| {
                    let key = (found.offer.key.clone(), found.spec_id.clone());
                    match seen.entry(key.clone()) {
                        Entry::Occupied(first) => return Err(Reason::Duplicate { line: *first.get() }),
                        Entry::Vacant(place) => place.insert(row.line),
                    };
                    let before = known.as_ref().and_then(|known| known.get(&key).copied());
                    let standing = match before {
                        None => Standing::New,
                        // The least may have changed since; a list that says nothing asks for nothing more.
                        Some(before) if before == quantity || is_least => Standing::Already,
                        Some(before) if before < quantity => Standing::Raised { before },
                        Some(before) => return Err(Reason::Lowered { before }),
                    };
                    Ok(good(row.line, &found, quantity, is_least, standing)).map(|good| (good, found))
                });
            match taken {
                Ok((good, found)) => {
                    if good.standing != Standing::Already {
                        edits.push(Edit::Add {
                            offer: Box::new(found.offer),
                            spec_id: found.spec_id,
                            quantity: good.adds(),
                        });
                    }
                    report.good.push(good);
                }
                Err(reason) => report.bad.push(BadRow { line: row.line, text: row.text, reason }),
            }
        }
        Ok((report, edits, known))
    }
}

fn good(line: u64, found: &Found, quantity: Quantity, is_least: bool, standing: Standing) -> GoodRow {
    let Found { offer, spec_id } = found;
    let sku = spec_id.as_ref().and_then(|spec| offer.sku(spec));
    GoodRow {
        line,
        offer: offer.key.clone(),
        spec_id: spec_id.clone(),
        title: offer.title.clone(),
        title_en: offer.title_en.clone(),
        spec_name: sku.map(|sku| sku.name.clone()).unwrap_or_default(),
        quantity,
        unit: offer.unit.clone(),
        is_least,
        standing,
    }
}

/// The quantity asked for, or the least that can be ordered where none is.
fn quantity_for(found: &Found, wanted: Option<Quantity>) -> Result<Quantity, Reason> {
    let Found { offer, spec_id } = found;
    let Some(quantity) = wanted else {
        let sku = spec_id.as_ref().and_then(|spec| offer.sku(spec));
        return Ok(minimum::least(offer, sku));
    };
    if quantity.is_whole() || offer.unit.as_ref().is_some_and(Unit::is_measured) {
        Ok(quantity)
    } else {
        Err(Reason::Fraction { quantity, unit: offer.unit.clone() })
    }
}

/// An item number as the import of lists keeps it.
fn item_no(code: &str) -> String {
    Clean::capped(code, 64).as_str().replace(':', "-")
}

/// What is written as an offer, cut into the offer and the SKU behind its colon.
fn cut(code: &str) -> (&str, Option<&str>) {
    let colons = if code.starts_with("L:") { 3 } else { 1 };
    let at = code.match_indices([':', '：']).nth(colons - 1);
    at.and_then(|(at, colon)| Some((code.get(..at)?, code.get(at + colon.len()..)?)))
        .map_or((code, None), |(offer, spec)| (offer, Some(spec.trim()).filter(|spec| !spec.is_empty())))
}

impl Index {
    /// Every offer a subject may mean, to be looked up in one go.
    fn meant(&self, subject: &Subject) -> Vec<OfferKey> {
        let code = match subject {
            Subject::Offer(key) => return vec![key.clone()],
            Subject::Code(code) => code.as_str(),
        };
        let (offer, _) = cut(code);
        let own = [code, offer].into_iter().filter_map(|code| self.codes.get(&folded(code))).flatten();
        let mut keys: Vec<OfferKey> = own.map(|own| own.offer.clone()).collect();
        keys.extend([code, offer].into_iter().filter_map(entry::offer_number));
        keys.extend([code, offer].into_iter().flat_map(|code| self.imported(code)).cloned());
        keys
    }

    /// The imported goods that may have this item number, each list its own.
    fn imported(&self, code: &str) -> &[OfferKey] {
        self.items.get(&item_no(code)).map_or(&[], Vec::as_slice)
    }

    fn offer(&self, key: &OfferKey) -> Option<&Offer> {
        self.offers.get(key)?.as_ref()
    }

    /// What a row means: the buyer's own word first, then an offer's number, then a list's item number.
    fn found(&self, subject: &Subject, supplier: Option<&str>, spec: Option<&str>) -> Result<Found, Reason> {
        let (named, written) = match subject {
            Subject::Offer(key) => (Named { key: key.clone(), spec: None }, None),
            Subject::Code(code) => match self.named(code, supplier)? {
                Some(named) => (named, None),
                None => match cut(code) {
                    (offer, Some(written)) => {
                        (self.named(offer, supplier)?.ok_or_else(|| unknown(code))?, Some(written))
                    }
                    _ => return Err(unknown(code)),
                },
            },
        };
        let Named { key, spec: own } = named;
        let Some(offer) = self.offer(&key) else {
            return Err(Reason::UnknownOffer(Clean::capped(&key.to_string(), 60)));
        };
        let spec_id = match (spec.or(written), own) {
            (Some(spec), _) => Some(sku_named(offer, spec)?),
            (None, Some(own)) => Some(own),
            (None, None) => match offer.skus.as_slice() {
                [] => None,
                [only] => Some(only.spec_id.clone()),
                several => return Err(Reason::NeedsSpec { offer: key, specs: several.len() }),
            },
        };
        Ok(Found { offer: offer.clone(), spec_id })
    }

    /// What a code alone stands for: an offer, and the SKU a code of the buyer's names with it.
    fn named(&self, code: &str, supplier: Option<&str>) -> Result<Option<Named>, Reason> {
        if let Some(own) = self.codes.get(&folded(code)) {
            return own_code(own, supplier)
                .map(Some)
                .ok_or_else(|| Reason::Ambiguous(Clean::capped(code, 60)));
        }
        if let Some(key) = entry::offer_number(code)
            && self.offer(&key).is_some()
        {
            return Ok(Some(Named { key, spec: None }));
        }
        match self.imported(code) {
            [] => Ok(None),
            [key] => Ok(Some(Named { key: key.clone(), spec: None })),
            _ => Err(Reason::Ambiguous(Clean::capped(code, 60))),
        }
    }
}

/// Why a code stands for nothing.
fn unknown(code: &str) -> Reason {
    let (code, _) = cut(code);
    let shown = Clean::capped(code, 60);
    if entry::is_ruined(code) { Reason::Ruined(shown) } else { Reason::UnknownOffer(shown) }
}

/// What a code stands for.
struct Named {
    key: OfferKey,
    spec: Option<SpecId>,
}

/// Of several that share a code: the one of the supplier the row names, else the buyer's own, else the only one.
fn own_code(all: &[OwnCode], supplier: Option<&str>) -> Option<Named> {
    let supplier = supplier.map(folded);
    let of = |own: &&OwnCode| own.supplier.as_ref().map(|name| folded(name.as_str())) == supplier;
    let only = if let [only] = all { Some(only) } else { None };
    let own = all.iter().find(of).or_else(|| all.iter().find(|own| own.supplier.is_none())).or(only)?;
    Some(Named { key: own.offer.clone(), spec: own.spec_id.clone() })
}

/// The SKU that is named by its id, its number or its words.
fn sku_named(offer: &Offer, spec: &str) -> Result<SpecId, Reason> {
    let id = SpecId::new(spec);
    // Of a row of a search its SKUs are not known yet: the market will tell.
    let is_open =
        offer.skus.is_empty() && offer.completeness == Completeness::Row && offer.key.market_id().is_some();
    if offer.sku(&id).is_some() || (is_open && id.as_str() == spec) {
        return Ok(id);
    }
    let words = folded(spec);
    let fits = |sku: &&Sku| {
        sku.sku_id.is_some_and(|id| id.to_string() == spec)
            || folded(sku.name.as_str()) == words
            || sku.name_en.as_ref().is_some_and(|name| folded(name.as_str()) == words)
    };
    let mut fitting = offer.skus.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(sku), None) => Ok(sku.spec_id.clone()),
        _ => Err(Reason::UnknownSpec { offer: offer.key.clone(), spec: Clean::capped(spec, 60) }),
    }
}
