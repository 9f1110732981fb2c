//! The buyer's marks laid over the catalog: which offers and suppliers are kept in sight, blocked, bought, and what the
//! buyer says of them. Made once for each state of the marks, so that a search only looks things up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::catalog::facts::WordId;
use crate::catalog::index::Tie;
use crate::catalog::index::marked::Marked;
use crate::catalog::store::Failure;
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::mark::{Mark, Marks};
use crate::query::fold::fold;

/// What the buyer says of one offer or supplier, folded.
#[derive(Debug, Clone, Default)]
struct Said {
    tags: Vec<String>,
    notes: Vec<String>,
}

impl Said {
    fn of(mark: &Mark) -> Option<Said> {
        let said = Said {
            tags: mark.tags.iter().map(|tag| fold(tag.as_str())).collect(),
            notes: Some(&mark.note)
                .filter(|note| !note.is_empty())
                .map(|note| fold(note.as_str()))
                .into_iter()
                .collect(),
        };
        (!said.tags.is_empty() || !said.notes.is_empty()).then_some(said)
    }
}

/// Marks over a catalog.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    marks: Option<Arc<Marks>>,
    /// Of the store, when something marked was not in it yet; `None` = everything was.
    looked_at: Option<i64>,
    /// Kept in sight.
    pub favourite: Marked,
    /// Not to be shown.
    pub blocked: Marked,
    /// Ordered before.
    pub bought: Marked,
    offers: HashMap<Tie, Said>,
    suppliers: HashMap<WordId, Said>,
}

impl Overlay {
    /// This overlay if it is of these marks, else a new one. `generation` is the store's counter.
    pub fn refreshed(
        current: Option<&Arc<Overlay>>,
        marks: &Arc<Marks>,
        generation: i64,
        moment: &Connection,
    ) -> Result<Arc<Overlay>, Failure> {
        let is_same = |overlay: &&Arc<Overlay>| {
            overlay.marks.as_ref().is_some_and(|laid| Arc::ptr_eq(laid, marks))
                && overlay.looked_at.is_none_or(|looked_at| looked_at == generation)
        };
        match current.filter(is_same) {
            Some(overlay) => Ok(Arc::clone(overlay)),
            None => Ok(Arc::new(Overlay::new(marks, generation, moment)?)),
        }
    }

    fn new(marks: &Arc<Marks>, generation: i64, moment: &Connection) -> Result<Overlay, Failure> {
        let mut overlay = Overlay { marks: Some(Arc::clone(marks)), ..Overlay::default() };
        for (key, mark) in &marks.offers {
            let Some(tie) = tie_of(key, moment)? else {
                overlay.looked_at = Some(generation);
                continue;
            };
            if mark.favourite {
                overlay.favourite.offers.insert(tie);
            }
            if mark.blocked.is_some() {
                overlay.blocked.offers.insert(tie);
            }
            if let Some(said) = Said::of(mark) {
                overlay.offers.insert(tie, said);
            }
        }
        for (id, mark) in &marks.suppliers {
            let Some(word) = word_of(id.as_str(), moment)? else {
                overlay.looked_at = Some(generation);
                continue;
            };
            if mark.favourite {
                overlay.favourite.suppliers.insert(word);
            }
            if mark.blocked.is_some() {
                overlay.blocked.suppliers.insert(word);
            }
            if let Some(said) = Said::of(mark) {
                overlay.suppliers.insert(word, said);
            }
        }
        for key in marks.bought.keys() {
            match tie_of(key, moment)? {
                Some(tie) => {
                    overlay.bought.offers.insert(tie);
                }
                None => overlay.looked_at = Some(generation),
            }
        }
        Ok(overlay)
    }

    /// What has one of these tags.
    pub fn tagged(&self, tags: &[String]) -> Marked {
        self.saying(|said| said.tags.iter().any(|own| tags.contains(own)))
    }

    /// What has one of these in its note.
    pub fn noted(&self, texts: &[String]) -> Marked {
        self.saying(|said| said.notes.iter().any(|own| texts.iter().any(|text| own.contains(text))))
    }

    /// What has this word in a tag or note.
    pub fn saying_word(&self, word: &str) -> Marked {
        self.saying(|said| said.tags.iter().chain(&said.notes).any(|own| own.contains(word)))
    }

    fn saying(&self, holds: impl Fn(&Said) -> bool) -> Marked {
        Marked {
            offers: self.offers.iter().filter(|(_, said)| holds(said)).map(|(tie, _)| *tie).collect(),
            suppliers: self.suppliers.iter().filter(|(_, said)| holds(said)).map(|(word, _)| *word).collect(),
        }
    }
}

/// The number of an offer; `None` for an imported one that is not in the store.
pub(super) fn tie_of(key: &OfferKey, moment: &Connection) -> Result<Option<Tie>, Failure> {
    if let Some(tie) = Tie::of_market(key) {
        return Ok(Some(tie));
    }
    let row: Option<i64> = moment
        .prepare_cached("SELECT row FROM offers WHERE key = ?1")?
        .query_row([key.to_string()], |row| row.get(0))
        .optional()?;
    Ok(row.map(|row| Tie::of(key, row)))
}

/// The number of a text in the dictionary.
pub(super) fn word_of(text: &str, moment: &Connection) -> Result<Option<WordId>, Failure> {
    Ok(moment
        .prepare_cached("SELECT id FROM words WHERE text = ?1")?
        .query_row([text], |row| row.get::<_, i64>(0))
        .optional()?
        .and_then(|id| WordId::try_from(id).ok()))
}

/// The text of a number in the dictionary.
pub(super) fn text_of(word: WordId, moment: &Connection) -> rusqlite::Result<Option<String>> {
    moment
        .prepare_cached("SELECT text FROM words WHERE id = ?1 AND sound(sum, id, text)")?
        .query_row([word], |row| row.get(0))
        .optional()
}

/// The supplier of this id, or else those with this in the name or of this id in other capitals; those found so far
/// when nobody wants them any more.
pub(super) fn suppliers_named(
    id: &SupplierId,
    name: &str,
    moment: &Connection,
    is_over: &dyn Fn() -> bool,
) -> Result<HashSet<SupplierId>, Failure> {
    if is_supplier(id, moment)? {
        return Ok(HashSet::from([id.clone()]));
    }
    let mut found = HashSet::new();
    each_named(name, moment, is_over, &mut |id| {
        found.insert(SupplierId::new(id));
    })?;
    Ok(found)
}

/// Whether somebody has this id.
pub(super) fn is_supplier(id: &SupplierId, moment: &Connection) -> Result<bool, Failure> {
    let is_known = moment
        .prepare_cached(
            "SELECT 1 FROM offers WHERE supplier_id = ?1 UNION ALL SELECT 1 FROM suppliers WHERE id = ?1 LIMIT 1",
        )?
        .query_row([id.as_str()], |_| Ok(()))
        .optional()?;
    Ok(is_known.is_some())
}

/// Shows the ids of those with this in the name, or as their id in other capitals; until nobody wants them any more.
pub(super) fn each_named(
    name: &str,
    moment: &Connection,
    is_over: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(&str),
) -> Result<(), Failure> {
    // One look for all: most names do not have it anywhere.
    let finder = memchr::memmem::Finder::new(name.as_bytes());
    let mut select = moment.prepare_cached("SELECT id, search FROM suppliers INDEXED BY suppliers_named")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if is_over() {
            break;
        }
        let (id, search) = (row.get_ref(0)?, row.get_ref(1)?);
        let (id, search) = (id.as_bytes().unwrap_or_default(), search.as_bytes().unwrap_or_default());
        // Name and translated name; the third line is the belt. Where it stands first is in the first line it is in.
        let is_in_names = finder.find(search).is_some_and(|at| {
            let before = search.get(..at).unwrap_or_default();
            memchr::memchr_iter(b'\n', before).count() < 2
        });
        if is_in_names || id.eq_ignore_ascii_case(name.as_bytes()) {
            visit(std::str::from_utf8(id).unwrap_or_default());
        }
    }
    Ok(())
}
