//! Finding: which offers meet a query, in the order of their static rank.
//!
//! A tantivy index beside the store holds every offer on sale, documents in rank order ([`schema`], [`segment`]); it is
//! derived from the rows and may be thrown away ([`live`], [`writer`]). Rows written since its last commit are kept
//! in memory and searched by reading them ([`fresh`]); where there are too many, as while the index is built, the best
//! ranked are read from the store ([`tail`]). A query is made into a [`plan`], and [`view`] runs it over all three.

mod beside;
mod columns;
mod document;
mod finder;
pub mod freights;
pub mod fresh;
mod gone;
pub mod guard;
mod guess;
mod ids;
pub mod lexicon;
mod lists;
pub mod live;
pub mod marked;
mod pass;
mod pieces;
mod place;
pub mod plan;
mod quick;
mod ranges;
mod reading;
mod records;
pub mod schema;
mod segment;
mod sellers;
mod settle;
mod sounds;
mod stream;
mod tables;
mod tail;
pub mod test;
pub mod texts;
pub mod view;
pub mod word;
pub mod writer;

pub use fresh::Fresh;
pub use ids::{Ids, WantedIds};
pub use lexicon::Pairs;
pub use pass::halt;
pub use place::{Place, SCORES, Tie};
pub use segment::{Row, Segment};
pub use writer::IndexProgress;

use crate::catalog::store::Failure;

/// Why a search ended without an answer.
pub enum Halt {
    /// Nobody waits for it.
    Cancelled,
    /// The store failed.
    Store(Failure),
    /// The index cannot be read.
    Index(String),
}

impl Halt {
    /// Whoever read the index did not come back.
    pub fn failed() -> Halt {
        Halt::Index("reading it failed".to_owned())
    }
}

impl From<rusqlite::Error> for Halt {
    fn from(error: rusqlite::Error) -> Self {
        Halt::Store(error.into())
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Halt::Store(failure)
    }
}

impl From<std::io::Error> for Halt {
    fn from(error: std::io::Error) -> Self {
        Halt::Index(error.to_string())
    }
}

impl From<tantivy::TantivyError> for Halt {
    fn from(error: tantivy::TantivyError) -> Self {
        Halt::Index(error.to_string())
    }
}
