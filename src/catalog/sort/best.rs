//! The first of a list, kept while it is gone through.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::catalog::index::schema::Column;
use crate::catalog::index::{Place, Row};

/// A hit in an order: the smaller key comes first, then the better place.
pub(super) type Key = (u64, Reverse<Place>);

/// The first `count` of a list, or the first of each supplier.
#[derive(Clone)]
pub(super) enum Best {
    Rows(usize, BinaryHeap<(Key, i64)>),
    Suppliers(HashMap<u64, (Key, i64)>),
}

impl Best {
    pub fn new(count: usize, one_per_supplier: bool) -> Best {
        if one_per_supplier { Best::Suppliers(HashMap::new()) } else { Best::Rows(count, BinaryHeap::new()) }
    }

    /// Whether a hit with this key could be kept: of what could not nothing else need be known.
    pub fn may_take(&self, key: u64) -> bool {
        match self {
            Best::Rows(count, heap) => {
                heap.len() < *count || heap.peek().is_some_and(|((worst, _), _)| key <= *worst)
            }
            Best::Suppliers(_) => true,
        }
    }

    /// The greatest key of a full list; `None` = there is room for any.
    pub fn worst(&self) -> Option<Key> {
        match self {
            Best::Rows(count, heap) if heap.len() >= *count => heap.peek().map(|(worst, _)| *worst),
            _ => None,
        }
    }

    /// Takes a hit if it is among the first.
    pub fn take(&mut self, key: u64, row: &dyn Row) {
        if !self.may_take(key) {
            return;
        }
        let key = (key, Reverse(row.place()));
        if let Best::Rows(count, heap) = &self
            && heap.len() >= *count
            && heap.peek().is_none_or(|(worst, _)| key >= *worst)
        {
            return;
        }
        let number = row.get(Column::Row) as i64;
        // An offer of nobody known is its own.
        let supplier = || match row.get(Column::Supplier) {
            0 => u64::MAX - row.get(Column::Row),
            supplier => supplier,
        };
        self.keep((key, number), supplier);
    }

    fn keep(&mut self, hit: (Key, i64), supplier: impl FnOnce() -> u64) {
        match self {
            Best::Rows(count, heap) => {
                heap.push(hit);
                if heap.len() > *count {
                    heap.pop();
                }
            }
            Best::Suppliers(first) => {
                let kept = first.entry(supplier()).or_insert(hit);
                *kept = (*kept).min(hit);
            }
        }
    }

    /// Takes what another, of the same kind, has kept.
    pub fn join(&mut self, other: Best) {
        match other {
            Best::Rows(_, heap) => {
                for hit in heap {
                    self.keep(hit, || 0);
                }
            }
            Best::Suppliers(first) => {
                for (supplier, hit) in first {
                    self.keep(hit, || supplier);
                }
            }
        }
    }

    /// In order, with suppliers where only one of each is wanted.
    pub fn into_sorted(self) -> Vec<(Option<u64>, i64)> {
        match self {
            Best::Rows(_, heap) => heap.into_sorted_vec().into_iter().map(|(_, row)| (None, row)).collect(),
            Best::Suppliers(first) => {
                let mut all: Vec<((Key, i64), u64)> =
                    first.into_iter().map(|(supplier, of)| (of, supplier)).collect();
                all.sort_unstable();
                all.into_iter().map(|((_, row), supplier)| (Some(supplier), row)).collect()
            }
        }
    }
}
