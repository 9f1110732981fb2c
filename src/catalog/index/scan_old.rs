//! Finding: which offers contain every word, in the order of their static rank.
//!
//! [`Index`] is the seam: [`Scan`] reads one flat buffer of folded text from end to end, which serves some
//! 100,000 offers; a term index can take its place without the rest of the catalog noticing.
//!
//! A scan is immutable and shared. It is as of one generation of the store; [`Scan::refreshed`] makes the next
//! one from it and the rows touched since, whichever process touched them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use memchr::memmem::Finder;
use rusqlite::Connection;

use crate::catalog::store::Failure;
use crate::domain::id::OfferKey;
pub use crate::domain::search::Tier;

/// A hit: the offer's place in the order of the static rank, and its tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number for [`Index::doc`]; ascending numbers are descending ranks.
    pub doc: u32,
    /// How well it matches.
    pub tier: Tier,
}

/// For each word of a query, whether the buyer's own notes and tags of an offer contain it.
pub type Mine = Vec<bool>;

/// What an index holds of an offer beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doc {
    /// Row in the store.
    pub row: i64,
    /// Key of the offer.
    pub key: OfferKey,
    /// Static rank, see [`crate::catalog::rank`].
    pub score: i64,
    /// Sold in 30 days.
    pub sold: Option<i64>,
    /// Repeat rate in ppm.
    pub repeat_ppm: Option<i64>,
    /// When it was read, UTC milliseconds.
    pub fetched_ms: i64,
    fee: bool,
    /// Where its text stands in the buffer: four lines from `start`, ending at `ends`.
    start: u32,
    ends: [u32; 4],
}

/// Finds offers by the words of a query. Offers that are gone are not in it.
pub trait Index: Send + Sync {
    /// Offers that contain every one of `words` (folded, see [`crate::query::words`]; all offers for none), by
    /// rank. Fee links only when asked for.
    fn find(&self, words: &[String], include_fees: bool) -> Vec<Found>;
    /// Those of some offers (ascending numbers, each with what the buyer says of it) whose text and notes together
    /// contain every one of `words`.
    fn find_among(&self, offers: &[(u32, &[bool])], words: &[String], include_fees: bool) -> Vec<Found>;
    /// An offer by its number.
    fn doc(&self, doc: u32) -> Option<&Doc>;
    /// Its folded titles: Chinese and translated.
    fn titles(&self, doc: u32) -> [&str; 2];
    /// How many offers there are, fee links included.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A plain scan over one flat buffer.
#[derive(Debug, Default)]
pub struct Scan {
    /// Of the store, when this was made.
    pub(super) generation: i64,
    /// By rank: score descending, then key.
    docs: Vec<Doc>,
    /// The texts of `docs` in their order, each ended by a NUL.
    text: String,
    /// Numbers by key and by row, made when first asked for.
    by_key: OnceLock<HashMap<OfferKey, u32>>,
    by_row: OnceLock<HashMap<i64, u32>>,
}

impl Scan {
    /// This scan if the store has not changed, else the next one. `connection` must be inside a transaction, so
    /// that counter and rows are of one moment.
    pub(super) fn refreshed(
        current: Option<&Arc<Scan>>,
        connection: &Connection,
    ) -> Result<Arc<Scan>, Failure> {
        let (generation, cleared): (i64, i64) = connection
            .prepare_cached(
                "SELECT (SELECT value FROM state WHERE name = 'generation'),
                        (SELECT value FROM state WHERE name = 'cleared')",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let empty = Arc::new(Scan::default());
        let base = match current {
            Some(scan) if scan.generation >= generation => return Ok(Arc::clone(scan)),
            Some(scan) if scan.generation >= cleared => scan,
            _ => &empty,
        };
        let touched = Touched::since(base.generation, connection)?;
        Ok(Arc::new(base.with(touched, generation)))
    }

    fn with(&self, touched: Touched, generation: i64) -> Scan {
        let kept = self.docs.iter().filter(|doc| !touched.rows.contains(&doc.row));
        let mut docs: Vec<(&Doc, &str)> = kept.map(|doc| (doc, self.text_of(doc))).collect();
        docs.extend(touched.docs.iter().map(|(doc, text)| (doc, text.as_str())));
        docs.sort_by(|(a, _), (b, _)| b.score.cmp(&a.score).then_with(|| a.key.cmp(&b.key)));
        let mut next = Scan {
            generation,
            docs: Vec::with_capacity(docs.len()),
            text: String::with_capacity(docs.iter().map(|(_, text)| text.len() + 1).sum()),
            by_key: OnceLock::new(),
            by_row: OnceLock::new(),
        };
        for (doc, text) in docs {
            // Past 4 GB of titles (30 million offers) a scan has no business any more.
            let Ok(start) = u32::try_from(next.text.len()) else { break };
            next.text.push_str(text);
            next.text.push('\0');
            let length = text.len() as u32;
            let mut lines = text.match_indices('\n').map(|(at, _)| at as u32);
            let ends = [(); 4].map(|()| start.saturating_add(lines.next().unwrap_or(length)));
            next.docs.push(Doc { start, ends, ..doc.clone() });
        }
        next
    }

    /// Number of an offer; `None` when it is gone or was never here.
    pub(super) fn number(&self, key: &OfferKey) -> Option<u32> {
        let numbers = self
            .by_key
            .get_or_init(|| (0_u32..).zip(&self.docs).map(|(doc, of)| (of.key.clone(), doc)).collect());
        numbers.get(key).copied()
    }

    /// Number of the offer in a row of the store.
    pub(super) fn number_of_row(&self, row: i64) -> Option<u32> {
        let numbers =
            self.by_row.get_or_init(|| (0_u32..).zip(&self.docs).map(|(doc, of)| (of.row, doc)).collect());
        numbers.get(&row).copied()
    }

    fn text_of(&self, doc: &Doc) -> &str {
        self.part(doc.start, doc.ends[3])
    }

    fn part(&self, from: u32, to: u32) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The tier of an offer; `mine` says for each word whether the buyer's own notes have it.
    fn judge(&self, doc: &Doc, finders: &[Finder<'_>], mine: &[bool]) -> Option<Tier> {
        let all = self.text_of(doc).as_bytes();
        let titles = self.part(doc.start, doc.ends[1]).as_bytes();
        let mut worst = Tier::Word;
        for (at, finder) in finders.iter().enumerate() {
            let tier = if finder.find_iter(titles).any(|at| is_whole_word(titles, at, finder.needle())) {
                Tier::Word
            } else if finder.find(titles).is_some() {
                Tier::Part
            } else if mine.get(at).copied().unwrap_or(false) {
                Tier::Mine
            } else {
                finder.find(all)?;
                Tier::Supplier
            };
            worst = worst.max(tier);
        }
        Some(worst)
    }
}

impl Index for Scan {
    fn find(&self, words: &[String], include_fees: bool) -> Vec<Found> {
        let wanted = |doc: &Doc| include_fees || !doc.fee;
        let numbered = (0_u32..).zip(&self.docs);
        let finders: Vec<Finder<'_>> = words.iter().map(|word| Finder::new(word.as_bytes())).collect();
        // The longest word is the rarest, as a rule: it drives, the others are looked for where it was found.
        let Some(driver) = finders.iter().max_by_key(|finder| finder.needle().len()) else {
            return numbered
                .filter(|(_, doc)| wanted(doc))
                .map(|(doc, _)| Found { doc, tier: Tier::Word })
                .collect();
        };
        let mut found = Vec::new();
        let mut numbered = numbered.peekable();
        let mut from = 0;
        while let Some(at) =
            self.text.as_bytes().get(from..).and_then(|rest| driver.find(rest)).map(|at| from + at)
        {
            while numbered.next_if(|(_, doc)| doc.ends[3] as usize <= at).is_some() {}
            let Some((number, doc)) = numbered.next() else { break };
            if wanted(doc)
                && let Some(tier) = self.judge(doc, &finders, &[])
            {
                found.push(Found { doc: number, tier });
            }
            from = doc.ends[3] as usize;
        }
        found
    }

    fn find_among(&self, offers: &[(u32, &[bool])], words: &[String], include_fees: bool) -> Vec<Found> {
        let finders: Vec<Finder<'_>> = words.iter().map(|word| Finder::new(word.as_bytes())).collect();
        let judged = offers.iter().filter_map(|(number, mine)| {
            let doc = self.docs.get(*number as usize).filter(|doc| include_fees || !doc.fee)?;
            Some(Found { doc: *number, tier: self.judge(doc, &finders, mine)? })
        });
        judged.collect()
    }

    fn doc(&self, doc: u32) -> Option<&Doc> {
        self.docs.get(doc as usize)
    }

    fn titles(&self, doc: u32) -> [&str; 2] {
        self.doc(doc).map_or(["", ""], |doc| {
            [self.part(doc.start, doc.ends[0]), self.part(doc.ends[0].saturating_add(1), doc.ends[1])]
        })
    }

    fn len(&self) -> usize {
        self.docs.len()
    }
}

/// Rows of the store touched since some generation.
struct Touched {
    rows: HashSet<i64>,
    docs: Vec<(Doc, String)>,
}

impl Touched {
    fn since(generation: i64, connection: &Connection) -> Result<Touched, Failure> {
        let mut select = connection.prepare_cached(
            "SELECT row, key, kind, gone, score, sold, repeat_ppm, fetched_at, text FROM offers
             WHERE generation > ?1",
        )?;
        let mut rows = select.query([generation])?;
        let mut touched = Touched { rows: HashSet::new(), docs: Vec::new() };
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            touched.rows.insert(number);
            if row.get::<_, bool>(3)? {
                continue;
            }
            // A key that cannot be read belongs to a damaged row, which nobody could ask for.
            let Ok(key) = row.get_ref(1)?.as_str().unwrap_or_default().parse() else { continue };
            let doc = Doc {
                row: number,
                key,
                score: row.get(4)?,
                sold: row.get(5)?,
                repeat_ppm: row.get(6)?,
                fetched_ms: row.get(7)?,
                fee: row.get::<_, i64>(2)? != 0,
                start: 0,
                ends: [0; 4],
            };
            touched.docs.push((doc, row.get(8)?));
        }
        Ok(touched)
    }
}

/// Whether a Latin word or number found at `at` begins and ends where words do. Chinese has no such places: any
/// is good.
fn is_whole_word(text: &[u8], at: usize, word: &[u8]) -> bool {
    let latin = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(at + word.len());
    let cut_before = latin(word.first()) && latin(before);
    let cut_after = latin(word.last()) && latin(after);
    !cut_before && !cut_after
}
