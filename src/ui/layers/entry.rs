//! A pasted list before it goes into the cart: what is wrong first, each row with its line and its reason, then what
//! goes in. Only the lines in view are made: a list has thousands.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::entry::EntryLayer;
use crate::domain::entry::{EntryReport, GoodRow, Standing};
use crate::i18n::entry as words;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells of the line's number, the quantity, and what becomes of a row.
const NUMBER: usize = 9;
const QUANTITY: usize = 12;
const STANDING: usize = 12;
/// Bad rows shown one by one; the command line tells them all.
const MOST_BAD: usize = 300;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &EntryLayer) -> usize {
    let inner = super::popup(pen, frame, body, model.text().entry_title, body.width, body.height);
    let cells = inner.width as usize;
    let page = inner.height as usize;
    let report = match (&layer.trouble, &layer.report) {
        (None, Some(report)) => report,
        (trouble, _) => {
            let said = trouble.as_ref().map_or(model.text().entry_reading, |trouble| trouble.text.as_str());
            let style = if trouble.is_some() { pen.bad } else { pen.dim };
            let lines = text::fold(said, cells.saturating_sub(2));
            let lines = lines.into_iter().map(|line| Line::styled(format!(" {line}"), style)).collect();
            return super::scrolled(frame, inner, lines, 0);
        }
    };
    let head = head(model, pen, report, cells);
    let before = head.len();
    let first = layer.first.min((before + report.good.len()).saturating_sub(page));
    let mut lines: Vec<Line<'static>> = head.into_iter().skip(first).take(page).collect();
    let room = page - lines.len();
    let behind = first.saturating_sub(before);
    lines.extend(report.good.iter().skip(behind).take(room).map(|row| good(model, pen, row, cells)));
    super::scrolled(frame, inner, lines, 0)
}

fn head(model: &Model, pen: &Pen, report: &EntryReport, cells: usize) -> Vec<Line<'static>> {
    let lang = model.lang;
    let counted = words::counted(lang, report.adding(), report.already(), report.bad.len());
    let style = if report.adding() > 0 { pen.good } else { pen.warn };
    let mut lines = vec![Line::styled(format!(" {counted}"), style)];
    if let Some(what) = report.cut_short {
        lines.push(Line::styled(format!(" {}", words::cut_short(lang, what)), pen.warn));
    }
    for bad in report.bad.iter().take(MOST_BAD) {
        let number = text::left(&words::line(lang, bad.line), NUMBER, "");
        let shown = text::cut(bad.text.as_str(), cells.saturating_sub(NUMBER + 2), pen.sign());
        lines.push(Line::from(vec![
            Span::styled(format!(" {number}"), pen.bad),
            Span::styled(shown, pen.plain),
        ]));
        let reason = words::reason(lang, &bad.reason);
        for part in text::fold(&reason, cells.saturating_sub(NUMBER + 2)) {
            lines.push(Line::styled(format!(" {}{part}", " ".repeat(NUMBER)), pen.dim));
        }
    }
    if report.bad.len() > MOST_BAD {
        let more = words::more_bad(lang, report.bad.len() - MOST_BAD);
        lines.push(Line::styled(format!(" {more}"), pen.warn));
    }
    lines.push(Line::default());
    lines
}

fn good(model: &Model, pen: &Pen, row: &GoodRow, cells: usize) -> Line<'static> {
    let lang = model.lang;
    let number = text::left(&words::line(lang, row.line), NUMBER, "");
    let unit = row.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let least = if row.is_least { "*" } else { "" };
    let quantity = format!("{}{unit}{least}", text::quantity(row.quantity));
    let title = match &row.title_en {
        Some(english) if !lang.is_chinese() => english,
        _ => &row.title,
    };
    let named = if row.spec_name.is_empty() {
        title.to_string()
    } else {
        format!("{title} {} {}", pen.glyphs.dot, row.spec_name)
    };
    let style = if row.standing == Standing::Already { pen.dim } else { pen.good };
    let room = cells.saturating_sub(NUMBER + STANDING + QUANTITY + 4);
    Line::from(vec![
        Span::styled(format!(" {number}"), pen.dim),
        Span::styled(text::left(&words::standing(lang, row.standing), STANDING, pen.sign()), style),
        Span::styled(text::right(&quantity, QUANTITY, pen.sign()), pen.plain),
        Span::styled(format!("  {}", text::cut(&named, room, pen.sign())), pen.plain),
    ])
}
