//! Every key of the pane beneath, from the action table, with the reason where one cannot be used now.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::action::{self, ACTIONS, Scope};
use crate::app::{ActionId, Model, trigger};
use crate::ui::pen::Pen;
use crate::ui::text;

/// Draws the layer.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, first: usize) -> usize {
    let words = model.text();
    let lines = lines(model, pen);
    let title = format!("{}: {}", words.do_help, model.pane.title(words));
    let inner = super::popup(pen, frame, body, &title, 84, lines.len() as u16 + 2);
    super::scrolled(frame, inner, lines, first)
}

fn lines(model: &Model, pen: &Pen) -> Vec<Line<'static>> {
    let words = model.text();
    let mut lines = Vec::new();
    let here = action::pane_scopes(model.pane);
    let mut last: Option<Scope> = None;
    for scope in here.iter().copied().chain([Scope::Query]) {
        if scope == Scope::Query && model.pane != crate::app::Pane::Search {
            continue;
        }
        for row in ACTIONS.iter().filter(|row| row.scope == scope && row.id != ActionId::Interrupt) {
            if last.is_some_and(|last| last != scope && scope != Scope::Always) {
                lines.push(Line::default());
            }
            last = Some(scope);
            let keys = match row.id {
                ActionId::Quit => {
                    format!("{}  {}", model.keys.all_shown(row.id), model.keys.all_shown(ActionId::Interrupt))
                }
                id => model.keys.all_shown(id),
            };
            let keys = if keys.is_empty() { ":".to_owned() } else { keys };
            let mut spans = vec![
                Span::styled(format!(" {}", text::left(&keys, 20, pen.sign())), pen.accent),
                Span::styled((row.text)(words).to_owned(), pen.plain),
            ];
            if let Err(reason) = trigger::enabled(model, row.id) {
                spans.push(Span::styled(format!("  ({reason})"), pen.dim));
            }
            lines.push(Line::from(spans));
        }
    }
    lines.push(Line::default());
    for sentence in [words.help_digits, words.help_chinese, words.help_bounds] {
        for part in text::fold(sentence, 78) {
            lines.push(Line::styled(format!(" {part}"), pen.dim));
        }
    }
    lines
}
