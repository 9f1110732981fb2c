//! The bottom of the screen: one line for what just happened or is asked, one for what can be done next.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::action::{self, ACTIONS, Action, ActionId};
use crate::app::algebra::refused;
use crate::app::coach;
use crate::app::deals::DealsView;
use crate::app::facets;
use crate::app::model::{Layer, Model, Notice, Pane, PickFor, Picker, Prompt, Tone, Wish};
use crate::app::mouse::Area;
use crate::app::query_line;
use crate::app::trigger;
use crate::app::words::{WordsPrompt, WordsWish};
use crate::domain::algebra::BadExpr;
use crate::domain::cart::Assessment;
use crate::i18n::{algebra, messages};
use crate::ui::pen::{self, Pen};
use crate::ui::text;

/// How many lines there are to say above the hints: a message is never cut to one that says half of it.
pub fn lines_wanted(model: &Model, cells: u16) -> u16 {
    match (model.layers.last(), &model.notice) {
        (Some(Layer::Prompt(Prompt { wish: Wish::Lines { .. }, .. })), _) => 2,
        (Some(Layer::Prompt(prompt)), _) => 1 + u16::from(prompt.trouble.is_some()),
        (Some(Layer::Words(prompt)), _) => 1 + u16::from(prompt.trouble.is_some() || prompt.is_full()),
        (Some(Layer::QuitAnyway), _) => said_lines(model.text().quit_anyway, cells).len() as u16,
        (_, Some(notice)) => said_lines(&notice_text(notice), cells).len() as u16,
        (_, None) => 0,
    }
}

fn said_lines(said: &str, cells: u16) -> Vec<String> {
    let mut lines = text::fold(said, (cells as usize).saturating_sub(2));
    lines.truncate(MOST_LINES);
    lines
}

fn notice_text(notice: &Notice) -> String {
    let mark = match notice.tone {
        Tone::Done | Tone::Info => "",
        Tone::Warn | Tone::Bad => "! ",
    };
    format!("{mark}{}", notice.text)
}

/// A message of more lines is not one that anybody reads.
const MOST_LINES: usize = 3;

/// The message, or the field that is asked for.
pub fn line(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    match model.layers.last() {
        Some(Layer::Prompt(prompt)) => return prompt_line(model, pen, frame, area, prompt),
        Some(Layer::Words(prompt)) => return words_line(model, pen, frame, area, prompt),
        Some(Layer::QuitAnyway) => return said(frame, area, model.text().quit_anyway, pen.warn),
        _ => {}
    }
    let Some(notice) = &model.notice else { return };
    let style = match notice.tone {
        Tone::Done => pen.good,
        Tone::Info => pen.plain,
        Tone::Warn => pen.warn,
        Tone::Bad => pen.bad,
    };
    said(frame, area, &notice_text(notice), style);
}

fn said(frame: &mut Frame<'_>, area: Rect, words: &str, style: Style) {
    for (at, line) in said_lines(words, area.width).into_iter().enumerate() {
        let y = area.y + at as u16;
        if y < area.bottom() {
            frame.render_widget(Line::styled(format!(" {line}"), style), Rect { y, height: 1, ..area });
        }
    }
}

fn prompt_line(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, prompt: &Prompt) {
    let words = model.text();
    let cells = area.width as usize;
    let label = match &prompt.wish {
        Wish::Quantity => format!(" {} ", words.ask_quantity),
        Wish::OwnQuantity { title, .. } => {
            format!(" {} {} ", text::cut(title.as_str(), cells / 3, pen.sign()), words.ask_own)
        }
        Wish::Sets { name } => {
            format!(" {} {} ", text::cut(name.as_str(), cells / 2, pen.sign()), words.ask_sets)
        }
        Wish::Lines { ids, .. } if ids.len() > 1 => {
            format!(" {} {} ", algebra::lines(model.lang, ids.len()), words.ask_lines)
        }
        Wish::Narrow { .. } => format!(" {} ", words.ask_narrow),
        Wish::Lines { title, .. } | Wish::Join { title, spec: None, .. } => {
            format!(" {} {} ", text::cut(title.as_str(), cells / 2, pen.sign()), words.ask_line)
        }
        Wish::Join { title, spec: Some((_, sku)), .. } => {
            let [title, sku] = [(title, cells / 3), (sku, cells / 5)]
                .map(|(words, room)| text::cut(words.as_str(), room, pen.sign()));
            format!(" {title} {sku} {} ", words.ask_line)
        }
    };
    let before = prompt.field.before();
    let at = text::width(&label) + text::width(before);
    let typed = format!("{before}{}", prompt.field.after());
    let mut spans = vec![Span::styled(label, pen.accent), Span::styled(typed, pen.selected)];
    if let Wish::Lines { ids, .. } = &prompt.wish {
        if area.height > 1 {
            let (said, style) = preview(model, pen, prompt, ids.len());
            let said = text::cut(&format!(" {said}"), cells, pen.sign());
            frame.render_widget(Line::styled(said, style), Rect { y: area.y + 1, height: 1, ..area });
        }
    } else if let Some(trouble) = &prompt.trouble {
        if area.height > 1 {
            let said = text::cut(&format!(" ! {trouble}"), cells, pen.sign());
            frame.render_widget(Line::styled(said, pen.bad), Rect { y: area.y + 1, height: 1, ..area });
        } else {
            spans.push(Span::styled(format!("  ! {trouble}"), pen.bad));
        }
    }
    frame.render_widget(Line::from(spans), Rect { height: 1, ..area });
    frame.set_cursor_position(Position::new(area.x + at.min(cells.saturating_sub(1)) as u16, area.y));
}

/// What the typed change would make of the cart, why it cannot be, or what may be typed.
fn preview(model: &Model, pen: &Pen, prompt: &Prompt, lines: usize) -> (String, Style) {
    let words = model.text();
    if let Some(trouble) = &prompt.trouble {
        return (format!("! {trouble}"), pen.bad);
    }
    let Some(preview) = &model.cart.preview else { return (words.algebra_hint.to_owned(), pen.dim) };
    let outcome = match &preview.outcome {
        Ok(outcome) => outcome,
        // Not written to its end yet.
        Err(BadExpr::Empty | BadExpr::Unfinished(_)) => return (words.algebra_hint.to_owned(), pen.dim),
        Err(bad) => return (format!("! {}", algebra::bad(model.lang, bad)), pen.bad),
    };
    if let Some(why) = refused(model, outcome) {
        return (format!("! {why}"), pen.bad);
    }
    if outcome.changes.is_empty() {
        let no_tier = outcome.no_tier.len() == lines;
        return (if no_tier { words.why_no_tier } else { words.why_no_change }.to_owned(), pen.warn);
    }
    let arrow = pen.glyphs.arrow;
    let now = &model.cart.snapshot.assessment;
    let then = model.cart.priced();
    let mut said = Vec::new();
    match outcome.changes.as_slice() {
        [change] if lines == 1 => {
            let price = |of: &Assessment| {
                let lines = of.parts.iter().flat_map(|part| &part.lines);
                lines.filter(|line| line.line.id == change.line).find_map(|line| line.unit_price)
            };
            said.push(format!("{} {arrow} {}", text::quantity(change.from), text::quantity(change.to)));
            let (old, new) = (price(now), price(then));
            if old != new {
                said.push(format!("{} {arrow} {}", text::money_or(old), text::money_or(new)));
            }
        }
        changes => said.push(algebra::preview_lines(model.lang, changes.len(), lines)),
    }
    let (old, new) = (now.goods(), then.goods());
    let more = new - old;
    let sign = if more.is_negative() { "" } else { "+" };
    said.push(format!("{} {} ({sign}{})", words.goods, text::money(new), text::money(more)));
    let (were, are) = (now.violations.len(), then.violations.len());
    let problems = messages::problems(model.lang, are);
    said.push(match (were, are) {
        (_, 0) => words.no_problems.to_owned(),
        (were, are) if were == are => problems,
        (were, _) => format!("{were} {arrow} {problems}"),
    });
    let style = if are > were { pen.warn } else { pen.good };
    (said.join("   "), style)
}

/// What is asked and about whom, the text with its cursor always in view, and at the right how much of the room is
/// taken; under it why no more is taken, or why the text cannot be kept.
fn words_line(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, prompt: &WordsPrompt) {
    let words = model.text();
    let cells = area.width as usize;
    let asked = match &prompt.wish {
        WordsWish::Note(_) => words.ask_note,
        WordsWish::Tags(_) => words.ask_tags,
        WordsWish::Block(_) => words.ask_reason,
        WordsWish::Message(_) => words.ask_message,
        WordsWish::SaveSearch => words.ask_name,
        WordsWish::SaveList => words.ask_list_name,
        WordsWish::Watch(_) => words.ask_below,
    };
    let said = format!("{}/{}", prompt.field.chars(), prompt.wish.most());
    let under = match &prompt.trouble {
        Some(trouble) => Some((trouble.clone(), pen.bad)),
        None if prompt.is_full() => Some((messages::at_most_chars(model.lang, prompt.wish.most()), pen.warn)),
        None => None,
    };
    if let Some((why, style)) = under.filter(|_| area.height > 1) {
        let why = text::cut(&format!(" ! {why}"), cells, pen.sign());
        frame.render_widget(Line::styled(why, style), Rect { y: area.y + 1, height: 1, ..area });
    }
    let area = Rect { height: 1, ..area };
    let about_cells = (cells / 3).saturating_sub(text::width(asked)).max(8);
    let about = text::cut(prompt.about.as_str(), about_cells, pen.sign());
    let gap = if about.is_empty() { "" } else { " " };
    let label = format!(" {about}{gap}{asked}: ");
    let room = cells.saturating_sub(text::width(&label) + text::width(&said) + 3);
    let before = text::tail(prompt.field.before(), room.saturating_sub(1));
    let after = text::head(prompt.field.after(), room.saturating_sub(text::width(before)));
    let x = area.x as usize + text::width(&label) + text::width(before);
    let line = Line::from(vec![
        Span::styled(label, pen.accent),
        Span::styled(text::left(&format!("{before}{after}"), room, ""), pen.selected),
        Span::raw("  "),
        Span::styled(said, pen.dim),
    ]);
    frame.render_widget(line, area);
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1) as usize) as u16, area.y));
}

/// Least size the tour is shown at: under it every line is needed.
const STRIP_FROM: (u16, u16) = (80, 20);

/// Whether the tour's strip is shown on a screen of this size.
pub fn has_strip(model: &Model, area: Rect) -> bool {
    coach::step(model).is_some() && area.width >= STRIP_FROM.0 && area.height >= STRIP_FROM.1
}

/// The tour: how far it is, what to do next, and that Esc ends it.
pub fn strip(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let Some((progress, advice)) = coach::said(model) else { return };
    let words = model.text();
    let cells = usize::from(area.width);
    let head = format!(" {} {progress} ", words.tour_name);
    let end = format!("Esc {} ", words.do_tour_end);
    let ends = coach::esc_ends(model);
    let room = cells.saturating_sub(text::width(&head) + 2);
    let advice = text::cut(&advice, room, pen.sign());
    let used = text::width(&head) + 1 + text::width(&advice);
    let mut spans = vec![Span::styled(head, pen.badge), Span::raw(" "), Span::styled(advice, pen.accent)];
    // How to end it is said where Esc would, and where there is room beside what matters.
    if ends && used + text::width(&end) + 2 <= cells {
        spans.push(Span::raw(" ".repeat(cells - used - text::width(&end))));
        spans.push(Span::styled(end, pen.dim));
    }
    frame.render_widget(Line::from(spans), area);
}

/// What can be done with the thing in focus, and where it stands; `?` first and never dropped.
pub fn hints(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> Vec<(Area, ActionId)> {
    let words = model.text();
    let mut shown: Vec<&Action> = Vec::new();
    for scope in action::scopes(model) {
        shown.extend(ACTIONS.iter().filter(|action| action.scope == *scope && action.hint > 0));
    }
    shown.retain(|action| !hidden(model, action.id));
    shown.sort_by_key(|action| action.hint);
    // What is expected in the query is all that matters while it is missing; the help stays.
    let expected = query_line::expected(model);
    if expected.is_some() {
        shown.retain(|action| action.id == ActionId::Help);
    }
    let in_field = model.layers.is_empty() && model.pane == Pane::Search && model.search.focused;
    let mut spans: Vec<Span<'_>> = vec![Span::raw(" ")];
    let mut room = (area.width as usize).saturating_sub(1);
    let mut places = Vec::new();
    let mut x = area.x + 1;
    for action in shown {
        let keys = if in_field { model.keys.shown_in_field(action.id) } else { model.keys.shown(action.id) };
        let what = (action.text)(words);
        let cells = text::width(&keys) + 1 + text::width(what) + 3;
        if keys.is_empty() || (cells > room && action.id != ActionId::Help) {
            continue;
        }
        room = room.saturating_sub(cells);
        let place = Rect { x, width: (cells as u16).saturating_sub(3), ..area }.intersection(area);
        places.push((pen::area_of(place), action.id));
        x = x.saturating_add(cells as u16);
        let style: Style = match trigger::enabled(model, action.id) {
            Ok(()) => pen.plain,
            Err(_) => pen.dim,
        };
        let key_style = if style == pen.plain { pen.accent } else { pen.dim };
        spans.push(Span::styled(keys, key_style));
        spans.push(Span::styled(format!(" {what}   "), style));
    }
    if let Some((said, is_unfinished)) = expected {
        let style = if is_unfinished { pen.accent } else { pen.bad };
        let mark = if is_unfinished { "" } else { "! " };
        spans.push(Span::styled(text::cut(&format!("{mark}{said}"), room, pen.sign()), style));
    }
    frame.render_widget(Line::from(spans), area);
    places
}

/// Hints that say nothing about what is in focus.
fn hidden(model: &Model, id: ActionId) -> bool {
    match id {
        ActionId::SearchQuery => model.pane != Pane::Search,
        ActionId::CartUndo => !matches!(model.pane, Pane::Cart),
        ActionId::LayerAccept => match model.layers.last() {
            Some(Layer::Picker(picker)) => picker.take == PickFor::Cart,
            Some(
                Layer::Help { .. }
                | Layer::Confirm(_)
                | Layer::Why(_)
                | Layer::Saved(_)
                | Layer::Lists(_)
                | Layer::Order(_)
                | Layer::Group(_)
                | Layer::Decide(_)
                | Layer::Drift(_)
                | Layer::Substitute(_)
                | Layer::Fix(_)
                | Layer::Grid(_)
                | Layer::Sheet(_),
            ) => true,
            _ => false,
        },
        // It says that a SKU goes into the cart, which one picked for a group does not.
        ActionId::PickerTake => {
            matches!(model.layers.last(), Some(Layer::Picker(Picker { take: PickFor::Join(_), .. })))
        }
        ActionId::LayerPageDown => !matches!(
            model.layers.last(),
            Some(Layer::Help { .. } | Layer::Confirm(_) | Layer::Order(_) | Layer::Sheet(_) | Layer::Fix(_))
        ),
        ActionId::DealsJoin | ActionId::DealsLeave => model.deals.view != DealsView::Groups,
        ActionId::DealsAdd => model.deals.view == DealsView::Groups,
        // In full already; the list beneath is not what is in focus.
        ActionId::DealsOpen
        | ActionId::OrdersOpen
        | ActionId::OrdersWaiting
        | ActionId::OrdersBiggest
        | ActionId::OrdersRefresh => !model.layers.is_empty(),
        // A cart that breaks nothing is submitted; the key works all the same.
        ActionId::CartFix => model.cart.violations().is_empty(),
        // While a range is chosen, what is done with it is what matters.
        ActionId::CartRange | ActionId::CartNarrow | ActionId::CartProblems => model.cart.visual.is_some(),
        ActionId::CartRepeat => model.cart.last_change.is_none(),
        ActionId::OfferGrid => model.pane != Pane::Search || trigger::enabled(model, id).is_err(),
        ActionId::FixWithoutNew | ActionId::OfferWeb | ActionId::SearchNearest => {
            trigger::enabled(model, id).is_err()
        }
        // Tab goes through the groups there.
        ActionId::ViewNext => facets::has_keys(model),
        // Lines of the cart have quantities of their own.
        ActionId::Quantity => matches!(model.pane, Pane::Cart | Pane::Deals | Pane::Orders),
        _ => false,
    }
}
