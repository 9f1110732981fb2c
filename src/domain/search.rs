//! What is asked of the catalog and what it answers: rows priced at the buyer's quantity.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::mark::{Mark, Mine};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price::RowPrice;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

/// Orders of a result list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Match tier, then the static rank.
    #[default]
    Rank,
    /// Median unit price at the quantity, cheapest first; what cannot be bought comes last.
    Price,
    /// Landed cost at the quantity; unknown freight comes after known, what cannot be bought last.
    Landed,
    /// Units sold in 30 days, most first.
    Sold,
    /// Repeat rate, highest first; unknown last.
    Repeat,
    /// Freshest reading first.
    Age,
}

impl Sort {
    /// All of them, in the order keys cycle through.
    pub const ALL: [Sort; 6] = [Sort::Rank, Sort::Price, Sort::Landed, Sort::Sold, Sort::Repeat, Sort::Age];

    /// Word on the command line and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Sort::Rank => "rank",
            Sort::Price => "price",
            Sort::Landed => "landed",
            Sort::Sold => "sold",
            Sort::Repeat => "repeat",
            Sort::Age => "age",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Sort::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// What was typed.
    pub text: String,
    /// Every price, sort and filter is at this quantity.
    pub quantity: Quantity,
    /// Order.
    pub sort: Sort,
    /// Rows wanted.
    pub limit: usize,
    /// Rows to skip.
    pub offset: usize,
    /// Also fee links (补差价 and the like).
    pub include_fees: bool,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRow {
    /// The listing as cached.
    pub offer: Arc<Offer>,
    /// Priced at the request's quantity.
    pub price: RowPrice,
    /// Character positions of the shown title that matched, ascending; for highlighting.
    pub matched: Vec<usize>,
    /// The buyer's own words on it, and what they bought of it.
    pub mine: Mine,
}

/// A supplier found, with what the buyer decides by.
#[derive(Debug, Clone, PartialEq)]
pub struct SupplierRow {
    /// As cached.
    pub supplier: Supplier,
    /// Names of the categories most of their offers are in, or words of their titles; most offers first.
    pub categories: Vec<Clean>,
    /// Least unit price at Q among their offers that can be bought at Q, yuan, with its unit.
    pub least: Option<(Money, Option<Unit>)>,
    /// The buyer's own words.
    pub mark: Mark,
    /// Orders with them that were not closed, and the newest of them.
    pub ordered: Option<(u64, Timestamp)>,
}

/// A supplier in full: the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SupplierSheet {
    /// The row.
    pub row: SupplierRow,
    /// Their offers as cached, best first, priced at Q.
    pub offers: Vec<SearchRow>,
    /// Orders with them, newest first: when, how much, state.
    pub orders: Vec<(Timestamp, Option<Money>, Clean)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchPage {
    /// Hits in the catalog, all pages.
    pub total: usize,
    /// Offers in the catalog.
    pub cached: usize,
    /// This page.
    pub rows: Vec<SearchRow>,
    /// How long the search took.
    pub took: Duration,
}
