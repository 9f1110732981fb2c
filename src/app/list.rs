//! A selection in a list, and which part of the list is in view.

/// Which row is selected and which is the first in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct List {
    /// Index of the selected row; 0 in an empty list.
    pub selected: usize,
    first: usize,
}

/// A way to move in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    /// To this row.
    To(usize),
    /// The view moves by so many rows, the selection only as far as it must to stay in it.
    Scroll(i16),
}

impl List {
    /// Moves the selection in a list of `len` rows of which `page` are in view.
    pub fn go(&mut self, to: Move, len: usize, page: usize) {
        let last = len.saturating_sub(1);
        let leap = page.saturating_sub(1).max(1);
        if let Move::Scroll(by) = to {
            let page = page.max(1);
            let first = self.first_in_view(len, page).saturating_add_signed(by.into());
            self.first = first.min(len.saturating_sub(page));
            self.selected = self.selected.clamp(self.first, self.first + page - 1);
        }
        self.selected = match to {
            Move::Up => self.selected.saturating_sub(1),
            Move::Down => self.selected.saturating_add(1),
            Move::PageUp => self.selected.saturating_sub(leap),
            Move::PageDown => self.selected.saturating_add(leap),
            Move::Top => 0,
            Move::Bottom => last,
            Move::To(row) => row,
            Move::Scroll(_) => self.selected,
        };
        self.settle(len, page);
    }

    /// Selects a row.
    pub fn select(&mut self, row: usize, len: usize, page: usize) {
        self.selected = row;
        self.settle(len, page);
    }

    /// Selects a row and draws it with `above` rows over it, as far as the list allows: a list that is read anew
    /// does not move under the eyes.
    pub fn keep(&mut self, row: usize, above: usize, len: usize, page: usize) {
        self.selected = row;
        self.first = row.saturating_sub(above);
        self.settle(len, page);
    }

    /// Rows were put before the first (or taken away there, below nothing): the same row stays selected and in place.
    pub fn shift(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by);
        self.first = self.first.saturating_add_signed(by);
    }

    /// Rows in view over the selected one.
    pub fn above(&self, len: usize, page: usize) -> usize {
        self.selected.saturating_sub(self.first_in_view(len, page))
    }

    /// Keeps selection and view inside a list that changed.
    pub fn settle(&mut self, len: usize, page: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        self.first = self.first_in_view(len, page);
    }

    /// The first row to draw, so that the selected one is in view and no row is wasted at the end.
    pub fn first_in_view(&self, len: usize, page: usize) -> usize {
        let page = page.max(1);
        let highest = self.selected.min(len.saturating_sub(1));
        let first = self.first.min(highest).max((highest + 1).saturating_sub(page));
        first.min(len.saturating_sub(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_follows_the_selection_and_nothing_else() {
        let mut list = List::default();
        for _ in 0..5 {
            list.go(Move::Down, 10, 4);
        }
        assert_eq!((list.selected, list.first_in_view(10, 4)), (5, 2));
        list.go(Move::Up, 10, 4);
        assert_eq!(list.first_in_view(10, 4), 2);
        list.go(Move::Bottom, 10, 4);
        assert_eq!((list.selected, list.first_in_view(10, 4)), (9, 6));
        list.go(Move::Scroll(-3), 10, 4);
        assert_eq!((list.selected, list.first_in_view(10, 4)), (6, 3));
        list.go(Move::Scroll(30), 10, 4);
        assert_eq!((list.selected, list.first_in_view(10, 4)), (6, 6));
        list.go(Move::Scroll(-1), 10, 4);
        list.go(Move::To(7), 10, 4);
        assert_eq!((list.selected, list.first_in_view(10, 4)), (7, 5));
        list.go(Move::To(70), 10, 4);
        assert_eq!((list.selected, list.first_in_view(10, 4)), (9, 6));
        list.settle(3, 4);
        assert_eq!((list.selected, list.first_in_view(3, 4)), (2, 0));
        list.settle(0, 4);
        list.go(Move::Down, 0, 4);
        list.go(Move::Scroll(3), 0, 0);
        assert_eq!((list.selected, list.first_in_view(0, 0)), (0, 0));
    }
}
