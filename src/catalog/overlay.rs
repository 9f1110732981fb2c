//! The buyer's marks laid over one state of the index: which of its offers are kept in sight, blocked, bought, and
//! what the buyer says of them. Made once for each state of marks and index, so that a search only looks things up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::catalog::index::{Mine, Scan};
use crate::catalog::store::Failure;
use crate::domain::id::SupplierId;
use crate::domain::mark::{Mark, Marks};
use crate::query::fold::fold;
use crate::query::{Is, Term};

/// Numbers of offers in the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Docs(Vec<bool>);

impl Docs {
    pub fn contains(&self, doc: u32) -> bool {
        self.0.get(doc as usize).copied().unwrap_or(false)
    }

    fn insert(&mut self, doc: u32) {
        let at = doc as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, false);
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = true;
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ascending.
    pub fn numbers(&self) -> Vec<u32> {
        (0_u32..).zip(&self.0).filter(|(_, is_in)| **is_in).map(|(doc, _)| doc).collect()
    }
}

/// What the buyer says of one offer or its supplier, folded.
#[derive(Debug, Clone, Default)]
struct Said {
    tags: Vec<String>,
    notes: Vec<String>,
}

impl Said {
    fn add(&mut self, mark: &Mark) {
        self.tags.extend(mark.tags.iter().map(|tag| fold(tag.as_str())));
        if !mark.note.is_empty() {
            self.notes.push(fold(mark.note.as_str()));
        }
    }

    fn contains(&self, word: &str) -> bool {
        self.tags.iter().chain(&self.notes).any(|text| text.contains(word))
    }
}

/// Marks over an index.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    generation: i64,
    /// `None` = no marks at all.
    marks: Option<Arc<Marks>>,
    favourite: Docs,
    blocked: Docs,
    bought: Docs,
    said: HashMap<u32, Said>,
}

impl Overlay {
    /// This overlay if it is of these marks and this index, else a new one. `moment` is the transaction the index is
    /// as of.
    pub fn refreshed(
        current: Option<&Arc<Overlay>>,
        marks: &Arc<Marks>,
        index: &Scan,
        moment: &Connection,
    ) -> Result<Arc<Overlay>, Failure> {
        let is_same = |overlay: &&Arc<Overlay>| {
            overlay.generation == index.generation
                && overlay.marks.as_ref().is_some_and(|laid| Arc::ptr_eq(laid, marks))
        };
        match current.filter(is_same) {
            Some(overlay) => Ok(Arc::clone(overlay)),
            None => Ok(Arc::new(Overlay::new(marks, index, moment)?)),
        }
    }

    fn new(marks: &Arc<Marks>, index: &Scan, moment: &Connection) -> Result<Overlay, Failure> {
        let mut overlay =
            Overlay { generation: index.generation, marks: Some(Arc::clone(marks)), ..Overlay::default() };
        for (key, mark) in &marks.offers {
            if let Some(doc) = index.number(key) {
                overlay.lay(doc, mark);
            }
        }
        for (id, mark) in &marks.suppliers {
            for doc in docs_of(id, index, moment)? {
                overlay.lay(doc, mark);
            }
        }
        for key in marks.bought.keys() {
            if let Some(doc) = index.number(key) {
                overlay.bought.insert(doc);
            }
        }
        Ok(overlay)
    }

    fn lay(&mut self, doc: u32, mark: &Mark) {
        if mark.favourite {
            self.favourite.insert(doc);
        }
        if mark.blocked.is_some() {
            self.blocked.insert(doc);
        }
        if !mark.tags.is_empty() || !mark.note.is_empty() {
            self.said.entry(doc).or_default().add(mark);
        }
    }

    /// What a query asks of marks, as sets of offers.
    pub fn conditions<'a>(
        &self,
        terms: impl Iterator<Item = &'a Term>,
        index: &Scan,
        moment: &Connection,
    ) -> Result<Conditions, Failure> {
        let mut conditions = Conditions::default();
        let mut asks_for_blocked = false;
        for term in terms {
            let docs = match &term.is {
                Is::Text(_)
                | Is::Offer(_)
                | Is::Belt(_)
                | Is::City(_)
                | Is::Category(_)
                | Is::Identity(_)
                | Is::Kind(_)
                | Is::Flag(_)
                | Is::Number { .. }
                | Is::Attribute { .. } => continue,
                Is::Favourite => self.favourite.clone(),
                Is::Bought => self.bought.clone(),
                Is::Blocked => {
                    asks_for_blocked |= !term.negated;
                    self.blocked.clone()
                }
                Is::Tag(tags) => self.saying(|said| said.tags.iter().any(|own| tags.contains(own))),
                Is::Note(words) => self.saying(|said| said.notes.iter().any(|own| own.contains(words))),
                Is::Supplier { id, name } => {
                    let mut docs = Docs::default();
                    for supplier in suppliers_named(id, name, moment)? {
                        docs_of(&supplier, index, moment)?.into_iter().for_each(|doc| docs.insert(doc));
                    }
                    docs
                }
            };
            if term.negated {
                conditions.without.push(docs);
            } else {
                conditions.within.push(docs);
            }
        }
        if !asks_for_blocked && !self.blocked.is_empty() {
            conditions.without.push(self.blocked.clone());
        }
        Ok(conditions)
    }

    /// Offers of which, or of whose supplier, the buyer says any of these words; what is said for each word.
    pub fn words_of(&self, words: &[String]) -> Vec<(u32, Mine)> {
        let mut found: Vec<(u32, Mine)> = Vec::new();
        if words.is_empty() {
            return found;
        }
        for (doc, said) in &self.said {
            let mine: Mine = words.iter().map(|word| said.contains(word)).collect();
            if mine.contains(&true) {
                found.push((*doc, mine));
            }
        }
        found.sort_unstable_by_key(|(doc, _)| *doc);
        found
    }

    fn saying(&self, holds: impl Fn(&Said) -> bool) -> Docs {
        let mut docs = Docs::default();
        self.said.iter().filter(|(_, said)| holds(said)).for_each(|(doc, _)| docs.insert(*doc));
        docs
    }
}

/// The conditions of a query that are no text.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// An offer is in all of these ...
    within: Vec<Docs>,
    /// ... and in none of these.
    without: Vec<Docs>,
}

impl Conditions {
    /// Whether an offer meets them.
    pub fn hold(&self, doc: u32) -> bool {
        self.within.iter().all(|docs| docs.contains(doc))
            && !self.without.iter().any(|docs| docs.contains(doc))
    }

    /// Whether every offer meets them.
    pub fn is_empty(&self) -> bool {
        self.within.is_empty() && self.without.is_empty()
    }

    /// All that meet them, ascending, where something is asked for; `None` where things are only ruled out.
    pub fn candidates(&self) -> Option<Vec<u32>> {
        let first = self.within.first()?;
        Some(first.numbers().into_iter().filter(|doc| self.hold(*doc)).collect())
    }
}

/// Offers of a supplier, as numbers of the index.
fn docs_of(id: &SupplierId, index: &Scan, moment: &Connection) -> Result<Vec<u32>, Failure> {
    let mut select = moment.prepare_cached("SELECT row FROM offers WHERE supplier_id = ?1 AND gone = 0")?;
    let rows = select.query_map([id.as_str()], |row| row.get::<_, i64>(0))?;
    let mut docs = Vec::new();
    for row in rows {
        docs.extend(index.number_of_row(row?));
    }
    Ok(docs)
}

/// The supplier of this id, or else those with this in the name or of this id in other capitals.
pub(super) fn suppliers_named(
    id: &SupplierId,
    name: &str,
    moment: &Connection,
) -> Result<HashSet<SupplierId>, Failure> {
    let is_known = moment
        .prepare_cached(
            "SELECT 1 FROM offers WHERE supplier_id = ?1 UNION ALL SELECT 1 FROM suppliers WHERE id = ?1 LIMIT 1",
        )?
        .query_row([id.as_str()], |_| Ok(()))
        .optional()?;
    if is_known.is_some() {
        return Ok(HashSet::from([id.clone()]));
    }
    let mut select = moment.prepare_cached("SELECT id, search FROM suppliers")?;
    let mut rows = select.query([])?;
    let mut found = HashSet::new();
    while let Some(row) = rows.next()? {
        let (id, search) = (row.get_ref(0)?, row.get_ref(1)?);
        let (id, search) = (id.as_str().unwrap_or_default(), search.as_str().unwrap_or_default());
        // Name and translated name; the third line is the belt.
        if search.lines().take(2).any(|line| line.contains(name)) || id.eq_ignore_ascii_case(name) {
            found.insert(SupplierId::new(id));
        }
    }
    Ok(found)
}
