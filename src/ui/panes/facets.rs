//! The counts of what is found, beside the list or over its right half; those the query asks for are marked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::facets::{self, BESIDE_FROM, FacetLine, Group};
use crate::domain::search::FacetCount;
use crate::ui::clear::clear;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::row;

/// Cells of the panel beside the list, its border with it.
const BESIDE: u16 = 30;
/// Least cells of the panel over the list.
const OVER: u16 = 36;
/// Cells of a count.
const COUNT: usize = 9;

/// What is left of the pane for the list, and where the panel goes; it stands beside the list where there is room.
pub fn split(model: &Model, area: Rect) -> (Rect, Option<Rect>) {
    if !facets::is_shown(model) {
        return (area, None);
    }
    let width = if model.width >= BESIDE_FROM { BESIDE } else { OVER.max(area.width / 2).min(area.width) };
    let panel = Rect { x: area.right() - width, width, ..area };
    let list = if model.width >= BESIDE_FROM { Rect { width: area.width - width, ..area } } else { area };
    (list, Some(panel))
}

/// Draws the panel over whatever is there.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let words = model.text();
    let pane = &model.search.facets;
    clear(frame.buffer_mut(), area);
    for y in 0..area.height {
        frame.render_widget(Line::styled(pen.glyphs.bar, pen.dim), Rect { width: 1, ..row(area, y) });
    }
    let inner = Rect { x: area.x + 1, width: area.width - 1, ..area };
    let cells = usize::from(inner.width);
    let style = if pane.focused { pen.accent } else { pen.head };
    let total = match &pane.facets {
        // The count of the last question is no count of this one.
        Some(facets) if pane.of == model.search.generation => text::count(facets.total as u64),
        Some(_) | None => pen.sign().to_owned(),
    };
    let name = cells.saturating_sub(2 + COUNT);
    let head = Line::from(vec![
        Span::styled(format!(" {}", text::left(words.facets_title, name, "")), style),
        Span::styled(text::right(&total, COUNT, ""), pen.dim),
    ]);
    frame.render_widget(head, row(inner, 0));
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let page = usize::from(list.height);
    let say = |frame: &mut Frame<'_>, said: &str, style: Style| {
        for (at, line) in text::fold(said, cells.saturating_sub(2)).into_iter().take(page).enumerate() {
            frame.render_widget(Line::styled(format!(" {line}"), style), row(list, at as u16));
        }
    };
    if let Some(trouble) = &pane.trouble {
        return say(frame, trouble.text.as_str(), pen.bad);
    }
    let Some(held) = &pane.facets else { return say(frame, words.counting, pen.dim) };
    let lines = facets::lines(held);
    if lines.is_empty() {
        return say(frame, words.nothing_to_count, pen.dim);
    }
    let first = pane.list.first_in_view(lines.len(), page);
    for (at, line) in lines.iter().enumerate().skip(first).take(page) {
        let place = row(list, (at - first) as u16);
        match line {
            FacetLine::Head(group, hidden) => {
                let unnamed = *group == Group::Categories && held.names_missing;
                frame.render_widget(heading(model, pen, *group, *hidden, unnamed, cells), place);
            }
            FacetLine::Row(count) => {
                let selected = pane.focused && at == pane.list.selected;
                frame.render_widget(counted(model, pen, count, selected, cells), place);
                pen.facet_listed(place, at);
            }
        }
    }
}

/// The heading of a group. Prices are at Q: it says at which. Categories that are not in the tree are named by their
/// goods: it says so.
fn heading(
    model: &Model,
    pen: &Pen,
    group: Group,
    hidden: usize,
    unnamed: bool,
    cells: usize,
) -> Line<'static> {
    let mut title = group.title(model.text()).to_owned();
    if unnamed {
        title = model.text().facet_categories_unnamed.to_owned();
    }
    if group == Group::Prices {
        title = format!("{title} @{}", text::quantity(model.quantity));
    }
    let more = if hidden > 0 { format!("+{hidden}") } else { String::new() };
    let name = cells.saturating_sub(2 + text::width(&more));
    Line::from(vec![
        Span::styled(format!(" {}", text::left(&title, name, pen.sign())), pen.head),
        Span::styled(more, pen.dim),
    ])
}

fn counted(model: &Model, pen: &Pen, count: &FacetCount, selected: bool, cells: usize) -> Line<'static> {
    let base = match () {
        () if selected => pen.selected,
        () if count.chosen => pen.good,
        () => pen.plain,
    };
    let label = model.title_from(&count.label, count.label_en.as_ref());
    let name = cells.saturating_sub(3 + COUNT + 1);
    Line::from(vec![
        super::marker(pen, selected),
        Span::styled(if count.chosen { "* " } else { "  " }, pen.good),
        Span::styled(text::left(label.as_str(), name, pen.sign()), base),
        Span::styled(text::right(&text::count(count.count as u64), COUNT, ""), base),
    ])
}

/// What the list leaves out or shows otherwise than asked, in a line of its own under the query; none where there is
/// nothing to say.
pub fn notes(model: &Model, pen: &Pen, cells: usize) -> Vec<Line<'static>> {
    use crate::i18n::messages;
    let (words, lang) = (model.text(), model.lang);
    let pane = &model.search;
    let mut pieces: Vec<(String, Style)> = Vec::new();
    if let Some(taken) = &pane.page.instead {
        let taken: Vec<&str> = taken.iter().map(|word| word.as_str()).collect();
        let typed = pane.query.text();
        let typed = text::cut(typed.trim(), cells / 3, pen.sign());
        pieces.push((messages::instead(lang, &typed, &taken.join(" ")), pen.warn));
    }
    if let Some(searched) = pane.page.searched {
        let said = messages::searched_so_far(lang, searched as u64, pane.page.cached as u64);
        pieces.push((said, pen.warn));
    }
    if pane.one_each {
        pieces.push((words.one_each.to_owned(), pen.accent));
    }
    if pane.hide_ads {
        pieces.push((messages::ads_hidden(lang, pane.ads_hidden.map(|count| count as u64)), pen.accent));
    }
    let mut lines: Vec<(usize, Vec<Span<'static>>)> = Vec::new();
    for (piece, style) in pieces {
        let piece = text::cut(&piece, cells.saturating_sub(2), pen.sign());
        let wide = text::width(&piece);
        match lines.last_mut() {
            Some((used, spans)) if *used + text::width(pen.glyphs.dot) + wide <= cells => {
                *used += text::width(pen.glyphs.dot) + wide;
                spans.push(Span::styled(pen.glyphs.dot, pen.dim));
                spans.push(Span::styled(piece, style));
            }
            _ => lines.push((wide + 1, vec![Span::raw(" "), Span::styled(piece, style)])),
        }
    }
    lines.into_iter().map(|(_, spans)| Line::from(spans)).collect()
}
