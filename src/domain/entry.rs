//! Quick entry: lines a buyer typed, pasted or exported, read as goods and quantities, with what is wrong with the
//! others as values.
//!
//! A line is `OFFER[:SPEC] QTY`, `OFFER SPEC QTY`, a code of the buyer's own or a supplier's item number in the place of
//! the offer, or any text with a link of the marketplace. Without a quantity it asks for the least that can be ordered.
//! Nothing here looks anything up: what a code stands for is the caller's to know.

use crate::domain::id::{OfferKey, SpecId};
use crate::domain::pasted;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// Longest code, in characters.
pub const MAX_CODE: usize = 128;

/// What a row asks for, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The goods.
    pub subject: Subject,
    /// The SKU's id or name.
    pub spec: Option<String>,
    /// How many; `None` = the row does not say.
    pub quantity: Option<Quantity>,
}

/// What goods a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An offer, by a link.
    Offer(OfferKey),
    /// An offer's number, a code of the buyer's own, or a supplier's item number.
    Code(String),
}

/// What a code of the buyer's, or an item number of a supplier's, stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCode {
    /// As it was typed.
    pub code: Clean,
    /// Whose item number it is; `None` = the buyer's own code.
    pub supplier: Option<Clean>,
    /// The offer.
    pub offer: OfferKey,
    /// The SKU; `None` = the row names it, or there is only one.
    pub spec_id: Option<SpecId>,
}

/// Why a row is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It names no goods: a title, a sum, a line of nothing.
    NotARow,
    /// Neither an offer of the catalog nor a known code.
    UnknownOffer(Clean),
    /// The offer has no such SKU.
    UnknownSpec {
        /// The offer.
        offer: OfferKey,
        /// What was named.
        spec: Clean,
    },
    /// The offer has several SKUs and the row names none.
    NeedsSpec {
        /// The offer.
        offer: OfferKey,
        /// How many it has.
        specs: usize,
    },
    /// A code that stands for several offers.
    Ambiguous(Clean),
    /// A link of the marketplace that tells no offer (a short link, a shop), or several.
    BadLink(Clean),
    /// Not a number above 0 with at most three decimals, at most 99,999,999.
    BadQuantity(Clean),
    /// A fraction of goods that are counted.
    Fraction {
        /// What was asked.
        quantity: Quantity,
        /// What they are counted in.
        unit: Option<Unit>,
    },
    /// An id that a spreadsheet made a rounded number of: 3.31E+18. Its digits are lost.
    Ruined(Clean),
    /// The same goods stand in an earlier line, which was taken.
    Duplicate {
        /// That line.
        line: u64,
    },
    /// This list put more of it into the cart before: nothing is taken out by a list.
    Lowered {
        /// How many it put in.
        before: Quantity,
    },
    /// Neither UTF-8 nor GB18030.
    Encoding,
    /// A quote is opened and not closed.
    Quote,
    /// More cells or characters than a row has.
    TooLong,
}

impl Reason {
    /// A stable word for scripts.
    pub const fn word(&self) -> &'static str {
        match self {
            Reason::NotARow => "not_a_row",
            Reason::UnknownOffer(_) => "unknown_offer",
            Reason::UnknownSpec { .. } => "unknown_spec",
            Reason::NeedsSpec { .. } => "needs_spec",
            Reason::Ambiguous(_) => "ambiguous_code",
            Reason::BadLink(_) => "bad_link",
            Reason::BadQuantity(_) => "bad_quantity",
            Reason::Fraction { .. } => "fraction",
            Reason::Ruined(_) => "ruined_id",
            Reason::Duplicate { .. } => "duplicate",
            Reason::Lowered { .. } => "lowered",
            Reason::Encoding => "encoding",
            Reason::Quote => "open_quote",
            Reason::TooLong => "too_long",
        }
    }
}

/// What becomes of a good row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It goes into the cart.
    New,
    /// The same list put fewer in before: the difference goes in.
    Raised {
        /// How many it put in.
        before: Quantity,
    },
    /// The same list put it in before, and it is still there: nothing is added twice.
    Already,
}

/// A row that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodRow {
    /// 1-based line of the list.
    pub line: u64,
    /// The offer.
    pub offer: OfferKey,
    /// The SKU; `None` for offers without.
    pub spec_id: Option<SpecId>,
    /// Chinese subject.
    pub title: Clean,
    /// Translated subject.
    pub title_en: Option<Clean>,
    /// The SKU's words.
    pub spec_name: Clean,
    /// Units asked for.
    pub quantity: Quantity,
    /// Unit.
    pub unit: Option<Unit>,
    /// The row says no quantity: it is the least that can be ordered.
    pub is_least: bool,
    /// What becomes of it.
    pub standing: Standing,
}

impl GoodRow {
    /// Units that go into the cart.
    pub fn adds(&self) -> Quantity {
        match self.standing {
            Standing::New => self.quantity,
            Standing::Raised { before } => self.quantity.less(before),
            Standing::Already => Quantity::ZERO,
        }
    }
}

/// A row that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// 1-based line of the list.
    pub line: u64,
    /// What stands there.
    pub text: Clean,
    /// What is wrong.
    pub reason: Reason,
}

/// What was not read of a list, because there is too much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutShort {
    /// Rows after this many.
    Rows(usize),
    /// Further sheets of a workbook.
    Sheets(usize),
}

/// What became of a list, or what would.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryReport {
    /// Rows that were understood, in the list's order.
    pub good: Vec<GoodRow>,
    /// Rows that are not taken, in the list's order.
    pub bad: Vec<BadRow>,
    /// What was not read at all.
    pub cut_short: Option<CutShort>,
    /// Encodings other than UTF-8 that were met.
    pub encodings: Vec<&'static str>,
}

impl EntryReport {
    /// Rows that put something into the cart.
    pub fn adding(&self) -> usize {
        self.good.iter().filter(|row| row.standing != Standing::Already).count()
    }

    /// Rows that were put in by the same list before.
    pub fn already(&self) -> usize {
        self.good.len() - self.adding()
    }
}

/// Reads one line; `None` for a blank line and for a comment (`#`).
pub fn line(text: &str) -> Result<Option<Wanted>, Reason> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let named = pasted::one(text).map_err(|_| Reason::BadLink(Clean::capped(text, 80)))?;
    let Some(pasted::Named { offer, spec: behind, rest }) = named else {
        let cells: Vec<&str> =
            text.split(is_gap).filter(|cell| !cell.is_empty() && !is_times(cell)).collect();
        return cells_as_row(&cells).map(Some);
    };
    // A share text goes on in words; a row goes on with its SKU and a number.
    let cells: Vec<&str> = rest.split(is_gap).filter(|cell| !cell.is_empty() && !is_times(cell)).collect();
    let (spec, quantity) = match cells.split_last() {
        Some((last, before)) if looks_counted(last) => (before.join(" "), Some(quantity(last)?)),
        _ => (String::new(), None),
    };
    let spec = spec.trim_start_matches(':').to_owned();
    Ok(Some(Wanted {
        subject: Subject::Offer(offer),
        spec: behind.or(Some(spec)).filter(|spec| !spec.is_empty()),
        quantity,
    }))
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '，' | '；' | '、')
}

fn is_times(cell: &str) -> bool {
    matches!(cell, "x" | "X" | "×" | "*")
}

/// `code`, `code quantity`, `code spec.. quantity`.
pub fn cells_as_row(cells: &[&str]) -> Result<Wanted, Reason> {
    let (code, spec, count) = match cells {
        [] => return Err(Reason::NotARow),
        [code] => (*code, String::new(), None),
        [code, spec @ .., count] => (*code, spec.join(" "), Some(*count)),
    };
    if !code.chars().any(char::is_alphanumeric) {
        return Err(Reason::NotARow);
    }
    let quantity = count.map(quantity).transpose()?;
    Ok(Wanted {
        subject: Subject::Code(code.to_owned()),
        spec: Some(spec).filter(|spec| !spec.is_empty()),
        quantity,
    })
}

/// Whether a word is meant as a quantity, right or wrong.
fn looks_counted(word: &str) -> bool {
    let word = word.trim_start_matches(['x', 'X', '×', '*', '-', '+', '.']);
    word.starts_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c))
}

/// Reads a quantity as people write it: `300`, `x300`, `300件`, `1,200`, `300.0`.
pub fn quantity(text: &str) -> Result<Quantity, Reason> {
    let bad = || Reason::BadQuantity(Clean::capped(text, 40));
    let plain = text.trim().trim_start_matches(['x', 'X', '×', '*']).trim_start();
    let number = plain.trim_end_matches(is_unit);
    // At most a word behind it: `300 不锈钢保温杯` is no quantity.
    if plain.chars().count() - number.chars().count() > 4 {
        return Err(bad());
    }
    let number = number.trim_end();
    let read = if number.contains(',') { grouped(number).ok_or_else(bad)?.parse() } else { number.parse() };
    read.ok().filter(|quantity: &Quantity| !quantity.is_zero()).ok_or_else(bad)
}

fn is_unit(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// `1,200` without its commas, which stand between groups of three digits only.
fn grouped(number: &str) -> Option<String> {
    let whole = number.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().map_or(0, str::len);
    ((1..=3).contains(&first) && groups.all(|group| group.len() == 3)).then(|| number.replace(',', ""))
}

/// An offer's number as spreadsheets and scripts write it, `676651652931.0` too.
pub fn offer_number(code: &str) -> Option<OfferKey> {
    let digits = code.strip_suffix(".0").filter(|digits| digits.len() <= 15).unwrap_or(code);
    digits.parse().ok()
}

/// Whether a spreadsheet rounded this number: `3.31E+18`.
pub fn is_ruined(code: &str) -> bool {
    let Some((digits, power)) = code.split_once(['E', 'e']) else { return false };
    let power = power.strip_prefix('+').unwrap_or(power);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1 && all_digits(whole) && all_digits(part) && all_digits(power) && power.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match line(text) {
            Ok(None) => "-".to_owned(),
            Ok(Some(wanted)) => {
                let subject = match wanted.subject {
                    Subject::Offer(offer) => format!("link {offer}"),
                    Subject::Code(code) => code,
                };
                let quantity =
                    wanted.quantity.map_or_else(|| "least".to_owned(), |quantity| quantity.to_string());
                format!("{subject} [{}] {quantity}", wanted.spec.unwrap_or_default())
            }
            Err(reason) => reason.word().to_owned(),
        }
    }

    #[test]
    fn lines_as_people_write_them() {
        for (text, wanted) in [
            ("", "-"),
            ("  # a list", "-"),
            ("676651652931", "676651652931 [] least"),
            ("676651652931 300", "676651652931 [] 300"),
            ("676651652931:ab12,300", "676651652931:ab12 [] 300"),
            ("676651652931\tab12\t300", "676651652931 [ab12] 300"),
            ("676651652931 红色 XL 300件", "676651652931 [红色 XL] 300"),
            ("A-17 x 12", "A-17 [] 12"),
            ("A-17 ×12", "A-17 [] 12"),
            ("A-17，１２", "A-17 [] 12"),
            ("A-17;1.5", "A-17 [] 1.5"),
            ("L:uci:85123A 6", "L:uci:85123A [] 6"),
            ("https://detail.1688.com/offer/676651652931.html", "link 676651652931 [] least"),
            ("https://detail.1688.com/offer/676651652931.html 300", "link 676651652931 [] 300"),
            ("https://detail.1688.com/offer/676651652931.html ab12 300", "link 676651652931 [ab12] 300"),
            ("【304保温杯】https://m.1688.com/offer/12.html 点击链接，或复制整段打开", "link 12 [] least"),
            ("A-17 0", "bad_quantity"),
            ("A-17 -1", "bad_quantity"),
            ("A-17 1e9", "bad_quantity"),
            ("A-17 1.2345", "bad_quantity"),
            ("https://m.1688.com/offer/12.html -1", "bad_quantity"),
            ("https://qr.1688.com/s/aBcD 5", "bad_link"),
            ("https://m.1688.com/offer/1.html https://m.1688.com/offer/2.html", "bad_link"),
            ("---", "not_a_row"),
            (",,;", "not_a_row"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn quantities_with_groups_and_units() {
        let read = |text: &str| quantity(text).map(|quantity| quantity.to_string());
        for (text, wanted) in
            [("1,200", "1200"), ("300.0", "300"), ("12 个", "12"), ("3.5米", "3.5"), ("x6", "6")]
        {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["1,2", "12,00", "", "件", "1e9", "+5", "99999999999", "300不锈钢保温杯", "=6", "六"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_did_to_a_number_is_seen() {
        assert!(["3.31E+18", "3.31E18", "6.76652E+11", "3e18"].into_iter().all(is_ruined));
        assert!(!["E18", "3.31", "33.1E+18", "SKU3E5", "3.31E+188", "A1E5"].into_iter().any(is_ruined));
        assert_eq!(offer_number("676651652931.0"), Some(OfferKey::Market(676651652931)));
        assert_eq!(offer_number("3.31E+18"), None);
    }
}
