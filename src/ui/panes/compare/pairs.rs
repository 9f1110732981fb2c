//! The selected offer against each of the others: who of the two is cheaper where.

use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::compare::Row;
use crate::domain::break_even::{Basis, Runner, pairs};
use crate::domain::freight::Destination;
use crate::i18n::{buying, comparing};
use crate::ui::pen::Pen;
use crate::ui::text;

use super::below::{lead_range, runner};

/// Runs told of one pair, the first ones: what is bought by the thousand is looked up by its quantity.
const RUNS_TOLD: usize = 4;
/// Cells of the other's letter.
const LETTER: usize = 6;

/// A line for each of the others in `rows`, all sold by one unit.
pub fn lines(
    model: &Model,
    pen: &Pen,
    rows: &[&Row],
    destination: &Destination,
    chosen: &Row,
    cells: usize,
) -> Vec<Line<'static>> {
    let words = model.text();
    let mut lines =
        vec![Line::styled(format!(" {}", comparing::against(model.lang, chosen.letter)), pen.accent)];
    let runners: Vec<Runner<'_>> = rows.iter().map(|shown| runner(shown)).collect();
    let own = rows.iter().position(|shown| shown.letter == chosen.letter);
    let letter = |index: usize| rows.get(index).map_or('?', |shown| shown.letter);
    for pair in pairs(&runners, destination) {
        let against = match own {
            Some(own) if pair.one == own => pair.other,
            Some(own) if pair.other == own => pair.one,
            _ => continue,
        };
        let leads = &pair.race.leads;
        let mut runs: Vec<String> = leads
            .iter()
            .enumerate()
            .take(RUNS_TOLD)
            .map(|(at, lead)| {
                buying::lead(model.lang, letter(lead.winner), &lead_range(model, leads, at, lead))
            })
            .collect();
        if leads.len() > RUNS_TOLD {
            runs.push(pen.sign().to_owned());
        }
        let mut said =
            if leads.is_empty() { words.no_lead.to_owned() } else { buying::joined(model.lang, &runs) };
        if pair.race.basis == Basis::Goods {
            said = format!("{said}{}{}", pen.glyphs.dot, comparing::goods_only(model.lang));
        }
        lines.push(Line::from(vec![
            Span::styled(text::left(&format!("   {}", letter(against)), LETTER, ""), pen.accent),
            Span::styled(text::cut(&said, cells.saturating_sub(LETTER + 1), pen.sign()), pen.plain),
        ]));
    }
    if lines.len() == 1 {
        lines.push(Line::styled(format!("   {}", words.no_lead), pen.dim));
    }
    lines
}
