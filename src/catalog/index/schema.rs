//! The shape of the index: which fields a document has, how titles become terms, and what is written beside each
//! commit.
//!
//! A title is cut into *units*: runs of Latin letters and digits, and single other characters. It is found by three
//! fields: `chars` (each other character), `words` (each run), `pairs` (each two neighbouring characters, with
//! positions, so that a longer word is found as such; letters inside a run only in the first line, the title itself,
//! where pinyin needs them), and `triples` (the same of three, without positions: words of three are common, and
//! positions are slow). Everything that is asked of an offer beside its words stands in
//! columns, one number a document; what may single out few offers stands in `tags` too.

use serde::{Deserialize, Serialize};
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{IndexSettings, IndexSortByField, Order, TantivyDocument, Term};

use crate::catalog::facts::Facts;
use crate::catalog::index::place::{Place, Tie};

/// Raise it whenever anything below changes: the index is then built again.
pub const VERSION: u32 = 3;

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
    /// Least price at any quantity, millionths of a yuan: nothing is cheaper.
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

    /// Name of the field.
    pub const fn name(self) -> &'static str {
        match self {
            Column::Place => "place",
            Column::Row => "row",
            Column::Flags => "flags",
            Column::Moq => "moq",
            Column::Lot => "lot",
            Column::Stock => "stock",
            Column::Sold => "sold",
            Column::Repeat => "repeat",
            Column::Ship => "ship",
            Column::Pickup => "pickup",
            Column::Years => "years",
            Column::Factory => "factory",
            Column::Category => "category",
            Column::Supplier => "supplier",
            Column::Belt => "belt",
            Column::City => "city",
            Column::Unit => "unit",
            Column::Freight => "freight",
            Column::Weight => "weight",
            Column::Volume => "volume",
            Column::Fetched => "fetched",
            Column::Least => "least",
        }
    }
}

/// Steps of the price: where they begin (thousandths, doubled, plus one where the quantity can be bought) and what
/// they cost (millionths, plus one; 0 = unknown).
pub const STEP_FROM: &str = "step_from";
/// See [`STEP_FROM`].
pub const STEP_PRICE: &str = "step_price";

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
    columns: [Field; Column::ALL.len()],
    step_from: Field,
    step_price: Field,
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
    let shop = builder.add_text_field("shop", raw.clone());
    let tags = builder.add_text_field("tags", raw);
    let number = || NumericOptions::default().set_fast();
    let columns = Column::ALL.map(|column| builder.add_u64_field(column.name(), number()));
    let step_from = builder.add_u64_field(STEP_FROM, number());
    let step_price = builder.add_u64_field(STEP_PRICE, number());
    (builder.build(), Fields { chars, pairs, triples, words, shop, tags, columns, step_from, step_price })
}

/// Documents lie in rank order.
pub fn settings() -> IndexSettings {
    IndexSettings {
        sort_by_field: Some(IndexSortByField { field: Column::Place.name().to_owned(), order: Order::Desc }),
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// Our ways of cutting text.
pub fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register("chars", Cutter { cut: Cut::Chars, units: Vec::new() });
    manager.register("pairs", Cutter { cut: Cut::Pairs, units: Vec::new() });
    manager.register("triples", Cutter { cut: Cut::Triples, units: Vec::new() });
    manager.register("words", Cutter { cut: Cut::Words, units: Vec::new() });
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
    use super::Tie;
    use crate::catalog::facts::WordId;

    pub fn offer(tie: Tie) -> String {
        format!("o{:x}", tie.0)
    }

    pub fn supplier(word: WordId) -> String {
        format!("s{word}")
    }

    pub fn belt(word: WordId) -> String {
        format!("b{word}")
    }

    pub fn city(word: WordId) -> String {
        format!("c{word}")
    }

    pub fn category(id: i64) -> String {
        format!("k{id}")
    }

    /// Of a line `name=value`, or the beginning of one.
    pub fn attribute(line: &str) -> String {
        format!("t{line}")
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

impl Fields {
    /// The document of a row.
    pub fn document(&self, entry: &Entry) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        let second = entry.text.match_indices('\n').nth(1).map_or(entry.text.len(), |(at, _)| at);
        let (titles, shop) = entry.text.split_at_checked(second).unwrap_or((&entry.text, ""));
        for field in [self.chars, self.pairs, self.triples, self.words] {
            document.add_text(field, titles);
        }
        document.add_text(self.shop, shop.strip_prefix('\n').unwrap_or(shop));
        let facts = &entry.facts;
        document.add_text(self.tags, tag::offer(entry.place.tie()));
        for (word, tag) in [
            (facts.supplier, tag::supplier as fn(u32) -> String),
            (facts.belt, tag::belt),
            (facts.city, tag::city),
        ] {
            if word != 0 {
                document.add_text(self.tags, tag(word));
            }
        }
        if let Some(category) = facts.category {
            document.add_text(self.tags, tag::category(category));
        }
        for line in entry.traits.lines().filter(|line| !line.is_empty()) {
            document.add_text(self.tags, tag::attribute(line));
        }
        for (column, field) in Column::ALL.iter().zip(&self.columns) {
            document.add_u64(*field, value(*column, facts, entry.place, entry.row, entry.fetched_ms));
        }
        for step in &facts.steps {
            document.add_u64(self.step_from, (step.from << 1) | u64::from(step.buyable));
            document.add_u64(self.step_price, step.price_micro.map_or(0, |price| price.saturating_add(1)));
        }
        document
    }

    /// Finds the document of an offer, to take it out.
    pub fn of_offer(&self, tie: Tie) -> Term {
        Term::from_field_text(self.tags, &tag::offer(tie))
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
    Chars,
    Pairs,
    Triples,
    Words,
}

impl Cut {
    /// How many neighbours make a term.
    fn neighbours(self) -> Option<usize> {
        match self {
            Cut::Pairs => Some(2),
            Cut::Triples => Some(3),
            Cut::Chars | Cut::Words => None,
        }
    }
}

#[derive(Clone)]
struct Cutter {
    cut: Cut,
    units: Vec<Unit>,
}

struct Cuts<'a> {
    cut: Cut,
    text: &'a str,
    units: &'a [Unit],
    token: Token,
    at: usize,
    place: usize,
    is_later_line: bool,
}

impl Tokenizer for Cutter {
    type TokenStream<'a> = Cuts<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cuts<'a> {
        if self.cut.neighbours().is_none() {
            units(text, &mut self.units);
        }
        Cuts {
            cut: self.cut,
            text,
            units: &self.units,
            // A token's position begins beyond all others, and nothing may be added to that.
            token: Token { position: 0, ..Token::default() },
            at: 0,
            place: 0,
            is_later_line: false,
        }
    }
}

impl Cuts<'_> {
    /// So many characters in a row. Their places count characters, so the cutter reads the text itself.
    fn next_neighbours(&mut self, length: usize) -> bool {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(first) = rest.chars().next() else { return false };
            let (from, place) = (self.at, self.place);
            self.at += first.len_utf8();
            self.place += 1;
            self.is_later_line |= first == '\n';
            let (mut count, mut to, mut is_run) = (0, 0, true);
            for c in rest.chars().take(length).take_while(|c| !c.is_whitespace()) {
                count += 1;
                to += c.len_utf8();
                is_run &= c.is_ascii_alphanumeric();
            }
            if count < length || (self.is_later_line && is_run) {
                continue;
            }
            let Some(text) = rest.get(..to) else { continue };
            self.token.text.clear();
            self.token.text.push_str(text);
            self.token.offset_from = from;
            self.token.offset_to = from + to;
            self.token.position = place;
            self.token.position_length = 1;
            return true;
        }
    }
}

impl TokenStream for Cuts<'_> {
    fn advance(&mut self) -> bool {
        if let Some(length) = self.cut.neighbours() {
            return self.next_neighbours(length);
        }
        loop {
            let Some((unit, rest)) = self.units.split_first() else { return false };
            self.units = rest;
            let to = match self.cut {
                Cut::Chars if !unit.is_run => unit.to,
                Cut::Words if unit.is_run => unit.to,
                _ => continue,
            };
            let Some(text) = self.text.get(unit.from..to) else { continue };
            self.token.text.clear();
            self.token.text.push_str(text);
            self.token.offset_from = unit.from;
            self.token.offset_to = to;
            // These fields have no positions.
            self.token.position = 0;
            self.token.position_length = 1;
            return true;
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
    }
}
