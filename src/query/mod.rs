//! Text folding and the search grammar; pure.

pub mod fold;
