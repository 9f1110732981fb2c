//! The status line: panes with their counts, Q, the market, what has not left yet, the cart's total.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::mouse::Area;
use crate::app::{Model, Pane};
use crate::domain::freight::Freight;
use crate::i18n::messages;
use crate::ui::LEAST;
use crate::ui::pen::{self, Pen};
use crate::ui::text;

/// One of the pieces at the right: it is shown whole, or short, or not at all, and never cut.
struct Piece {
    /// Place from left to right.
    place: u8,
    /// From the longest to the shortest.
    forms: Vec<String>,
    style: Style,
    /// The panes' names are made shorter before this is left out.
    needed: bool,
    /// Its longest form goes before other pieces.
    whole: bool,
}

/// Draws the line; where the panes' names are. What does not fit is left out, the least needed first.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> Vec<(Area, Pane)> {
    let cells = usize::from(area.width);
    let pieces = right_pieces(model, pen);
    let least: usize = pieces.iter().filter(|piece| piece.needed).map(|piece| shortest(piece) + 2).sum();
    // Where the line is narrow the names give way before these do.
    let fits = |tabs: &Vec<Tab>| tabs_width(tabs) + least < cells;
    let tabs = [Room::Ample, Room::Little, Room::Least]
        .map(|room| tabs(model, pen, room))
        .into_iter()
        .find(fits)
        // With nothing leaving the house, that is worth more than names whose numbers stay.
        .unwrap_or_else(|| tabs(model, pen, if model.is_offline() { Room::None } else { Room::Least }));
    let mut spans = Vec::new();
    let mut places = Vec::new();
    let mut x = area.x;
    for (pane, parts) in tabs {
        let width = parts.iter().map(|(part, _)| text::width(part) as u16).sum();
        places.push((pen::area_of(Rect { x, width, ..area }.intersection(area)), pane));
        x = x.saturating_add(width);
        spans.extend(parts.into_iter().map(|(part, style)| Span::styled(part, style)));
    }
    let mut room = cells.saturating_sub(usize::from(x - area.x) + 1);
    let mut chosen = fitting(&pieces, &mut room);
    chosen.sort_by_key(|(piece, _)| piece.place);
    spans.push(Span::raw(" ".repeat(room)));
    for (piece, form) in chosen {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(form.to_owned(), piece.style));
    }
    frame.render_widget(Line::from(spans), area);
    places
}

fn shortest(piece: &Piece) -> usize {
    piece.forms.last().map_or(0, |form| text::width(form))
}

/// The pieces that fit, most needed first, each in the longest form that leaves the others their place.
fn fitting<'a>(pieces: &'a [Piece], room: &mut usize) -> Vec<(&'a Piece, &'a str)> {
    let mut chosen: Vec<(&Piece, &str)> = Vec::new();
    for (nth, piece) in pieces.iter().enumerate() {
        let behind = pieces.iter().skip(nth + 1).filter(|piece| piece.needed);
        let others: usize = behind.map(|piece| self::shortest(piece) + 2).sum();
        let is_room = |form: &&String| piece.whole && text::width(form) + 2 + others <= *room;
        let Some(form) = piece.forms.first().filter(is_room).or(piece.forms.last()) else { continue };
        let cells = text::width(form) + 2;
        if cells <= *room {
            *room -= cells;
            chosen.push((piece, form));
        }
    }
    for (piece, form) in &mut chosen {
        let longer = |other: &&String| text::width(other) <= text::width(form) + *room;
        if let Some(other) = piece.forms.iter().find(longer) {
            *room -= text::width(other) - text::width(form);
            *form = other;
        }
    }
    chosen
}

type Tab = (Pane, Vec<(String, Style)>);

fn tabs_width(tabs: &[Tab]) -> usize {
    tabs.iter().flat_map(|(_, parts)| parts).map(|(part, _)| text::width(part)).sum()
}

/// How much there is for the panes' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Ample,
    /// Without the blanks around them.
    Little,
    /// And with no count but where something is broken.
    Least,
    /// Of the panes behind only the numbers, which are their keys.
    None,
}

/// The panes' names with what waits in each.
fn tabs(model: &Model, pen: &Pen, room: Room) -> Vec<Tab> {
    let tight = room != Room::Ample;
    Pane::ALL
        .into_iter()
        .map(|pane| {
            let here = pane == model.pane;
            let name = match room {
                Room::None if !here => pane.number().to_string(),
                _ => format!("{} {}", pane.number(), pane.title(model.text())),
            };
            let name = match (here, tight) {
                (true, _) => format!("[{name}]"),
                (false, false) => format!(" {name} "),
                (false, true) => format!(" {name}"),
            };
            let mut parts = vec![(name, if here { pen.accent } else { pen.plain })];
            if pane == Pane::Search {
                parts.insert(0, (" ".to_owned(), pen.plain));
            }
            let (count, alarm) = badge(model, pane);
            if !count.is_empty() && (alarm || matches!(room, Room::Ample | Room::Little)) {
                let style = if alarm { pen.bad } else { pen.dim };
                let count = match (tight, here) {
                    (false, _) => format!("{count} "),
                    (true, true) => count,
                    (true, false) => format!(" {count}"),
                };
                parts.push((count, style));
            }
            (pane, parts)
        })
        .collect()
}

/// What stands behind a pane's name, and whether something there is broken.
fn badge(model: &Model, pane: Pane) -> (String, bool) {
    let count = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    match pane {
        Pane::Search => (String::new(), false),
        Pane::Compare => (count(model.compare.offers.len()), false),
        Pane::Cart => {
            let broken = !model.cart.violations().is_empty();
            (format!("{}{}", count(model.cart.len()), if broken { "!" } else { "" }), broken)
        }
        Pane::Deals => {
            let mine =
                model.deals.groups.iter().flatten().filter(|group| !group.my_quantity.is_zero()).count();
            (count(mine), false)
        }
        Pane::Orders => {
            let waiting = |state: &str| {
                matches!(state, "unknown" | "queued" | "sending" | "to_pay" | "to_pay_freight_open")
            };
            let unknown = model.orders.orders.iter().any(|order| order.state.as_str() == "unknown");
            let open = model.orders.orders.iter().filter(|order| waiting(order.state.as_str())).count();
            (format!("{}{}", count(open), if unknown { "!" } else { "" }), unknown)
        }
    }
}

/// Most needed first.
fn right_pieces(model: &Model, pen: &Pen) -> Vec<Piece> {
    let words = model.text();
    let piece = |place, forms: Vec<String>, style| Piece { place, forms, style, needed: false, whole: false };
    let needed = |piece: Piece| Piece { needed: true, ..piece };
    let quantity = format!("Q {}", text::quantity(model.quantity));
    let mut pieces = vec![needed(piece(1, vec![quantity], pen.accent))];
    let status = model.status.as_ref();
    if let Some(status) = status.filter(|status| status.sandbox) {
        let ahead = messages::clock_ahead(model.lang, words.sandbox, status.clock_ahead_ms);
        let forms = [ahead.as_str(), words.sandbox].map(|badge| format!(" {badge} "));
        // A clock that was moved explains every date on the screen.
        let whole = status.clock_ahead_ms != 0;
        pieces.push(needed(Piece { whole, ..piece(5, forms.into(), pen.badge) }));
    }
    if let Some(status) = status.filter(|status| !status.sandbox && !status.market.is_empty()) {
        pieces.push(needed(piece(5, vec![text::cut(status.market.as_str(), 16, pen.sign())], pen.plain)));
    }
    if let Some(status) = status.filter(|status| status.online == Some(false)) {
        let since = status.offline_since.map(|then| text::age(model.now, then, words.age_units));
        let mut forms = vec![words.offline.to_owned()];
        if let Some(since) = since {
            forms.insert(0, format!("{} {since}", words.offline));
        }
        pieces.push(needed(piece(4, forms, pen.warn)));
    }
    if model.is_offline() {
        // Whose money it is, and that nothing leaves, count for more than a figure.
        pieces.rotate_left(1);
    }
    if let Some(progress) = model.sync {
        let short = match progress.total {
            Some(total) => format!("{}/{}", text::count(progress.done), text::count(total)),
            None => text::count(progress.done),
        };
        let mut forms = vec![messages::preparing(model.lang, progress.done, progress.total), short];
        if let Some((rate, left)) = progress.pace {
            forms.insert(0, messages::syncing(model.lang, progress.done, progress.total, Some(rate), left));
        }
        pieces.push(piece(3, forms, pen.warn));
    }
    if let Some(status) = status.filter(|status| status.unsent > 0) {
        pieces.push(piece(6, vec![messages::unsent(model.lang, status.unsent)], pen.warn));
    }
    if !model.cart.is_empty() {
        pieces.push(piece(8, vec![text::yuan(&cart_landed(model))], pen.plain));
    }
    if let Some((status, offered)) = status.and_then(|status| Some((status, status.offered?)))
        && (offered.at_least || offered.offers > status.cached)
    {
        let share = messages::share(model.lang, status.cached, offered.offers, offered.at_least);
        pieces.push(piece(7, vec![share], pen.dim));
    }
    if let Some(read_at) = status.and_then(|status| status.read_at) {
        let age = text::age(model.now, read_at, words.age_units);
        pieces.push(piece(7, vec![format!("{}{age}", words.data_age), age], pen.dim));
    }
    pieces
}

/// Landed total of the whole cart, with its bound.
pub fn cart_landed(model: &Model) -> String {
    let assessment = &model.cart.snapshot.assessment;
    let complete = assessment.parts.iter().all(|part| part.goods_complete);
    let exact = assessment.parts.iter().map(|part| match part.freight {
        Freight::Known(exact) => exact,
        // An upper bound and an unknown add nothing to what is at least paid.
        Freight::AtMost(_) | Freight::Unknown => Default::default(),
    });
    match assessment.freight() {
        Freight::Unknown => format!(">= {}", text::money(assessment.goods() + exact.sum())),
        freight => text::landed(assessment.goods(), complete, freight),
    }
}

/// One centred line that says the least size.
pub fn too_small(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let said = messages::too_small(model.lang, LEAST.0, LEAST.1);
    let said = text::cut(&said, area.width as usize, "");
    let left = (area.width as usize - text::width(&said)) / 2;
    let middle = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    frame.render_widget(Line::raw(format!("{}{said}", " ".repeat(left))), middle);
}
