//! Printing: one JSON document, or lines and tables for people.

use std::io::{BufWriter, ErrorKind, IsTerminal, Write};

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::failure::Failure;
use crate::domain::text::Clean;
use crate::i18n::Lang;

/// Where a verb prints to.
pub(super) struct Printer {
    json: bool,
    /// Language of what people read.
    pub lang: Lang,
}

/// Which way a column leans.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    Left,
    Right,
}

impl Printer {
    pub fn new(json: bool, lang: Lang) -> Printer {
        Printer { json, lang }
    }

    /// Whether one JSON document was asked for.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints the document as JSON, or what `words` writes for people.
    pub fn document<T: Serialize>(
        &self,
        document: &T,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json {
            return json(document);
        }
        let text = words();
        let text = text.trim_end();
        if text.is_empty() {
            return Ok(());
        }
        line(text)
    }

    /// The words of a language.
    pub fn words(&self, en: &'static str, zh_cn: &'static str, zh_tw: &'static str) -> &'static str {
        match self.lang {
            Lang::En => en,
            Lang::ZhCn => zh_cn,
            Lang::ZhTw => zh_tw,
        }
    }

    /// The title people read: translated in English where there is one, else the Chinese subject.
    pub fn title<'a>(&self, title: &'a Clean, title_en: Option<&'a Clean>) -> &'a str {
        match title_en {
            Some(english) if !self.lang.is_chinese() => english.as_str(),
            _ => title.as_str(),
        }
    }
}

/// Writes one line to stdout; a reader that closed the pipe has seen enough.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    written(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// Writes a document to stdout as it is made, on one line.
fn json(document: &impl Serialize) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(OUT, std::io::stdout().lock());
    let made = match serde_json::to_writer(&mut out, document) {
        Err(error) if !error.is_io() => {
            return Err(Failure::failed("json", error.to_string(), "please report this"));
        }
        made => made.map_err(std::io::Error::from),
    };
    written(made.and_then(|()| writeln!(out)).and_then(|()| out.flush()))
}

/// Bytes of a document that are written at once.
const OUT: usize = 1 << 14;

fn written(done: std::io::Result<()>) -> Result<(), Failure> {
    match done {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed("stdout", error.to_string(), "check where the output goes"))
        }
        _ => Ok(()),
    }
}

/// A note on stderr, cleaned.
pub(super) fn note(text: &str) {
    eprintln!("{}", Clean::new(text));
}

/// A table aligned on the cell grid: Chinese characters are two cells wide. On a terminal its widest text
/// column gives way, so that a row stays a line; in a pipe nothing is cut.
pub(super) fn table(heads: &[(&str, Lean)], rows: &[Vec<String>]) -> String {
    let screen = if std::io::stdout().is_terminal() { crossterm::terminal::size().ok() } else { None };
    fitted(heads, rows, screen.map_or(usize::MAX, |(columns, _)| columns as usize))
}

fn fitted(heads: &[(&str, Lean)], rows: &[Vec<String>], screen: usize) -> String {
    let width = |text: &str| UnicodeWidthStr::width(text);
    let mut widths: Vec<usize> = heads.iter().map(|(head, _)| width(head)).collect();
    for row in rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = width(cell).max(*widest);
        }
    }
    let whole: usize = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    let text_columns = widths.iter_mut().zip(heads).filter(|(_, (_, lean))| *lean == Lean::Left);
    if let Some((widest, _)) = text_columns.max_by_key(|(width, _)| **width) {
        *widest = widest.saturating_sub(whole.saturating_sub(screen)).max(LEAST_TEXT.min(*widest));
    }
    let draw = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for ((cell, (_, lean)), widest) in cells.zip(heads).zip(&widths) {
            let cell = cut(cell, *widest);
            let gap = " ".repeat(widest - width(&cell).min(*widest));
            if !text.is_empty() {
                text.push_str("  ");
            }
            match lean {
                Lean::Left => text.push_str(&format!("{cell}{gap}")),
                Lean::Right => text.push_str(&format!("{gap}{cell}")),
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    };
    let mut text = draw(&mut heads.iter().map(|(head, _)| *head));
    for row in rows {
        text.push_str(&draw(&mut row.iter().map(String::as_str)));
    }
    text
}

/// A text column is never made narrower than this to fit a terminal.
const LEAST_TEXT: usize = 12;

/// At most this many cells of a text; what was cut is marked.
fn cut(text: &str, cells: usize) -> std::borrow::Cow<'_, str> {
    if UnicodeWidthStr::width(text) <= cells {
        return text.into();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if UnicodeWidthStr::width(kept.as_str()) + UnicodeWidthStr::width(grapheme) + 2 > cells {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.push_str("..");
    kept.into()
}

/// `?` for what is not known.
pub(super) fn known<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "?".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_text_gives_way_on_a_narrow_terminal() {
        let heads = [("id", Lean::Left), ("offer", Lean::Left), ("n", Lean::Right)];
        let rows = [vec!["1".into(), "304不锈钢真空保温杯 500ml 车载礼品杯".into(), "30".into()]];
        let text = fitted(&heads, &rows, 30);
        assert!(text.lines().all(|line| UnicodeWidthStr::width(line) <= 30), "{text}");
        assert!(text.ends_with("304不锈钢真空保温杯 ..  30\n"), "{text}");
    }

    #[test]
    fn columns_meet_on_the_cell_grid() {
        let text = table(
            &[("¥", Lean::Right), ("offer", Lean::Left), ("n", Lean::Right)],
            &[
                vec!["9.80".into(), "保温杯".into(), "1".into()],
                vec!["12.50".into(), "cup".into(), "300".into()],
            ],
        );
        assert_eq!(text, "    ¥  offer     n\n 9.80  保温杯    1\n12.50  cup     300\n");
    }
}
