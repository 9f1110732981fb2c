//! How closely the words of a query stand together in the titles it found: what decides between offers that rank about
//! as well.

use std::cmp::Reverse;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use crate::catalog::index::Halt;
use crate::catalog::index::texts::Texts;
use crate::catalog::index::view::{Hit, View};
use crate::catalog::rank;
use crate::domain::search::Tier;

/// Hits the fuzzy score may reorder.
pub(super) const HEAD: usize = 200;
/// Characters of a query the fuzzy score looks at; its cost grows with their number.
const PATTERN: usize = 48;
/// So many titles are read from memory in much less than this.
const FEW: usize = 8;
const SLOW: Duration = Duration::from_micros(200);

/// Hits by tier and rank; in the head of a tier those that rank about as well by closeness. With one row a supplier
/// the tiers stand twice, what can be bought first: each run is ordered for itself.
pub(super) fn by_closeness(hits: &mut [Hit], pattern: &str, view: &View<'_>) -> Result<(), Halt> {
    let mut texts = Texts::new(view.connection);
    let mut keyed = Vec::with_capacity(hits.len().min(HEAD));
    let mut run = 0_u32;
    let mut last = Tier::Word;
    let (mut is_foreseen, mut since) = (false, Instant::now());
    for (nth, hit) in hits.iter().take(HEAD).enumerate() {
        crate::catalog::index::halt(view.cancel)?;
        if !is_foreseen && nth > 0 && nth.is_multiple_of(FEW) {
            // They come from the disk: the others are fetched all at once. In memory asking for it would cost more.
            is_foreseen = since.elapsed() > SLOW;
            if is_foreseen {
                view.foresee_titles(hits.iter().take(HEAD).skip(nth));
            }
            since = Instant::now();
        }
        run += u32::from(hit.tier != last);
        last = hit.tier;
        let bucket = hit.place.score().div_euclid(rank::BUCKET);
        let text = view.titles(hit, &mut texts)?;
        keyed.push(((run, Reverse(bucket), Reverse(closeness(text, pattern)), Reverse(hit.place)), *hit));
    }
    keyed.sort_unstable_by_key(|(key, _)| *key);
    for (slot, (_, hit)) in hits.iter_mut().zip(keyed) {
        *slot = hit;
    }
    Ok(())
}

pub(super) fn pattern(words: &[String]) -> String {
    words.concat().chars().take(PATTERN).collect()
}

/// How closely the whole query stands together in the better of two titles; 0 when not even in its order.
pub(super) fn closeness(text: &str, pattern: &str) -> i64 {
    static MATCHER: OnceLock<SkimMatcherV2> = OnceLock::new();
    let matcher = MATCHER.get_or_init(SkimMatcherV2::default);
    text.split('\n').take(2).filter_map(|title| matcher.fuzzy_match(title, pattern)).max().unwrap_or(0)
}
