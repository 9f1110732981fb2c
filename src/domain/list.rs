//! Buying lists: a cart kept under a name as a small text file that lives in git, can be mailed, scaled by sets and
//! comes due every so many days.
//!
//! One line a SKU, sorted, so that a change of one quantity is one changed line in a diff:
//!
//! ```text
//! name: 每月补货
//! every: 28 days
//! since: 2026-11-22
//!
//! 676651652931:3f2a 12  # 304不锈钢真空保温杯 白
//! ```

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, ToSpan};

use crate::domain::id::{OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::saved::SavedName;
use crate::domain::text::Clean;

/// Longest note of a list, in characters.
pub const NOTE_CHARS: usize = 500;
/// Name of the list of goods that something else is to be found for.
pub const LATER: &str = "to-swap";
/// Most lines of a list.
pub const MOST_LINES: usize = 5_000;
/// A list comes due at least every ten years.
pub const MOST_DAYS: u32 = 3_650;

/// One SKU of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListLine {
    /// Offer.
    pub offer_id: OfferKey,
    /// SKU; `None` for offers without.
    pub spec_id: Option<SpecId>,
    /// Units.
    pub quantity: Quantity,
    /// What people read: title and SKU words.
    pub words: Clean,
}

/// A buying list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyList {
    /// Its name; also its file's.
    pub name: SavedName,
    /// Bought again every so many days; `None` = when it is.
    pub every_days: Option<u32>,
    /// The first day it is due.
    pub since: Option<Date>,
    /// The buyer's words.
    pub note: Clean,
    /// By offer and SKU, each once.
    pub lines: Vec<ListLine>,
}

/// A list as it is listed: what it would cost today, and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Its name.
    pub name: SavedName,
    /// How many lines it has.
    pub lines: usize,
    /// Goods at today's prices: the sum of what is known, yuan.
    pub goods: Money,
    /// Whether all of it is on sale at a known price.
    pub goods_complete: bool,
    /// Bought again every so many days.
    pub every_days: Option<u32>,
    /// The day it was last put into the cart (Beijing).
    pub bought: Option<Date>,
    /// The next day it is due.
    pub due: Option<Date>,
    /// Days after that; below zero before it.
    pub days_over: Option<i64>,
    /// The buyer's words.
    pub note: Clean,
}

/// A mistake in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadList {
    /// 1-based line; 0 = the whole.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl BuyList {
    /// A list of these lines: quantities of one SKU add up.
    pub fn new(name: SavedName, lines: impl IntoIterator<Item = ListLine>) -> BuyList {
        let mut list =
            BuyList { name, every_days: None, since: None, note: Clean::default(), lines: Vec::new() };
        list.merge(lines);
        list
    }

    /// Takes lines in: quantities of one SKU add up.
    pub fn merge(&mut self, lines: impl IntoIterator<Item = ListLine>) {
        let mut all: BTreeMap<(String, Option<SpecId>), ListLine> = BTreeMap::new();
        for line in std::mem::take(&mut self.lines).into_iter().chain(lines) {
            match all.get_mut(&(line.offer_id.to_string(), line.spec_id.clone())) {
                Some(known) => known.quantity = known.quantity + line.quantity,
                None => {
                    all.insert((line.offer_id.to_string(), line.spec_id.clone()), line);
                }
            }
        }
        self.lines = all.into_values().collect();
    }

    /// Reads a list; `stem` is its file's name without the ending, taken where no name stands in it.
    pub fn parse(text: &str, stem: &str) -> Result<BuyList, BadList> {
        let mut name = None;
        let (mut every_days, mut since, mut note) = (None, None, Clean::default());
        let mut lines = Vec::new();
        for (at, raw) in text.lines().enumerate() {
            let fail = |message: String| BadList { line: at + 1, message };
            let (body, words) = without_comment(raw.trim_start_matches('\u{feff}'));
            if body.is_empty() {
                continue;
            }
            if let Some((key, value)) = heading(body) {
                // What a note or a name says may have a # in it.
                let value = if matches!(key, "note" | "name") {
                    raw.split_once(':').map_or(value, |(_, rest)| rest.trim())
                } else {
                    value
                };
                match key {
                    "name" => name = Some(SavedName::new(value).map_err(|bad| fail(bad.to_string()))?),
                    "every" => every_days = Some(days(value).map_err(fail)?),
                    "since" => {
                        let day = Date::from_str(value);
                        since =
                            Some(day.map_err(|_| fail("a day such as 2026-01-31 was expected".to_owned()))?);
                    }
                    _ => note = Clean::capped(value, NOTE_CHARS),
                }
                continue;
            }
            if lines.len() >= MOST_LINES {
                return Err(fail(format!("a list has at most {MOST_LINES} lines")));
            }
            let mut pieces = body.split_whitespace();
            let (key, quantity) = (pieces.next().unwrap_or_default(), pieces.next());
            let (offer_id, spec_id) = read_key(key).map_err(fail)?;
            let quantity = quantity.ok_or_else(|| fail("a quantity is missing".to_owned()))?;
            let quantity: Quantity =
                quantity.parse().ok().filter(|quantity: &Quantity| !quantity.is_zero()).ok_or_else(|| {
                    fail(format!("{:?} is no quantity", Clean::capped(quantity, 30).as_str()))
                })?;
            if let Some(more) = pieces.next() {
                return Err(fail(format!("{:?} is one word too many", Clean::capped(more, 30).as_str())));
            }
            lines.push(ListLine { offer_id, spec_id, quantity, words: Clean::capped(words, 200) });
        }
        let name = match name {
            Some(name) => name,
            None => SavedName::new(stem).map_err(|bad| BadList { line: 0, message: bad.to_string() })?,
        };
        Ok(BuyList { every_days, since, note, ..BuyList::new(name, lines) })
    }

    /// The text of its file.
    pub fn to_text(&self) -> String {
        let mut text = format!("name: {}\n", self.name.as_str());
        if let Some(days) = self.every_days {
            text.push_str(&format!("every: {days} days\n"));
        }
        if let Some(since) = self.since {
            text.push_str(&format!("since: {since}\n"));
        }
        if !self.note.is_empty() {
            text.push_str(&format!("note: {}\n", self.note));
        }
        text.push('\n');
        for line in &self.lines {
            let key = write_key(&line.offer_id, line.spec_id.as_ref());
            let words = if line.words.is_empty() { String::new() } else { format!("  # {}", line.words) };
            text.push_str(&format!("{key} {}{words}\n", line.quantity));
        }
        text
    }

    /// The next day it is due: so many days after it was bought last, else the first day; `None` without a period.
    pub fn due(&self, bought: Option<Date>) -> Option<Date> {
        let days = i64::from(self.every_days?);
        match bought {
            Some(bought) => bought.checked_add(days.days()).ok(),
            None => self.since,
        }
    }
}

/// The day in Beijing, by which lists come due (DESIGN section 4).
pub fn beijing_day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}

/// How many days after `due` it is; below zero before it.
pub fn days_over(due: Date, today: Date) -> i64 {
    let between: SignedDuration = today.duration_since(due);
    between.as_hours() / 24
}

/// One SKU in which two lists differ: as it is here and there; `None` = not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Offer.
    pub offer_id: OfferKey,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// What people read.
    pub words: Clean,
    /// Units here.
    pub here: Option<Quantity>,
    /// Units there.
    pub there: Option<Quantity>,
}

/// What differs between two lists, by offer and SKU.
pub fn differences(here: &[ListLine], there: &[ListLine]) -> Vec<Difference> {
    let mut all: BTreeMap<(String, Option<SpecId>), Difference> = BTreeMap::new();
    for (lines, is_here) in [(here, true), (there, false)] {
        for line in lines {
            let place = (line.offer_id.to_string(), line.spec_id.clone());
            let found = all.entry(place).or_insert_with(|| Difference {
                offer_id: line.offer_id.clone(),
                spec_id: line.spec_id.clone(),
                words: line.words.clone(),
                here: None,
                there: None,
            });
            let side = if is_here { &mut found.here } else { &mut found.there };
            *side = Some(side.unwrap_or_default() + line.quantity);
        }
    }
    all.into_values().filter(|found| found.here != found.there).collect()
}

/// `OFFER[:SPEC]` as one word of a file.
pub fn write_key(offer: &OfferKey, spec: Option<&SpecId>) -> String {
    let offer = match offer {
        OfferKey::Market(id) => id.to_string(),
        OfferKey::Local { source, item_no } => format!("L:{}:{}", escaped(source), escaped(item_no)),
    };
    spec.map_or_else(|| offer.clone(), |spec| format!("{offer}:{}", spec.as_str()))
}

/// The same read back.
pub fn read_key(word: &str) -> Result<(OfferKey, Option<SpecId>), String> {
    let wrong = || format!("{:?} is no offer: OFFER or OFFER:SPEC", Clean::capped(word, 60).as_str());
    let (offer, spec) = match word.strip_prefix("L:") {
        Some(rest) => {
            let mut pieces = rest.splitn(3, ':');
            let source =
                pieces.next().and_then(unescaped).filter(|piece| !piece.is_empty()).ok_or_else(wrong)?;
            let item_no =
                pieces.next().and_then(unescaped).filter(|piece| !piece.is_empty()).ok_or_else(wrong)?;
            (OfferKey::Local { source, item_no }, pieces.next())
        }
        None => {
            let (id, spec) = word.split_once(':').map_or((word, None), |(id, spec)| (id, Some(spec)));
            (id.parse().map_err(|_| wrong())?, spec)
        }
    };
    match spec {
        Some("") => Err(wrong()),
        spec => Ok((offer, spec.map(SpecId::new))),
    }
}

/// What would end a word or be read as another part of it is written by its bytes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() || matches!(c, ':' | '%' | '#') {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A line without its comment, and the comment: `#` begins one at the start of the line or after a blank.
pub fn without_comment(line: &str) -> (&str, &str) {
    let starts = line.match_indices('#').map(|(at, _)| at);
    let mut comments = starts.filter(|at| {
        line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    });
    match comments.next().and_then(|at| Some((line.get(..at)?, line.get(at + 1..)?))) {
        Some((body, words)) => (body.trim(), words.trim()),
        None => (line.trim(), ""),
    }
}

fn heading(body: &str) -> Option<(&'static str, &str)> {
    let (key, value) = body.split_once(':')?;
    let known = ["name", "every", "since", "note"].into_iter().find(|known| *known == key.trim())?;
    Some((known, value.trim()))
}

fn days(text: &str) -> Result<u32, String> {
    let number = text.trim_end_matches("days").trim_end_matches("day").trim_end_matches(['d', '天']).trim();
    let days = number.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    days.ok_or_else(|| format!("a number of days from 1 to {MOST_DAYS} was expected, as in `every: 28 days`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(key: &str, quantity: u32, words: &str) -> ListLine {
        let (offer_id, spec_id) = read_key(key).unwrap();
        ListLine { offer_id, spec_id, quantity: Quantity::whole(quantity), words: Clean::new(words) }
    }

    fn list() -> BuyList {
        let odd = OfferKey::Local { source: "a b".to_owned(), item_no: "x:1 #2%".to_owned() };
        let odd = ListLine {
            offer_id: odd,
            spec_id: None,
            quantity: "1.5".parse().unwrap(),
            words: Clean::new("布"),
        };
        let lines = [line("900:w", 12, "杯 # 1"), line("100", 3, ""), line("900:b", 4, "杯 黑"), odd];
        let mut list = BuyList::new(SavedName::new("每月 补货").unwrap(), lines);
        (list.every_days, list.since) = (Some(28), Some(Date::constant(2026, 11, 22)));
        list.note = Clean::new("先问价 # 再下单");
        list
    }

    #[test]
    fn a_list_comes_back_from_its_text_and_the_text_is_canonical() {
        let text = list().to_text();
        assert_eq!(BuyList::parse(&text, "x").unwrap(), list());
        assert_eq!(BuyList::parse(&text, "x").unwrap().to_text(), text);
        assert_eq!(
            text,
            "name: 每月 补货\nevery: 28 days\nsince: 2026-11-22\nnote: 先问价 # 再下单\n\n100 3\n900:b 4  # 杯 黑\n\
             900:w 12  # 杯 # 1\nL:a%20b:x%3A1%20%232%25 1.5  # 布\n"
        );
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, line, about) in [
            ("100 3\nx 3\n", 2, "no offer"),
            ("100\n", 1, "missing"),
            ("100 0\n", 1, "no quantity"),
            ("100 -1\n", 1, "no quantity"),
            ("100 3 4\n", 1, "too many"),
            ("every: soon\n", 1, "days"),
            ("every: 0\n", 1, "days"),
            ("since: tomorrow\n", 1, "2026-01-31"),
            ("name: ../x\n", 1, "cannot contain"),
            ("100: 3\n", 1, "no offer"),
        ] {
            let bad = BuyList::parse(text, "x").unwrap_err();
            assert!(bad.line == line && bad.message.contains(about), "{text:?}: {bad:?}");
        }
        assert_eq!(BuyList::parse("# nothing\n\n", "x").unwrap().lines, []);
    }

    #[test]
    fn one_sku_stands_once_and_differences_are_told_by_it() {
        let mut list = list();
        list.merge([line("900:w", 8, "")]);
        assert_eq!(list.lines.iter().filter(|line| line.spec_id == Some(SpecId::new("w"))).count(), 1);
        let found = differences(&list.lines, &super::tests::list().lines);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].here, found[0].there), (Some(Quantity::whole(20)), Some(Quantity::whole(12))));
        assert_eq!(differences(&list.lines, &list.lines), []);
    }

    #[test]
    fn a_list_is_due_so_many_days_after_it_was_bought() {
        let list = list();
        assert_eq!(list.due(None), Some(Date::constant(2026, 11, 22)));
        let due = list.due(Some(Date::constant(2026, 11, 24))).unwrap();
        assert_eq!(due, Date::constant(2026, 12, 22));
        assert_eq!(
            [days_over(due, Date::constant(2026, 12, 25)), days_over(due, Date::constant(2026, 12, 20))],
            [3, -2]
        );
        // Ten in the evening in London is the next day in Beijing.
        assert_eq!(beijing_day("2026-11-22T22:00:00Z".parse().unwrap()), Date::constant(2026, 11, 23));
    }
}
