//! The shape of the index: which fields a document has, how titles become terms, and what is written beside each
//! commit.
//!
//! A title is cut into *units*: runs of Latin letters and digits, and single other characters. It is found by three
//! fields: `chars` (each other character), `words` (each run), `pairs` (each two neighbouring characters, with
//! positions, so that a longer word is found as such; letters inside a run only in the first line, the title itself,
//! where pinyin needs them), and `triples` (the same of three, without positions: words of three are common, and
//! positions are slow). Everything that is asked of an offer beside its words stands in
//! columns, one number a document ([`super::beside`]); what may single out few offers stands in `tags` too.

use serde::{Deserialize, Serialize};
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{IndexSettings, IndexSortByField, Order};

use crate::catalog::facts::Facts;
use crate::catalog::index::place::Place;

/// Raise it whenever anything below changes: the index is then built again.
pub const VERSION: u32 = 7;

/// Columns of one number a document. Optional figures are stored plus one, 0 = unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Column {
    /// [`Place`].
    Place,
    /// Row in the store.
    Row,
    /// [`crate::catalog::facts::Flags`].
    Flags,
    /// Least quantity, thousandths.
    Moq,
    /// Lot, thousandths.
    Lot,
    /// Stock, thousandths.
    Stock,
    /// Sold in 30 days.
    Sold,
    /// Repeat rate, ppm.
    Repeat,
    /// Hours to ship.
    Ship,
    /// Collected within 48 hours, ppm.
    Pickup,
    /// TrustPass years.
    Years,
    /// Confidence that it is a factory, percent.
    Factory,
    /// Leaf category.
    Category,
    /// Word of the dictionary (0 = none), as the next five.
    Supplier,
    /// Belt.
    Belt,
    /// City.
    City,
    /// Unit.
    Unit,
    /// Freight terms.
    Freight,
    /// Grams.
    Weight,
    /// Cubic centimetres.
    Volume,
    /// When it was read, UTC milliseconds.
    Fetched,
    /// Least price at any quantity, millionths of a yuan: nothing is cheaper. Stored plus one like every figure that may be
    /// unknown; 0 = no price is known at any quantity.
    Least,
}

impl Column {
    /// All of them, in the order of their numbers.
    pub const ALL: [Column; 22] = [
        Column::Place,
        Column::Row,
        Column::Flags,
        Column::Moq,
        Column::Lot,
        Column::Stock,
        Column::Sold,
        Column::Repeat,
        Column::Ship,
        Column::Pickup,
        Column::Years,
        Column::Factory,
        Column::Category,
        Column::Supplier,
        Column::Belt,
        Column::City,
        Column::Unit,
        Column::Freight,
        Column::Weight,
        Column::Volume,
        Column::Fetched,
        Column::Least,
    ];
}

/// The field documents are sorted by.
const PLACE: &str = "place";

/// The fields by name.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    pub chars: Field,
    pub pairs: Field,
    pub triples: Field,
    pub words: Field,
    /// Supplier's name and belt, folded, one a line: one raw term.
    pub shop: Field,
    pub tags: Field,
    /// [`Column::Place`]: documents lie in its order.
    pub place: Field,
}

/// The schema.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |tokenizer: &str, option| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(option)
                .set_fieldnorms(false),
        )
    };
    let chars = builder.add_text_field("chars", text("chars", IndexRecordOption::Basic));
    let pairs = builder.add_text_field("pairs", text("pairs", IndexRecordOption::WithFreqsAndPositions));
    let triples = builder.add_text_field("triples", text("triples", IndexRecordOption::Basic));
    let words = builder.add_text_field("words", text("words", IndexRecordOption::Basic));
    let raw = text("raw", IndexRecordOption::Basic);
    let shop = builder.add_text_field("shop", raw);
    let tags = builder.add_text_field("tags", text("lines", IndexRecordOption::Basic));
    let place = builder.add_u64_field(PLACE, NumericOptions::default().set_fast());
    (builder.build(), Fields { chars, pairs, triples, words, shop, tags, place })
}

/// Documents lie in rank order.
pub fn settings() -> IndexSettings {
    IndexSettings {
        sort_by_field: Some(IndexSortByField { field: PLACE.to_owned(), order: Order::Desc }),
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// Our ways of cutting text.
pub fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register("chars", Cut::Chars);
    manager.register("pairs", Cut::Pairs);
    manager.register("triples", Cut::Triples);
    manager.register("words", Cut::Words);
    manager.register("lines", Cut::Lines);
    manager
}

/// What is written beside each commit: which rows the index stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// [`VERSION`].
    pub version: u32,
    /// The catalog it was made from.
    pub catalog: String,
    /// The weights of the rank it is sorted by.
    pub weights: String,
    /// Rows up to this generation are in it ...
    pub generation: i64,
    /// ... if their place is above this one: it is still being built, best offers first.
    pub above: Option<u64>,
}

impl Payload {
    /// Of no index.
    pub fn nothing() -> Payload {
        Payload {
            version: VERSION,
            catalog: String::new(),
            weights: String::new(),
            generation: 0,
            above: None,
        }
    }

    /// Whether a row of some generation and place belongs to what is indexed.
    pub fn covers(&self, generation: i64, place: Place) -> bool {
        generation <= self.generation && self.above.is_none_or(|above| place.0 > above)
    }
}

/// A row to be indexed.
#[derive(Debug, Clone)]
pub struct Entry {
    pub row: i64,
    pub place: Place,
    pub fetched_ms: i64,
    /// Four folded lines: title, translated title, supplier, belt.
    pub text: String,
    /// Lines `name=value`.
    pub traits: String,
    pub facts: Facts,
}

/// The terms of `tags`.
pub mod tag {
    use crate::catalog::facts::WordId;

    /// What they begin with.
    pub const SUPPLIER: char = 's';
    /// See [`SUPPLIER`].
    pub const BELT: char = 'b';
    /// See [`SUPPLIER`].
    pub const CITY: char = 'c';
    /// See [`SUPPLIER`].
    pub const CATEGORY: char = 'k';
    /// See [`SUPPLIER`].
    pub const ATTRIBUTE: char = 't';

    pub fn supplier(word: WordId) -> String {
        format!("{SUPPLIER}{word}")
    }

    pub fn belt(word: WordId) -> String {
        format!("{BELT}{word}")
    }

    pub fn city(word: WordId) -> String {
        format!("{CITY}{word}")
    }

    pub fn category(id: i64) -> String {
        format!("{CATEGORY}{id}")
    }

    /// Of a line `name=value`, or the beginning of one.
    pub fn attribute(line: &str) -> String {
        format!("{ATTRIBUTE}{line}")
    }
}

/// The value of a column for some facts.
pub fn value(column: Column, facts: &Facts, place: Place, row: i64, fetched_ms: i64) -> u64 {
    let some = |value: Option<u64>| value.map_or(0, |value| value.saturating_add(1));
    let small = |value: Option<u32>| value.map_or(0, |value| u64::from(value) + 1);
    match column {
        Column::Place => place.0,
        Column::Row => row.unsigned_abs(),
        Column::Flags => u64::from(facts.flags.0),
        Column::Moq => some(facts.moq),
        Column::Lot => some(facts.lot),
        Column::Stock => some(facts.stock),
        Column::Sold => some(facts.sold),
        Column::Repeat => small(facts.repeat),
        Column::Ship => small(facts.ship_hours),
        Column::Pickup => small(facts.pickup),
        Column::Years => small(facts.years),
        Column::Factory => small(facts.factory),
        Column::Category => some(facts.category.and_then(|id| u64::try_from(id).ok())),
        Column::Supplier => u64::from(facts.supplier),
        Column::Belt => u64::from(facts.belt),
        Column::City => u64::from(facts.city),
        Column::Unit => u64::from(facts.unit),
        Column::Freight => u64::from(facts.freight),
        Column::Weight => some(facts.weight_g),
        Column::Volume => some(facts.volume_cm3),
        Column::Fetched => u64::try_from(fetched_ms).map_or(0, |ms| ms + 1),
        Column::Least => some(facts.steps.iter().filter_map(|step| step.price_micro).min()),
    }
}

/// A piece of text: a run of Latin letters and digits, or one other character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Bytes `from..to` of the text.
    pub from: usize,
    /// See `from`.
    pub to: usize,
    /// Whether it is a run.
    pub is_run: bool,
}

/// Cuts text into units.
pub fn units(text: &str, into: &mut Vec<Unit>) {
    into.clear();
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            continue;
        }
        let to = at + c.len_utf8();
        if c.is_ascii_alphanumeric() {
            if let Some(last) = into.last_mut()
                && last.is_run
                && last.to == at
            {
                last.to = to;
                continue;
            }
            into.push(Unit { from: at, to, is_run: true });
        } else {
            into.push(Unit { from: at, to, is_run: false });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Each character that is no letter or digit of a run.
    Chars,
    /// Two neighbours.
    Pairs,
    /// Three neighbours.
    Triples,
    /// Each run.
    Words,
    /// Each line.
    Lines,
}

struct Cuts<'a> {
    cut: Cut,
    text: &'a str,
    token: Token,
    /// Where what was not read yet begins: in bytes, and in characters.
    at: usize,
    place: u32,
    is_later_line: bool,
    /// Where the last characters that were read begin, the last one last.
    begins: [usize; 3],
    /// How many of them are no blanks, counted from the last one back, and how many letters and digits.
    solid: u32,
    of_run: u32,
}

impl Tokenizer for Cut {
    type TokenStream<'a> = Cuts<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cuts<'a> {
        Cuts {
            cut: *self,
            text,
            // A token's position begins beyond all others, and nothing may be added to that.
            token: Token { position: 0, position_length: 1, ..Token::default() },
            at: 0,
            place: 0,
            is_later_line: false,
            begins: [0; 3],
            solid: 0,
            of_run: 0,
        }
    }
}

impl Cuts<'_> {
    /// So many characters in a row. Their places count characters, blanks too.
    fn next_neighbours(&mut self, length: u32) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for c in rest.chars() {
            let begin = self.at;
            self.at += c.len_utf8();
            self.place += 1;
            if c.is_whitespace() {
                self.is_later_line |= c == '\n';
                (self.solid, self.of_run) = (0, 0);
                continue;
            }
            let [_, second, third] = self.begins;
            self.begins = [second, third, begin];
            self.solid += 1;
            self.of_run = if c.is_ascii_alphanumeric() { self.of_run + 1 } else { 0 };
            // Letters inside a run count in the first line alone.
            if self.solid < length || (self.is_later_line && self.of_run >= length) {
                continue;
            }
            let from = if length == 2 { third } else { second };
            return self.tell(from, self.at, self.place - length);
        }
        false
    }

    /// One character that is none of a run.
    fn next_char(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for c in rest.chars() {
            let from = self.at;
            self.at += c.len_utf8();
            if !c.is_ascii_alphanumeric() && !c.is_whitespace() {
                return self.tell(from, self.at, 0);
            }
        }
        false
    }

    /// The next run.
    fn next_word(&mut self) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let Some(skipped) = rest.iter().position(u8::is_ascii_alphanumeric) else { return false };
        let run = rest.iter().skip(skipped).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let from = self.at + skipped;
        self.at = from + run;
        self.tell(from, self.at, 0)
    }

    fn next_line(&mut self) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        let (from, length) = (self.at, memchr::memchr(b'\n', rest).unwrap_or(rest.len()));
        self.at += length + 1;
        self.tell(from, from + length, 0)
    }

    /// Makes a part of the text the token.
    fn tell(&mut self, from: usize, to: usize, place: u32) -> bool {
        self.token.text.clear();
        self.token.text.push_str(self.text.get(from..to).unwrap_or_default());
        (self.token.offset_from, self.token.offset_to) = (from, to);
        self.token.position = place as usize;
        true
    }
}

impl TokenStream for Cuts<'_> {
    fn advance(&mut self) -> bool {
        match self.cut {
            Cut::Chars => self.next_char(),
            Cut::Pairs => self.next_neighbours(2),
            Cut::Triples => self.next_neighbours(3),
            Cut::Words => self.next_word(),
            Cut::Lines => self.next_line(),
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(name: &str, text: &str) -> Vec<(String, usize)> {
        let mut tokenizer = tokenizers().get(name).unwrap();
        let mut stream = tokenizer.token_stream(text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        found
    }

    #[test]
    fn a_title_is_found_by_its_characters_pairs_and_runs() {
        let title = "304不锈钢 杯\nx2杯 cup";
        let texts =
            |name: &str| -> Vec<String> { cut(name, title).into_iter().map(|(text, _)| text).collect() };
        assert_eq!(texts("chars"), ["不", "锈", "钢", "杯", "杯"]);
        assert_eq!(texts("words"), ["304", "x2", "cup"]);
        assert_eq!(texts("triples"), ["304", "04不", "4不锈", "不锈钢", "x2杯"]);
        assert_eq!(texts("pairs"), ["30", "04", "4不", "不锈", "锈钢", "2杯"]);
        assert_eq!(cut("pairs", title).last().unwrap().1, 10);
        let of_triples: Vec<usize> = cut("triples", title).into_iter().map(|(_, place)| place).collect();
        assert_eq!(of_triples, [0, 1, 2, 3, 9]);
        assert_eq!(texts("lines"), ["304不锈钢 杯", "x2杯 cup"]);
        assert_eq!(cut("lines", "s1\n\nb2\n").len(), 3);
    }
}
