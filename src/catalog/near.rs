//! Nothing was found as typed: the nearest words that are there.
//!
//! Only asked after a search came back empty, so it may take its time, but not much. A Chinese word is tried with one
//! character wrong, missing, too many or swapped with its neighbour, as long as every pair of neighbours is one that
//! titles have; a Latin one against the runs titles have, by edit distance. Of what is near the most frequent is taken
//! that leads to hits; where no word is, the wrong one is left out.

use std::collections::HashMap;

use crate::catalog::index::Halt;
use crate::catalog::index::marked::Marked;
use crate::catalog::index::plan::Plan;
use crate::catalog::index::view::View;
use crate::catalog::index::word::Word;

/// Near words tried for each word of a query, and for all together.
const TRIED: usize = 6;
const TRIES: usize = 12;
/// A query of more words is no slip.
const MOST_WORDS: usize = 6;
/// Characters of a word that is looked at.
const LONGEST: usize = 12;

/// The plan with the nearest words that are found; `None` where nothing is near.
pub(super) fn nearest(view: &View<'_>, plan: &Plan) -> Result<Option<Plan>, Halt> {
    if plan.is_hopeless || plan.words.len() > MOST_WORDS {
        return Ok(None);
    }
    let mut tries = 0;
    let finds = |words: Vec<Word>| -> Result<Option<Plan>, Halt> {
        let near = Plan { words, ..plan.clone() };
        Ok((!view.first(&near, 1, 1, false)?.hits.is_empty()).then_some(near))
    };
    // Words nothing has on their own are wrong. Where each is found, but not together, that is the answer.
    let mut suspects = Vec::new();
    for (at, word) in plan.words.iter().enumerate() {
        let alone = Plan { words: vec![word.clone()], with_fees: true, ..Plan::default() };
        if view.first(&alone, 1, 1, false)?.hits.is_empty() {
            suspects.push(at);
        }
    }
    let mut words = plan.words.clone();
    let mut is_changed = false;
    for at in &suspects {
        let Some(word) = plan.words.get(*at) else { continue };
        for near in near_words(view, &word.text)? {
            tries += 1;
            if tries > TRIES {
                return Ok(None);
            }
            let mut changed = words.clone();
            if let Some(slot) = changed.get_mut(*at) {
                *slot = Word::new(&near, Marked::default());
            }
            if let Some(near) = finds(changed.clone())? {
                return Ok(Some(near));
            }
            // The best guess stays, for the next wrong word to be tried with.
            if !is_changed {
                words = changed;
                is_changed = true;
            }
        }
        is_changed = false;
    }
    if plan.words.len() < 2 {
        return Ok(None);
    }
    for at in suspects {
        let fewer: Vec<Word> = plan
            .words
            .iter()
            .enumerate()
            .filter(|(nth, _)| *nth != at)
            .map(|(_, word)| word.clone())
            .collect();
        if let Some(near) = finds(fewer)? {
            return Ok(Some(near));
        }
    }
    Ok(None)
}

/// Words near one, the likeliest first.
fn near_words(view: &View<'_>, text: &str) -> Result<Vec<String>, Halt> {
    let chars: Vec<char> = text.chars().collect();
    // Signs are no slip of letters, and letters none of signs.
    if chars.len() < 2 || chars.len() > LONGEST || !chars.iter().all(|c| c.is_alphanumeric()) {
        return Ok(Vec::new());
    }
    let mut counts: HashMap<String, (usize, u64)> = HashMap::new();
    if chars.iter().all(char::is_ascii_alphanumeric) {
        let most = if chars.len() > 5 { 2 } else { 1 };
        runs(view, text, most, &mut counts)?;
    } else {
        pairs(view, &chars, &mut counts)?;
    }
    counts.remove(text);
    let mut found: Vec<(String, (usize, u64))> = counts.into_iter().collect();
    found.sort_by(|(a, (far, n)), (b, (further, m))| far.cmp(further).then(m.cmp(n)).then_with(|| a.cmp(b)));
    Ok(found.into_iter().take(TRIED).map(|(word, _)| word).collect())
}

/// Runs of letters and digits within an edit distance.
fn runs(
    view: &View<'_>,
    text: &str,
    most: usize,
    counts: &mut HashMap<String, (usize, u64)>,
) -> Result<(), Halt> {
    let mut look = |run: &str, docs: u64| {
        if run.len().abs_diff(text.len()) > most {
            return;
        }
        let distance = strsim::osa_distance(run, text);
        if distance > 0 && distance <= most {
            counts.entry(run.to_owned()).or_insert((distance, 0)).1 += docs;
        }
    };
    for segment in view.live.iter().flat_map(|live| live.segments()) {
        let lexicon = segment.word_lexicon()?;
        for number in 0..lexicon.len() {
            crate::catalog::index::halt(view.cancel)?;
            let run = lexicon.term(number);
            if run.len().abs_diff(text.len()) <= most {
                look(run, u64::from(lexicon.info(number).doc_freq));
            }
        }
    }
    for entry in view.fresh.entries() {
        crate::catalog::index::halt(view.cancel)?;
        for line in entry.text.split('\n').take(2) {
            line.split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|run| !run.is_empty())
                .for_each(|run| look(run, 1));
        }
    }
    Ok(())
}

/// Chains of pairs that titles have, one slip away: two characters swapped before one wrong, one missing, one too many.
fn pairs(view: &View<'_>, chars: &[char], counts: &mut HashMap<String, (usize, u64)>) -> Result<(), Halt> {
    let known = Known::of(view)?;
    let take = |word: Vec<char>, slip: usize, counts: &mut HashMap<String, (usize, u64)>| {
        if word.len() < 2 || word == chars {
            return;
        }
        let least = word.iter().zip(word.iter().skip(1)).map(|(a, b)| known.docs(*a, *b)).min().unwrap_or(0);
        if least > 0 {
            let known = counts.entry(word.into_iter().collect()).or_insert((slip, least));
            known.0 = known.0.min(slip);
        }
    };
    for at in 0..chars.len() {
        crate::catalog::index::halt(view.cancel)?;
        let mut missing = chars.to_vec();
        missing.remove(at);
        take(missing, 4, counts);
        let mut swapped = chars.to_vec();
        if at + 1 < swapped.len() {
            swapped.swap(at, at + 1);
            take(swapped, 1, counts);
        }
        // What may stand here is what follows the one before, or comes before the one behind.
        let before = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
        let (here, behind) = (chars.get(at).copied(), chars.get(at + 1).copied());
        for c in known.between(before, behind) {
            let mut wrong = chars.to_vec();
            if let Some(slot) = wrong.get_mut(at) {
                *slot = c;
            }
            take(wrong, 2, counts);
        }
        for c in known.between(before, here) {
            let mut more = chars.to_vec();
            more.insert(at, c);
            take(more, 3, counts);
        }
    }
    Ok(())
}

/// Pairs of neighbours, over everything there is.
struct Known<'a> {
    view: &'a View<'a>,
    fresh: HashMap<(char, char), u64>,
}

impl<'a> Known<'a> {
    fn of(view: &'a View<'a>) -> Result<Known<'a>, Halt> {
        let mut fresh: HashMap<(char, char), u64> = HashMap::new();
        for entry in view.fresh.entries() {
            for line in entry.text.split('\n').take(2) {
                for pair in line.chars().zip(line.chars().skip(1)) {
                    *fresh.entry(pair).or_default() += 1;
                }
            }
        }
        // Made here, so that looking things up cannot fail.
        for segment in view.live.iter().flat_map(|live| live.segments()) {
            segment.pair_lexicon()?;
        }
        Ok(Known { view, fresh })
    }

    fn lexicons(&self) -> impl Iterator<Item = &crate::catalog::index::Pairs> {
        self.view
            .live
            .iter()
            .flat_map(|live| live.segments())
            .filter_map(|segment| segment.pair_lexicon().ok())
    }

    fn docs(&self, first: char, second: char) -> u64 {
        let indexed: u64 = self.lexicons().map(|pairs| u64::from(pairs.docs(first, second))).sum();
        indexed + self.fresh.get(&(first, second)).copied().unwrap_or(0)
    }

    /// Characters that stand between two, the most frequent ones.
    fn between(&self, before: Option<char>, behind: Option<char>) -> Vec<char> {
        const MOST: usize = 64;
        let mut counts: HashMap<char, u64> = HashMap::new();
        match (before, behind) {
            (Some(before), _) => {
                for pairs in self.lexicons() {
                    for pair in pairs.beginning(before).1 {
                        *counts.entry(pair.chars.1).or_default() += u64::from(pair.docs);
                    }
                }
                for ((first, second), n) in &self.fresh {
                    if *first == before {
                        *counts.entry(*second).or_default() += n;
                    }
                }
            }
            (None, Some(behind)) => {
                for pairs in self.lexicons() {
                    for (first, docs) in pairs.ending(behind) {
                        *counts.entry(first).or_default() += u64::from(docs);
                    }
                }
                for ((first, second), n) in &self.fresh {
                    if *second == behind {
                        *counts.entry(*first).or_default() += n;
                    }
                }
            }
            (None, None) => {}
        }
        counts.retain(|c, _| c.is_alphanumeric());
        if let (Some(_), Some(behind)) = (before, behind) {
            counts.retain(|c, _| self.docs(*c, behind) > 0);
        }
        let mut found: Vec<(char, u64)> = counts.into_iter().collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        found.into_iter().take(MOST).map(|(c, _)| c).collect()
    }
}
