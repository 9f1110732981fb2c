//! Orders other than the rank's: every hit is looked at, the first of the order are kept.

mod best;
mod cheapest;
mod freights;
mod prices;
mod units;

use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::view::{Chunk, View};
use crate::catalog::index::{Halt, Segment};
use crate::domain::freight::Destination;
use crate::domain::search::Sort;

use best::Best;

/// Hits in an order.
pub(super) struct Sorted {
    /// Rows of the store.
    pub rows: Vec<i64>,
    /// How many hits there are in all.
    pub total: usize,
    /// See [`crate::catalog::index::view::First::looked_at`].
    pub looked_at: Option<usize>,
}

/// The first `count` hits in an order that is not the rank's.
pub(super) fn sorted(
    view: &View<'_>,
    plan: &Plan,
    sort: Sort,
    destination: &Destination,
    count: usize,
    one_per_supplier: bool,
) -> Result<Sorted, Halt> {
    match sort {
        Sort::Price | Sort::Landed => {
            prices::by_price(view, plan, sort, destination, count, one_per_supplier)
        }
        Sort::Sold => by_figure(view, plan, Column::Sold, count, one_per_supplier),
        Sort::Repeat => by_figure(view, plan, Column::Repeat, count, one_per_supplier),
        Sort::Age | Sort::Rank => by_figure(view, plan, Column::Fetched, count, one_per_supplier),
    }
}

/// Greatest figure first, unknown last.
fn by_figure(
    view: &View<'_>,
    plan: &Plan,
    column: Column,
    count: usize,
    one_per_supplier: bool,
) -> Result<Sorted, Halt> {
    let best = || Best::new(count, one_per_supplier);
    let mut all = OfFigure::default();
    let add = |segment: &Segment, docs: &[u32], of: &mut OfFigure| of.add(segment, column, docs, &best);
    let mut done = |_: &Segment, of: OfFigure| all.join(of);
    let is_done = match view.plain(plan) {
        Some(plain) => plain.each(plan, &add, &mut done)?,
        None => false,
    };
    let mut looked_at = None;
    if !is_done {
        all = OfFigure::default();
        looked_at = view.each_chunk(plan, &mut |chunk| {
            match chunk {
                Chunk::Row(row) => {
                    all.total += 1;
                    all.best.get_or_insert_with(best).take(u64::MAX - row.get(column), row);
                }
                Chunk::Docs(segment, docs) => all.add(segment, column, docs, &best),
            }
            Ok(())
        })?;
    }
    let rows = all.best.map(Best::into_sorted).unwrap_or_default();
    let total = if one_per_supplier { rows.len() } else { all.total };
    Ok(Sorted { rows: rows.into_iter().map(|(_, row)| row).take(count).collect(), total, looked_at })
}

/// Hits by a figure: how many, and the greatest.
#[derive(Default)]
struct OfFigure {
    best: Option<Best>,
    total: usize,
    values: Vec<u64>,
}

impl OfFigure {
    fn add(&mut self, segment: &Segment, column: Column, docs: &[u32], best: &dyn Fn() -> Best) {
        self.total += docs.len();
        segment.columns.values(column, docs, &mut self.values);
        let best = self.best.get_or_insert_with(best);
        for (doc, value) in docs.iter().zip(&self.values) {
            best.take(u64::MAX - value, &segment.doc(*doc));
        }
    }

    fn join(&mut self, other: OfFigure) {
        self.total += other.total;
        match (&mut self.best, other.best) {
            (Some(best), Some(other)) => best.join(other),
            (best, other) => *best = best.take().or(other),
        }
    }
}
