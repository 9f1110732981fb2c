//! What became of a store that was found damaged.

use std::path::PathBuf;

/// What is lost with a row of the ledger, in the words of the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// Orders and joins sent or about to be sent.
    Actions,
    /// Lines of the cart, those that were ordered too.
    Lines,
    /// Totals the buyer agreed to.
    Totals,
    /// Favourites, notes, tags, blocks, codes, words to sellers, lists.
    Notes,
    /// Orders as the market told them: the next sync tells them again.
    Told,
    /// Steps that could be undone.
    Steps,
}

/// What became of a damaged ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// Where the damaged file lies.
    pub bad: PathBuf,
    /// Rows of the new one.
    pub kept: usize,
    /// How many of them come from their second copy.
    pub restored: usize,
    /// How many of them could not be checked.
    pub unchecked: usize,
    /// What is not in the new one, and how many, as far as anybody can tell.
    pub lost: Vec<(Lost, usize)>,
}
