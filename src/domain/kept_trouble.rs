//! What can go wrong with what a buyer keeps in files: saved searches, the price history, packs.

use crate::domain::text::Clean;

/// Why something kept cannot be used or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptTrouble {
    /// The price history cannot be read or written.
    HistoryUnusable {
        /// The file.
        path: Clean,
        /// What the system said.
        what: Clean,
    },
    /// It was written by a newer program.
    HistoryNewer {
        /// The file.
        path: Clean,
        /// Its schema.
        found: i64,
    },
    /// The file of a saved search has a mistake.
    SavedFile {
        /// `path:line`.
        at: Clean,
        /// What is wrong.
        what: Clean,
    },
    /// No saved search has this name.
    NoSaved {
        /// As asked for.
        name: Clean,
        /// What was probably meant.
        near: Option<Clean>,
    },
    /// A name that cannot be a file's.
    SavedName(Clean),
    /// A query with a mistake in it.
    SavedQuery(Clean),
    /// The name is another one's.
    SavedTaken(Clean),
    /// It comes with the program.
    SavedZone(Clean),
    /// A pack that is damaged, or none.
    BadPack {
        /// The file.
        file: Clean,
        /// What is wrong with it.
        what: Clean,
    },
    /// A pack of another market.
    ForeignPack {
        /// The file.
        file: Clean,
        /// Whose it is.
        market: Clean,
        /// Whether nobody's word makes it one of this market: one of the two is a sandbox.
        never: bool,
    },
    /// A pack cannot be written there.
    PackTarget {
        /// The file.
        file: Clean,
        /// Why.
        what: Clean,
    },
    /// Nothing to pack.
    EmptyPack,
    /// No watch has this number.
    NoWatch(i64),
    /// A list, plan or history with a mistake in it, or that cannot be read.
    File {
        /// `path:line`.
        at: Clean,
        /// What is wrong.
        what: Clean,
    },
    /// No list has this name.
    NoList {
        /// As asked for.
        name: Clean,
        /// What was probably meant.
        near: Option<Clean>,
    },
    /// The name is another list's.
    ListTaken(Clean),
}
