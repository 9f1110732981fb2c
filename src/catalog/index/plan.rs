//! A query ready to be run: words with what the buyer says of offers, conditions in the units of the columns, and the
//! quantity everything is looked at.

use std::collections::HashMap;

use crate::catalog::facts::Flags;
use crate::catalog::index::place::Tie;
use crate::catalog::index::segment::Row;
use crate::catalog::index::test::Test;
use crate::catalog::index::word::Word;
use crate::domain::search::{Flag, Tier};

/// A query ready to be run.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// All must be found.
    pub words: Vec<Word>,
    /// None of these may be.
    pub without: Vec<Word>,
    /// All must hold.
    pub tests: Vec<Test>,
    /// Fee links too.
    pub with_fees: bool,
    /// No advertisements.
    pub hide_ads: bool,
    /// Thousandths of a unit.
    pub quantity: u64,
    /// Quantities of single offers.
    pub overrides: HashMap<Tie, u64>,
    /// Nothing can meet it.
    pub is_hopeless: bool,
}

impl Plan {
    /// The quantity an offer is looked at.
    pub fn quantity_of(&self, row: &(impl Row + ?Sized)) -> u64 {
        if self.overrides.is_empty() {
            return self.quantity;
        }
        self.overrides.get(&row.place().tie()).copied().unwrap_or(self.quantity)
    }

    /// Whether an offer may be shown at all.
    pub fn shows(&self, row: &(impl Row + ?Sized)) -> bool {
        let hidden = self.hidden();
        hidden == Flags::default() || !row.has_any(hidden)
    }

    /// Flags an offer must not have to be shown.
    pub fn hidden(&self) -> Flags {
        let fees = if self.with_fees { Flags::default() } else { Flags::FEE };
        if self.hide_ads { fees.with(Flags::of(Flag::Advertised)) } else { fees }
    }

    /// The tier of an offer that is not in the index, from its text and traits.
    pub fn judge(&self, row: &(impl Row + ?Sized), text: &str, traits: &str, most: Tier) -> Option<Tier> {
        if !self.shows(row) {
            return None;
        }
        let mut worst = Tier::Word;
        for word in &self.words {
            worst = worst.max(word.judge(row, text, most)?);
        }
        let quantity = self.quantity_of(row);
        if !self.tests.iter().all(|test| test.holds(row, quantity, traits)) {
            return None;
        }
        if self.without.iter().any(|word| word.judge(row, text, Tier::Supplier).is_some()) {
            return None;
        }
        Some(worst)
    }

    /// The tiers its hits can be of, best first.
    pub fn tiers(&self) -> Vec<Tier> {
        let mut tiers = vec![Tier::Word];
        if self.words.is_empty() {
            return tiers;
        }
        if self.words.iter().any(|word| word.text.contains(|c: char| c.is_ascii_alphanumeric())) {
            tiers.push(Tier::Part);
        }
        if self.words.iter().any(|word| !word.parses.is_empty()) {
            tiers.push(Tier::Pinyin);
        }
        if self.words.iter().any(|word| !word.mine.is_empty()) {
            tiers.push(Tier::Mine);
        }
        tiers.push(Tier::Supplier);
        tiers
    }
}
