//! Every key, from the action table: those of the pane in front first, with the reason where one cannot be used now.
//! Then the language of searches, from its own table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::action::{self, Section};
use crate::app::{Model, Pane, query_line, trigger};
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells from which two columns stand side by side.
const TWO_FROM: u16 = 110;
/// Widest a column gets.
const COLUMN: u16 = 64;
const KEYS: usize = 20;

/// Draws the layer.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, first: usize) -> usize {
    let words = model.text();
    let columns = if body.width >= TWO_FROM { 2 } else { 1 };
    let width = (columns * COLUMN + 2).min(body.width);
    let cells = usize::from((width - 2) / columns);
    let mut parts = [blocks(model, pen, cells), language(model, pen, cells)];
    // Who asks while typing a query asks how to write it.
    if model.pane == Pane::Search && model.search.focused {
        parts.reverse();
    }
    let arranged = parts.map(|part| if columns == 2 { side_by_side(part, cells) } else { part.concat() });
    let lines = arranged.concat();
    let title = format!("{}: {}", words.do_help, model.pane.title(words));
    let inner = super::popup(pen, frame, body, &title, width, lines.len() as u16 + 2);
    let lines = lines.into_iter().map(Line::from).collect();
    super::scrolled(frame, inner, lines, first)
}

/// A line that fills its column.
type Row = Vec<Span<'static>>;

/// The parts, each with its heading and a blank line behind it, every line exactly as wide as the column.
fn blocks(model: &Model, pen: &Pen, cells: usize) -> Vec<Vec<Row>> {
    let words = model.text();
    let blank = || vec![Span::raw(" ".repeat(cells))];
    let mut blocks: Vec<Vec<Row>> = action::sections_from(model)
        .into_iter()
        .map(|section| {
            let heading = text::left(&format!(" {}", (section.title)(words)), cells, pen.sign());
            let mut rows = vec![vec![Span::styled(heading, pen.head)]];
            rows.extend(keys_of(model, pen, section, cells));
            rows.push(blank());
            rows
        })
        .collect();
    let notes = [words.help_digits, words.help_chinese, words.help_bounds, words.help_mouse];
    let notes = notes.iter().flat_map(|sentence| text::fold(sentence, cells.saturating_sub(2)));
    blocks.push(
        notes
            .map(|part| vec![Span::styled(text::left(&format!(" {part}"), cells, ""), pen.dim)])
            .chain([blank()])
            .collect(),
    );
    blocks
}

/// The language of searches: an example, what it does, and what else it is called.
fn language(model: &Model, pen: &Pen, cells: usize) -> Vec<Vec<Row>> {
    let room = cells.saturating_sub(KEYS + 1);
    let described = query_line::described(model.lang).into_iter();
    described
        .map(|part| {
            let heading = text::left(&format!(" {}", part.title), cells, pen.sign());
            let mut rows = vec![vec![Span::styled(heading, pen.head)]];
            for (like, also, says) in part.rows {
                let names = if also.is_empty() { String::new() } else { format!(" ({})", also.join(" ")) };
                let mut example = format!(" {}", text::left(like, KEYS, pen.sign()));
                // A long example has a line of its own.
                if text::width(like) >= KEYS {
                    rows.push(vec![Span::styled(
                        text::left(&format!(" {like}"), cells, pen.sign()),
                        pen.accent,
                    )]);
                    example = " ".repeat(KEYS + 1);
                }
                for line in text::fold(&format!("{says}{names}"), room) {
                    rows.push(vec![
                        Span::styled(example, pen.accent),
                        Span::styled(text::left(&line, room, pen.sign()), pen.plain),
                    ]);
                    example = " ".repeat(KEYS + 1);
                }
            }
            rows.push(vec![Span::raw(" ".repeat(cells))]);
            rows
        })
        .collect()
}

fn keys_of(model: &Model, pen: &Pen, section: &Section, cells: usize) -> Vec<Row> {
    let words = model.text();
    let near = section.scopes.iter().any(|scope| action::list_scopes(model).contains(scope));
    section
        .actions()
        .map(|row| {
            let keys = action::listed_keys(&model.keys, row.id);
            // What has no key is found by its name.
            let keys = if keys.is_empty() { format!(":{}", row.name) } else { keys };
            let room = cells.saturating_sub(KEYS + 1);
            let what = (row.text)(words);
            let reason = trigger::enabled(model, row.id).err().filter(|_| near);
            let reason = reason.map(|reason| format!("  ({reason})")).unwrap_or_default();
            let what = text::cut(what, room, pen.sign());
            let reason = text::left(&reason, room.saturating_sub(text::width(&what)), pen.sign());
            vec![
                Span::styled(format!(" {}", text::left(&keys, KEYS, pen.sign())), pen.accent),
                Span::styled(what, pen.plain),
                Span::styled(reason, pen.dim),
            ]
        })
        .collect()
}

/// Two columns of about the same height, broken between parts.
fn side_by_side(blocks: Vec<Vec<Row>>, cells: usize) -> Vec<Row> {
    let whole: usize = blocks.iter().map(Vec::len).sum();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for block in blocks {
        if right.is_empty() && left.len() + block.len() / 2 < whole.div_ceil(2) {
            left.extend(block);
        } else {
            right.extend(block);
        }
    }
    let (rows, mut left, mut right) = (left.len().max(right.len()), left.into_iter(), right.into_iter());
    let blank: Row = vec![Span::raw(" ".repeat(cells))];
    (0..rows)
        .map(|_| [left.next().unwrap_or_else(|| blank.clone()), right.next().unwrap_or_default()].concat())
        .collect()
}
