//! Every two of the compared against each other, and where the lead changes hands: counted up quantity by quantity.

use super::plain::*;
use super::race::{Runner, leaders};

/// One of the compared, and the unit it is sold by; `None` = nobody told.
pub type Sold = (Runner, Option<u8>);

/// Two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub one: usize,
    pub other: usize,
    /// Only its multiples can be had of both.
    pub step: Pieces,
    /// Quantities at which another one leads than at the multiple before, and who it is; `None` = nobody can be had
    /// from there on.
    pub changes: Vec<(Pieces, Option<usize>)>,
}

/// All pairs, up to a quantity.
pub fn pairs(sold: &[Sold], last: Pieces) -> Vec<Pair> {
    pairs_by(sold, last, |one, other| one.is_some() && one == other, 0)
}

/// Units make no difference.
pub fn broken_pairs_of_all_units(sold: &[Sold], last: Pieces) -> Vec<Pair> {
    pairs_by(sold, last, |_, _| true, 0)
}

/// The lead changes one lot too late.
pub fn broken_pairs_late(sold: &[Sold], last: Pieces) -> Vec<Pair> {
    pairs_by(sold, last, |one, other| one.is_some() && one == other, 1)
}

fn pairs_by(
    sold: &[Sold],
    last: Pieces,
    are_alike: impl Fn(Option<u8>, Option<u8>) -> bool,
    late: Pieces,
) -> Vec<Pair> {
    let mut found = Vec::new();
    for other in 1..sold.len() {
        for one in 0..other {
            if !are_alike(sold[one].1, sold[other].1) {
                continue;
            }
            let (step, at) = leaders(&[sold[one].0.clone(), sold[other].0.clone()], last);
            let mut changes = Vec::new();
            let mut before = None;
            for (index, leader) in at.into_iter().enumerate() {
                let leader = leader.map(|within| [one, other][within]);
                if leader != before {
                    changes.push((step * (Pieces::try_from(index).unwrap() + 1 + late), leader));
                }
                before = leader;
            }
            found.push(Pair { one, other, step, changes });
        }
    }
    found.sort_by_key(|pair| (pair.one, pair.other));
    found
}
