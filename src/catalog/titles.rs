//! How many titles say what, for the words of one title: over the whole catalog, and in its category.
//!
//! Whole numbers come from the tables beside the index; only what no index has yet, and the best ranked offers of the
//! category, are looked at themselves. So it costs about as much in a catalog of a million as in one of thousands.

use std::collections::{HashMap, HashSet};

use crate::catalog::index::Halt;
use crate::catalog::index::texts::Texts;
use crate::catalog::index::view::View;
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError};
use crate::domain::search::{Cancel, SearchRequest};
use crate::domain::substitute::words::{TitleCounts, pairs, triples};
use crate::query::{Is, Query, Term};

/// Offers of the category that are looked at, best ranked first.
const HERE: usize = 300;
/// Titles that no index has and are looked at; more are taken to say the same.
const FRESH: usize = 4_000;

type Pair = (char, char);

impl Catalog {
    /// Counts over the catalog and over `category` for the pairs and triples of a folded title.
    pub fn title_counts(&self, title: &str, category: Option<i64>) -> Result<TitleCounts, CatalogError> {
        let wanted: HashSet<Pair> = pairs(title).collect();
        let never = Cancel::default();
        let counts = self.with_view(&never, |view| {
            let mut counts = everywhere(view, &wanted)?;
            if let Some(category) = category {
                self.here(view, title, category, &mut counts)?;
            }
            Ok(counts)
        })?;
        Ok(counts.unwrap_or_default())
    }

    fn here(
        &self,
        view: &View<'_>,
        title: &str,
        category: i64,
        counts: &mut TitleCounts,
    ) -> Result<(), Halt> {
        let term = Term { negated: false, is: Is::Category(vec![category.to_string()]) };
        let query = Query { terms: vec![term], ..Query::default() };
        let request = SearchRequest { text: query.to_string(), ..SearchRequest::default() };
        let asked = self.asked(view, &request, &std::sync::Arc::default())?;
        let first = view.first(&asked.plan, HERE, HERE, false)?;
        let mut texts = Texts::new(view.connection);
        let own: HashSet<_> = triples(title).collect();
        for hit in first.hits.iter().take(HERE) {
            let text = view.titles(hit, &mut texts)?;
            let line = text.split('\n').next().unwrap_or_default();
            counts.here += 1;
            for pair in pairs(line).collect::<HashSet<_>>() {
                if let Some((here, _)) = counts.pairs.get_mut(&pair) {
                    *here += 1;
                }
            }
            for triple in triples(line).filter(|triple| own.contains(triple)).collect::<HashSet<_>>() {
                *counts.triples.entry(triple).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// Over everything on sale, near enough: old states of offers that were written anew count twice until the index is
/// tidied up.
fn everywhere(view: &View<'_>, wanted: &HashSet<Pair>) -> Result<TitleCounts, Halt> {
    let mut found: HashMap<Pair, (u64, u64)> = wanted.iter().map(|pair| (*pair, (0, 0))).collect();
    let mut all = 0;
    if let Some(live) = &view.live {
        all += live.len() as u64;
        for segment in live.segments() {
            let lexicon = segment.pair_lexicon()?;
            for (pair, (_, count)) in &mut found {
                *count += u64::from(lexicon.docs(pair.0, pair.1));
            }
        }
    }
    let fresh = view.fresh.entries().count();
    let step = fresh.div_ceil(FRESH).max(1);
    let mut look = |line: &str, stands_for: u64| {
        for pair in pairs(line).filter(|pair| wanted.contains(pair)).collect::<HashSet<_>>() {
            if let Some((_, count)) = found.get_mut(&pair) {
                *count += stands_for;
            }
        }
    };
    for entry in view.fresh.entries().step_by(step) {
        crate::catalog::index::halt(view.cancel)?;
        all += step as u64;
        look(entry.text.split('\n').next().unwrap_or_default(), step as u64);
    }
    if all == 0 {
        // No index yet, and too much for the memory: the best ranked tell.
        let mut select = view.connection.prepare_cached(concat!(
            "SELECT text FROM offers WHERE gone = 0 AND kind = 0 AND ",
            sound_offer!(),
            " ORDER BY score DESC LIMIT ?1"
        ))?;
        let mut rows = select.query([FRESH as i64])?;
        while let Some(row) = rows.next()? {
            all += 1;
            look(row.get_ref(0)?.as_str().unwrap_or_default().split('\n').next().unwrap_or_default(), 1);
        }
    }
    Ok(TitleCounts { everywhere: all, pairs: found, ..TitleCounts::default() })
}
