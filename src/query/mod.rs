//! Text folding and the search grammar; pure.
