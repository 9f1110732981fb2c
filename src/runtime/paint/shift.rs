//! Rows that moved: found once a frame, and left to the terminal to scroll.

use crate::runtime::paint::glyph::{Glyph, Row};

/// So many cells must be spared before rows are scrolled.
const WORTH: isize = 60;
/// Farthest a block of rows is looked for.
const FARTHEST: usize = 24;

/// A block of rows that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// First and last row of the block, blank rows included.
    pub top: usize,
    pub bottom: usize,
    pub by: usize,
    /// Towards the first row.
    pub up: bool,
}

/// The move that spares most, if any spares enough.
pub fn best_shift(old: &[Row], new: &[Row]) -> Option<Shift> {
    let height = new.len();
    // Most frames change little: nothing is numbered for those.
    let here: Vec<isize> = new.iter().zip(old).map(|(new, old)| differing(new, old)).collect();
    if here.iter().sum::<isize>() < WORTH {
        return None;
    }
    let marks = |rows: &[Row]| -> Vec<Vec<u64>> {
        rows.iter().map(|row| row.iter().map(Glyph::mark).collect()).collect()
    };
    let (old, new) = (marks(old), marks(new));
    let differ = |one: Option<&Vec<u64>>, other: Option<&Vec<u64>>| match (one, other) {
        (Some(one), Some(other)) => differing(one, other),
        _ => 0,
    };
    let empty = vec![Glyph::BLANK.mark(); new.first().map_or(0, Vec::len)];
    let written: Vec<isize> = new.iter().map(|row| differing(row, &empty)).collect();
    let at = |list: &[isize], y: usize| list.get(y).copied().unwrap_or_default();
    let mut best: Option<(isize, Shift)> = None;
    for by in 1..height.min(FARTHEST) {
        for up in [true, false] {
            // The stretch of rows that gains most by coming from `by` rows further on.
            let rows = if up { 0..height - by } else { by..height };
            let (mut sum, mut start) = (0, rows.start);
            for y in rows {
                let from = if up { y + by } else { y - by };
                if sum <= 0 {
                    (sum, start) = (0, y);
                }
                sum += at(&here, y) - differ(new.get(y), old.get(from));
                let shift = if up {
                    Shift { top: start, bottom: y + by, by, up }
                } else {
                    Shift { top: start - by, bottom: y, by, up }
                };
                // Rows that are left blank by the move have to be written.
                let blanked = if up { y + 1..=y + by } else { start - by..=start - 1 };
                let lost: isize = blanked.map(|y| (at(&written, y) - at(&here, y)).max(0)).sum();
                if best.is_none_or(|(most, _)| sum - lost > most) {
                    best = Some((sum - lost, shift));
                }
            }
        }
    }
    best.filter(|(spared, _)| *spared >= WORTH).map(|(_, shift)| shift)
}

/// In how many cells two lines differ.
fn differing<T: PartialEq>(one: &[T], other: &[T]) -> isize {
    one.iter().zip(other).map(|(one, other)| isize::from(one != other)).sum()
}
