//! Printing: one JSON document, or lines and tables for people.

use std::io::{ErrorKind, Write};

use serde::Serialize;
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
        let text = if self.json {
            serde_json::to_string(document)
                .map_err(|error| Failure::failed("json", error.to_string(), "please report this"))?
        } else {
            words()
        };
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
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
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

/// A table aligned on the cell grid: Chinese characters are two cells wide.
pub(super) fn table(heads: &[(&str, Lean)], rows: &[Vec<String>]) -> String {
    let width = |text: &str| UnicodeWidthStr::width(text);
    let mut widths: Vec<usize> = heads.iter().map(|(head, _)| width(head)).collect();
    for row in rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = width(cell).max(*widest);
        }
    }
    let draw = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for ((cell, (_, lean)), widest) in cells.zip(heads).zip(&widths) {
            let gap = " ".repeat(widest - width(cell).min(*widest));
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

/// `?` for what is not known.
pub(super) fn known<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "?".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

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
