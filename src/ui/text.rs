//! Text on a grid of cells: widths, cutting and padding that never split a glyph, and figures as a person
//! reads them.

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::freight::Freight;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;

/// Cells this text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The longest beginning that fits into `cells`, without a sign that something is missing.
pub fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, glyph) in text.grapheme_indices(true) {
        used += glyph.width();
        if used > cells {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The longest end that fits into `cells`.
pub fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, glyph) in text.grapheme_indices(true).rev() {
        used += glyph.width();
        if used > cells {
            return text.get(at + glyph.len()..).unwrap_or_default();
        }
    }
    text
}

/// Cut to `cells`; what is cut ends with `sign`.
pub fn cut(text: &str, cells: usize, sign: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(sign));
    let mut cut = head(text, room).to_owned();
    cut.push_str(head(sign, cells - width(&cut).min(cells)));
    cut
}

/// Cut and padded on the right to exactly `cells`.
pub fn left(text: &str, cells: usize, sign: &str) -> String {
    let mut cell = cut(text, cells, sign);
    let missing = cells.saturating_sub(width(&cell));
    cell.extend(std::iter::repeat_n(' ', missing));
    cell
}

/// Cut and padded on the left to exactly `cells`.
pub fn right(text: &str, cells: usize, sign: &str) -> String {
    let cell = cut(text, cells, sign);
    let missing = cells.saturating_sub(width(&cell));
    format!("{}{cell}", " ".repeat(missing))
}

/// A decimal with its thousands apart: `18,402.60`.
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    let count = whole.chars().count();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (count - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A sum of money.
pub fn money(money: Money) -> String {
    grouped(&money.to_string())
}

/// A sum that may be unknown.
pub fn money_or(money_or: Option<Money>) -> String {
    money_or.map_or_else(|| "?".to_owned(), money)
}

/// A quantity.
pub fn quantity(quantity: Quantity) -> String {
    grouped(&quantity.to_string())
}

/// A count.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// Freight: exact, an upper bound, or unknown.
pub fn freight(freight: Freight) -> String {
    match freight {
        Freight::Known(exact) => money(exact),
        Freight::AtMost(bound) => format!("<= {}", money(bound)),
        Freight::Unknown => "?".to_owned(),
    }
}

/// Goods + freight: `<=` while the freight is an upper bound, `>=` while a part is missing.
pub fn landed(goods: Money, goods_complete: bool, freight: Freight) -> String {
    match (freight, goods_complete) {
        (Freight::Known(exact), true) => money(goods + exact),
        (Freight::AtMost(bound), true) => format!("<= {}", money(goods + bound)),
        (Freight::Known(exact), false) => format!(">= {}", money(goods + exact)),
        // What is at most so much may be nothing: it adds nothing to what is at least paid.
        (Freight::AtMost(_), false) | (Freight::Unknown, _) => format!(">= {}", money(goods)),
    }
}

/// The currency's sign before the figure and behind its bound: `>= ¥18,814.60`.
pub fn yuan(sum: &str) -> String {
    match sum.split_once("= ") {
        Some((bound, figure)) => format!("{bound}= ¥{figure}"),
        None => format!("¥{sum}"),
    }
}

/// How long ago, in the greatest whole unit: `40s`, `4m`, `3h`, `12d`; by `units` for s, m, h, d.
pub fn age(now: Timestamp, then: Timestamp, units: [&str; 4]) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    let [s, m, h, d] = units;
    match seconds {
        0..60 => format!("{seconds}{s}"),
        60..3_600 => format!("{}{m}", seconds / 60),
        3_600..86_400 => format!("{}{h}", seconds / 3_600),
        _ => format!("{}{d}", seconds / 86_400),
    }
}

/// Pieces joined into lines of at most `cells`, broken between pieces only; a longer piece is cut.
pub fn wrap(pieces: &[String], between: &str, cells: usize, sign: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line) + width(between) + width(piece) <= cells => {
                line.push_str(between);
                line.push_str(piece);
            }
            _ => lines.push(cut(piece, cells, sign)),
        }
    }
    lines
}

/// A sentence broken into lines of at most `cells`: at blanks where there are any, else between glyphs.
pub fn fold(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let mut line = head(rest, cells);
        if line.len() < rest.len()
            && let Some(blank) = line.rfind(' ')
            && width(line.get(..blank).unwrap_or_default()) * 2 > cells
        {
            line = line.get(..blank).unwrap_or(line);
        }
        if line.is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
        rest = rest.get(line.len()..).unwrap_or_default().trim_start();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_never_splits_a_wide_glyph_and_padding_fills_the_cell() {
        assert_eq!(cut("保温杯子", 7, ".."), "保温..");
        assert_eq!(left("保温杯", 5, ""), "保温 ");
        assert_eq!(right("保温", 5, ""), " 保温");
        assert_eq!(cut("abc", 3, ".."), "abc");
        assert_eq!(cut("保", 1, ".."), ".");
        assert_eq!(tail("保温杯", 5), "温杯");
        for cells in 0..12 {
            assert_eq!(width(&left("e\u{301}保温x杯", cells, "…")), cells);
        }
    }

    #[test]
    fn figures() {
        let shown = |text: &str| money(text.parse().unwrap());
        assert_eq!(
            [shown("1234567.5"), shown("-999"), shown("1000")],
            ["1,234,567.50", "-999.00", "1,000.00"]
        );
        let yuan = |text: &str| text.parse::<Money>().unwrap();
        assert_eq!(landed(yuan("10"), true, Freight::AtMost(yuan("2"))), "<= 12.00");
        assert_eq!(landed(yuan("10"), true, Freight::Unknown), ">= 10.00");
        assert_eq!(landed(yuan("10"), false, Freight::AtMost(yuan("2"))), ">= 10.00");
    }

    #[test]
    fn sentences_fold_at_blanks_or_between_glyphs() {
        assert_eq!(fold("one two three", 8), ["one two", "three"]);
        assert_eq!(fold("保温杯子大", 4), ["保温", "杯子", "大"]);
        assert_eq!(wrap(&["aa".into(), "bb".into(), "cc".into()], " - ", 8, ""), ["aa - bb", "cc"]);
    }
}
