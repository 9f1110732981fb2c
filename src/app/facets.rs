//! Facets: how many hits share a category, a belt, an identity, a band of prices or of least quantities. The counts
//! follow the query, and choosing one writes it into the query: the query line always says what is looked at.

use std::sync::Arc;

use crate::app::field::Field;
use crate::app::list::{List, Move};
use crate::app::model::{Layer, Model, Pane};
use crate::app::msg::{Effect, Trouble};
use crate::app::search;
use crate::app::suppliers::SearchView;
use crate::domain::category::CategoryCount;
use crate::domain::search::{FacetCount, Facets};
use crate::i18n::Text;
use crate::query::Query;
use crate::query::fold::fold;
use crate::query::pinyin::{self, Constraint};
use crate::query::terms::{self, Is, Term};

/// Width from which the panel stands beside the list; under it, it lies over the list's right half while it has the
/// keys.
pub const BESIDE_FROM: u16 = 100;

/// Most rows of one group: who wants the rest types it, or opens the list of categories.
const MOST_ROWS: usize = 8;

/// What hits are counted by, in the order shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    Categories,
    Belts,
    Identities,
    Prices,
    Moqs,
}

impl Group {
    /// All of them.
    pub const ALL: [Group; 5] =
        [Group::Categories, Group::Belts, Group::Identities, Group::Prices, Group::Moqs];

    /// Its heading.
    pub fn title(self, text: &'static Text) -> &'static str {
        match self {
            Group::Categories => text.facet_categories,
            Group::Belts => text.facet_belts,
            Group::Identities => text.facet_identities,
            Group::Prices => text.facet_prices,
            Group::Moqs => text.facet_moqs,
        }
    }

    /// What was counted.
    pub fn counts(self, facets: &Facets) -> &[FacetCount] {
        match self {
            Group::Categories => &facets.categories,
            Group::Belts => &facets.belts,
            Group::Identities => &facets.identities,
            Group::Prices => &facets.prices,
            Group::Moqs => &facets.moqs,
        }
    }
}

/// The panel.
#[derive(Debug, Clone, Default)]
pub struct FacetsPane {
    /// Whether it is wanted.
    pub open: bool,
    /// Whether it has the keys.
    pub focused: bool,
    /// As counted last.
    pub facets: Option<Facets>,
    /// The question they answer.
    pub of: u64,
    /// Why they could not be counted.
    pub trouble: Option<Trouble>,
    /// Over its lines, headings among them; a heading is never selected.
    pub list: List,
}

/// A line of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetLine<'a> {
    /// The heading of a group, and how many of its rows are not shown.
    Head(Group, usize),
    /// A row.
    Row(&'a FacetCount),
}

/// The lines of the panel: a group with nothing in it is left out, a chosen row never.
pub fn lines(facets: &Facets) -> Vec<FacetLine<'_>> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let counts = group.counts(facets);
        if counts.is_empty() {
            continue;
        }
        let shown = counts.iter().enumerate().filter(|(at, count)| *at < MOST_ROWS || count.chosen);
        let head = lines.len();
        lines.push(FacetLine::Head(group, 0));
        lines.extend(shown.map(|(_, count)| FacetLine::Row(count)));
        let hidden = counts.len() + 1 + head - lines.len();
        if let Some(line) = lines.get_mut(head) {
            *line = FacetLine::Head(group, hidden);
        }
    }
    lines
}

/// Whether the panel is on the screen.
pub fn is_shown(model: &Model) -> bool {
    let facets = &model.search.facets;
    facets.open && model.search.view == SearchView::Offers && (facets.focused || model.width >= BESIDE_FROM)
}

/// Whether the panel has the keys.
pub fn has_keys(model: &Model) -> bool {
    model.pane == Pane::Search && model.search.facets.focused && is_shown(model)
}

/// Asks for the counts of the newest question, where they are on the screen and not there yet.
pub fn ask(model: &Model) -> Vec<Effect> {
    let pane = &model.search;
    if !is_shown(model) || pane.pending || (pane.facets.of == pane.generation && pane.facets.facets.is_some())
    {
        return Vec::new();
    }
    vec![Effect::ReadFacets { generation: pane.generation, request: search::request(model, 0, 0) }]
}

/// The counts came.
pub fn answered(model: &mut Model, generation: u64, result: Result<Facets, Trouble>) {
    let page = model.viewport.rows;
    if generation != model.search.generation {
        return;
    }
    let pane = &mut model.search.facets;
    pane.of = generation;
    match result {
        Ok(facets) => {
            // The buyer stays on the row they were at, wherever it stands now.
            let selected = pane.facets.as_ref().and_then(|held| term_at(held, pane.list.selected));
            pane.trouble = None;
            let lines = lines(&facets);
            let at = selected.and_then(|term| {
                lines.iter().position(|line| matches!(line, FacetLine::Row(row) if row.term == term))
            });
            let len = lines.len();
            pane.list.select(at.unwrap_or(pane.list.selected), len, page);
            pane.facets = Some(facets);
            off_heads(pane, true, page);
        }
        Err(trouble) => {
            pane.facets = None;
            pane.trouble = Some(trouble);
        }
    }
}

fn term_at(facets: &Facets, at: usize) -> Option<String> {
    match lines(facets).get(at) {
        Some(FacetLine::Row(row)) => Some(row.term.clone()),
        _ => None,
    }
}

/// From a heading to the row under it, or the one over it.
fn off_heads(pane: &mut FacetsPane, down: bool, page: usize) {
    let Some(facets) = &pane.facets else { return };
    let lines = lines(facets);
    let is_head = |at: usize| matches!(lines.get(at), Some(FacetLine::Head(..)));
    let at = pane.list.selected;
    if !is_head(at) {
        return;
    }
    let to = if down || at == 0 { at + 1 } else { at - 1 };
    pane.list.select(to, lines.len(), page);
}

/// The key of the panel: opens it, gives it the keys, and closes it where it has them.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    let facets = &mut model.search.facets;
    if facets.open && facets.focused {
        (facets.open, facets.focused) = (false, false);
        return Vec::new();
    }
    (facets.open, facets.focused) = (true, true);
    model.search.focused = false;
    ask(model)
}

/// Back to the list.
pub fn leave(model: &mut Model) {
    model.search.facets.focused = false;
}

/// Moves in the panel.
pub fn go(model: &mut Model, to: Move) {
    let page = model.viewport.rows;
    let pane = &mut model.search.facets;
    let Some(facets) = &pane.facets else { return };
    let len = lines(facets).len();
    pane.list.go(to, len, page);
    let down = !matches!(to, Move::Up | Move::PageUp | Move::Top);
    off_heads(pane, down, page);
    // The heading over the first row comes into view with it.
    if pane.list.selected == 1 {
        pane.list.select(0, len, page);
        pane.list.select(1, len, page);
    }
}

/// To the first row of the next group, or of the one before.
pub fn to_group(model: &mut Model, forward: bool) {
    let page = model.viewport.rows;
    let pane = &mut model.search.facets;
    let Some(facets) = &pane.facets else { return };
    let lines = lines(facets);
    let heads = || (0..lines.len()).filter(|at| matches!(lines.get(*at), Some(FacetLine::Head(..))));
    let here = heads().rfind(|at| *at <= pane.list.selected).unwrap_or(0);
    let to = if forward {
        heads().find(|at| *at > here).or_else(|| heads().next())
    } else {
        heads().rfind(|at| *at < here).or_else(|| heads().next_back())
    };
    let Some(to) = to else { return };
    let len = lines.len();
    pane.list.select(to, len, page);
    pane.list.select(to + 1, len, page);
}

/// A click on a line of the panel gives it the keys and selects it; on the selected one it is taken.
pub fn clicked(model: &mut Model, line: usize) -> Vec<Effect> {
    let pane = &mut model.search.facets;
    let again = pane.focused && pane.list.selected == line;
    (pane.open, pane.focused) = (true, true);
    model.search.focused = false;
    if again {
        return take(model);
    }
    go(model, Move::To(line));
    Vec::new()
}

/// Puts the selected row's term into the query, or takes it out of it.
pub fn take(model: &mut Model) -> Vec<Effect> {
    let pane = &model.search.facets;
    let Some(term) = pane.facets.as_ref().and_then(|facets| term_at(facets, pane.list.selected)) else {
        return Vec::new();
    };
    toggle_term(model, &term)
}

fn toggle_term(model: &mut Model, term: &str) -> Vec<Effect> {
    let text = with_term_toggled(&model.search.query.text(), term);
    model.search.query = Field::new(&text);
    search::from_top(model)
}

/// Whether no two such terms make sense side by side: an offer is of one category and one belt, of two least quantities
/// the stricter says it all, and of a band of prices another is chosen instead.
fn excludes(one: &Term, other: &Term) -> bool {
    let is_of = |field| move |is: &Is| matches!(is, Is::Number { field: asked, .. } if *asked == field);
    let both = |fits: &dyn Fn(&Is) -> bool| fits(&one.is) && fits(&other.is);
    !one.negated
        && !other.negated
        && (both(&|is| matches!(is, Is::Category(_)))
            || both(&|is| matches!(is, Is::Belt(_)))
            || both(&is_of(terms::Field::Moq))
            || both(&is_of(terms::Field::Price)))
}

/// The query with this term at its end, in the place of those it excludes, or without it where it asks for it already,
/// however it is written there. What the buyer typed stays as they typed it, as far as it then still reads as it should;
/// else it is written anew.
pub fn with_term_toggled(text: &str, term: &str) -> String {
    let now = Query::parse(text);
    let wanted = Query::parse(term).terms;
    let reads = |token: &str| Query::parse(token).terms;
    let is_wanted = |token: &str| {
        let read = reads(token);
        !read.is_empty() && read.iter().all(|term| wanted.contains(term))
    };
    let typed = tokens(text);
    let mut then = now.clone();
    let out = !wanted.is_empty() && wanted.iter().all(|term| now.terms.contains(term));
    let written = if out {
        then.terms.retain(|term| !wanted.contains(term));
        typed.into_iter().filter(|token| !is_wanted(token)).collect::<Vec<_>>().join(" ")
    } else {
        let missing: Vec<_> = wanted.iter().filter(|term| !now.terms.contains(term)).cloned().collect();
        let gives_way =
            |term: &Term| !wanted.contains(term) && missing.iter().any(|wanted| excludes(wanted, term));
        then.terms.retain(|term| !gives_way(term));
        let typed = typed.into_iter().filter(|token| {
            let read = reads(token);
            read.is_empty() || !read.iter().all(gives_way)
        });
        then.terms.extend(missing.iter().cloned());
        let added =
            tokens(term).into_iter().filter(|token| reads(token).iter().any(|is| missing.contains(is)));
        typed.chain(added).collect::<Vec<_>>().join(" ")
    };
    let read = Query::parse(&written);
    let written = if read.terms == then.terms { written } else { then.to_string() };
    // A word typed behind it is a word of its own.
    if out { written } else { format!("{written} ") }
}

/// The words of a query as typed: blanks between quotation marks do not part them.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut begin = None;
    let mut closing = None;
    for (at, c) in text.char_indices() {
        match closing {
            Some(close) if c == close => closing = None,
            Some(_) => {}
            None => closing = closing_of(c),
        }
        match (begin, c.is_whitespace() && closing.is_none()) {
            (None, false) => begin = Some(at),
            (Some(from), true) => {
                tokens.extend(text.get(from..at));
                begin = None;
            }
            _ => {}
        }
    }
    tokens.extend(begin.and_then(|from| text.get(from..)));
    tokens
}

fn closing_of(c: char) -> Option<char> {
    match c {
        '"' => Some('"'),
        '＂' => Some('＂'),
        '“' => Some('”'),
        '「' => Some('」'),
        _ => None,
    }
}

/// Categories to choose from, over the panes.
#[derive(Debug, Clone, Default)]
pub struct CategoryPicker {
    /// What they are narrowed by: a part of the name, its pinyin, or the number.
    pub field: Field,
    /// All of them; `None` until they were read.
    pub all: Option<Arc<Vec<CategoryCount>>>,
    pub list: List,
    pub trouble: Option<Trouble>,
}

/// Opens the list of categories.
pub fn open_categories(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Categories(CategoryPicker::default()));
    vec![Effect::ReadCategories { quantity: model.quantity }]
}

/// The categories came.
pub fn categories_read(model: &mut Model, result: Result<Arc<Vec<CategoryCount>>, Trouble>) {
    let open = model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Categories(picker) => Some(picker),
        _ => None,
    });
    let Some(picker) = open else { return };
    match result {
        Ok(all) => (picker.all, picker.trouble) = (Some(all), None),
        Err(trouble) => picker.trouble = Some(trouble),
    }
}

/// Those that fit what was typed: names that begin with it before names that contain it, then by pinyin or number.
pub fn fitting<'a>(all: &'a [CategoryCount], typed: &str) -> Vec<&'a CategoryCount> {
    let typed = fold(typed);
    let typed = typed.trim();
    if typed.is_empty() {
        return all.iter().collect();
    }
    let parses = pinyin::parses(typed);
    let mut found: Vec<(u8, usize, &CategoryCount)> = all
        .iter()
        .enumerate()
        .filter_map(|(at, category)| {
            let names = [Some(&category.name), category.name_en.as_ref()];
            let near = names
                .into_iter()
                .flatten()
                .filter_map(|name| how_near(&fold(name.as_str()), typed, &parses))
                .chain(category.id.to_string().starts_with(typed).then_some(4))
                .min()?;
            Some((near, at, category))
        })
        .collect();
    found.sort_by_key(|(near, at, _)| (*near, *at));
    found.into_iter().map(|(_, _, category)| category).collect()
}

fn how_near(name: &str, typed: &str, parses: &[Vec<Constraint>]) -> Option<u8> {
    if name.starts_with(typed) {
        return Some(0);
    }
    if name.contains(typed) {
        return Some(1);
    }
    let name: Vec<char> = name.chars().collect();
    let found = parses.iter().filter_map(|parse| pinyin::matches(parse, &name)).map(|at| at.start).min();
    found.map(|at| if at == 0 { 2 } else { 3 })
}

/// Enter in the list of categories: the chosen one goes into the query.
pub fn take_category(model: &mut Model, picker: &CategoryPicker) -> Vec<Effect> {
    let all = picker.all.as_deref().map(Vec::as_slice).unwrap_or_default();
    let found = fitting(all, &picker.field.text());
    let Some(category) = found.get(picker.list.selected) else { return Vec::new() };
    let term = format!("cat:{}", category.id);
    model.pane = Pane::Search;
    model.search.view = SearchView::Offers;
    model.search.focused = false;
    toggle_term(model, &term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Clean;

    fn count(term: &str, label: &str, chosen: bool) -> FacetCount {
        FacetCount { term: term.to_owned(), label: Clean::new(label), label_en: None, count: 3, chosen }
    }

    #[test]
    fn tokens_are_parted_at_blanks_outside_of_quotes() {
        assert_eq!(
            tokens(r#" 保温杯  "大 号" note:"a b" fav"#),
            ["保温杯", r#""大 号""#, r#"note:"a b""#, "fav"]
        );
        assert_eq!(tokens("“a b” c"), ["“a b”", "c"]);
        assert_eq!(tokens(r#"a "b c"#), ["a", r#""b c"#]);
        assert!(tokens(" \t").is_empty());
    }

    #[test]
    fn a_term_is_added_once_and_taken_away_however_it_is_written() {
        assert_eq!(with_term_toggled("保温杯", "tag:礼品"), "保温杯 tag:礼品 ");
        assert_eq!(with_term_toggled("", "tag:礼品"), "tag:礼品 ");
        assert_eq!(with_term_toggled("保温杯 ＴＡＧ：禮品 fav", "tag:礼品"), "保温杯 fav");
        // A band of two terms goes as a whole, and comes as a whole where only one of them is there.
        assert_eq!(with_term_toggled("杯 tag:a note:b", "tag:a note:b"), "杯");
        assert_eq!(with_term_toggled("杯 tag:a", "tag:a note:b"), "杯 tag:a note:b ");
        // Written apart, it is still found.
        assert_eq!(with_term_toggled("杯 moq <= 10 fav", "moq<=10"), "杯 fav");
        assert_eq!(with_term_toggled("杯 moq <= 10", "belt:义乌"), "杯 moq <= 10 belt:义乌 ");
        // One takes the place of another where both cannot be, and of one that is the stricter only.
        assert_eq!(with_term_toggled("杯 cat:101 fav", "cat:202"), "杯 fav cat:202 ");
        assert_eq!(with_term_toggled("杯 moq <= 10", "moq<=2"), "杯 moq<=2 ");
        assert_eq!(with_term_toggled("price>=5 price<10 杯", "price>=10 price<20"), "杯 price>=10 price<20 ");
        assert_eq!(with_term_toggled("-belt:义乌 杯", "belt:永康"), "-belt:义乌 杯 belt:永康 ");
        // Round a link only predicates count, so the link becomes one.
        let link = "看这个 https://detail.1688.com/offer/676651652931.html 好";
        assert_eq!(with_term_toggled(link, "moq<=10"), "id:676651652931 moq<=10 ");
    }

    #[test]
    fn groups_are_cut_and_what_is_chosen_is_always_shown() {
        let facets = Facets {
            belts: (0..20).map(|n| count(&format!("belt:{n}"), &n.to_string(), n == 15)).collect(),
            moqs: vec![count("moq<=10", "1-10", false)],
            ..Facets::default()
        };
        let lines = lines(&facets);
        assert_eq!(lines.first(), Some(&FacetLine::Head(Group::Belts, 11)));
        assert_eq!(lines.len(), 1 + 9 + 1 + 1);
        assert!(matches!(lines.get(9), Some(FacetLine::Row(row)) if row.chosen));
    }

    #[test]
    fn categories_fit_by_name_and_by_number() {
        let category = |id, name: &str| CategoryCount {
            id,
            name: Clean::new(name),
            name_en: None,
            above: None,
            depth: 0,
            count: 1,
        };
        let all = [category(101, "不锈钢保温杯"), category(202, "保温杯")];
        let found = |typed: &str| fitting(&all, typed).iter().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(found("保溫"), [202, 101]);
        assert_eq!(found("101"), [101]);
        assert_eq!(found("bwb"), [202, 101]);
        assert_eq!(found("buxiugang"), [101]);
        assert_eq!(found(""), [101, 202]);
        assert!(found("伞").is_empty());
    }
}
