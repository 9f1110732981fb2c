//! Clearing the ground under a popup without splitting wide glyphs.
//!
//! ratatui's `Clear` leaves a two-cell glyph standing whose right half lies under the popup's left edge:
//! the terminal then draws it over the edge, or drops the edge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Blanks `area`, and the outer halves of glyphs that reach into it.
pub fn clear(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        if area.left() > buffer.area.left()
            && let Some(cell) = buffer.cell_mut((area.left() - 1, y))
            && cell.symbol().width() > 1
        {
            cell.set_symbol(" ");
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn a_glyph_under_the_left_edge_goes_whole() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "保温杯子", Style::default());
        clear(&mut buffer, Rect::new(3, 0, 3, 1));
        let row: Vec<&str> = (0..8).map(|x| buffer.cell((x, 0)).unwrap().symbol()).collect();
        assert_eq!(row, ["保", " ", " ", " ", " ", " ", "子", " "]);
    }

    #[test]
    fn an_area_off_the_screen_is_cut() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        clear(&mut buffer, Rect::new(2, 1, 50, 50));
        clear(&mut buffer, Rect::new(9, 9, 1, 1));
    }
}
