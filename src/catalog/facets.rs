//! Counts over all hits of a query: where they are, who sells them, what they cost at the quantity.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::catalog::ask::categories;
use crate::catalog::facts::Flags;
use crate::catalog::index::Halt;
use crate::catalog::index::Row;
use crate::catalog::index::Segment;
use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::view::{Chunk, View};
use crate::catalog::near;
use crate::catalog::overlay::text_of;
use crate::catalog::store::{Catalog, CatalogError};
use crate::domain::mark::Marks;
use crate::domain::search::{Cancel, FacetCount, Facets, Flag, SearchRequest};
use crate::domain::text::Clean;
use crate::query::{Is, Query};

/// Rows of one list at most.
const MOST: usize = 200;
/// Where bands of the unit price begin, in hundredths of a yuan; the first from nothing.
const PRICES: [u64; 10] = [0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 200_000];
/// Least quantities that are counted up to, units.
const MOQS: [u64; 7] = [1, 2, 5, 10, 50, 100, 500];
/// Identities that are counted, as words of the query language.
const IDENTITIES: [(Flag, &str, &str, &str); 6] = [
    (Flag::Factory, "factory", "源头工厂", "Source factory"),
    (Flag::SuperFactory, "identity:super_factory", "超级工厂", "Super factory"),
    (Flag::PowerfulMerchant, "identity:powerful_merchant", "实力商家", "Powerful merchant"),
    (Flag::Yanxuan, "yanxuan", "严选", "Yanxuan"),
    (Flag::TrustPass, "identity:trust_pass", "诚信通", "TrustPass"),
    (Flag::Crossborder, "identity:crossborder", "跨境", "Cross-border"),
];

#[derive(Default)]
struct Counts {
    total: usize,
    categories: HashMap<u64, usize>,
    belts: HashMap<u64, usize>,
    flags: [usize; IDENTITIES.len()],
    prices: [usize; PRICES.len()],
    moqs: [usize; MOQS.len()],
}

/// What is counted of one hit, as it is stored.
struct Counted {
    category: u64,
    belt: u64,
    flags: u64,
    moq: u64,
    /// Where the quantity can be bought.
    price: Option<u64>,
}

impl Counts {
    fn add(&mut self, of: &Counted) {
        self.total += 1;
        if let Some(category) = of.category.checked_sub(1) {
            *self.categories.entry(category).or_default() += 1;
        }
        if of.belt != 0 {
            *self.belts.entry(of.belt).or_default() += 1;
        }
        let flags = Flags(of.flags as u32);
        for (count, (flag, ..)) in self.flags.iter_mut().zip(IDENTITIES) {
            *count += usize::from(flags.has(Flags::of(flag)));
        }
        if let Some(price) = of.price {
            let band = PRICES.partition_point(|from| from * 10_000 <= price);
            if let Some(count) = band.checked_sub(1).and_then(|band| self.prices.get_mut(band)) {
                *count += 1;
            }
        }
        if let Some(moq) = of.moq.checked_sub(1) {
            // Each band includes those before it; that is added up at the end.
            let band = MOQS.partition_point(|most| most * 1_000 < moq);
            if let Some(count) = self.moqs.get_mut(band) {
                *count += 1;
            }
        }
    }

    fn add_row(&mut self, row: &dyn Row, quantity: u64) {
        let (price, can) = row.at(quantity);
        self.add(&Counted {
            category: row.get(Column::Category),
            belt: row.get(Column::Belt),
            flags: row.get(Column::Flags),
            moq: row.get(Column::Moq),
            price: price.filter(|_| can),
        });
    }
}

/// Values of the columns that are counted, of some documents.
#[derive(Default)]
struct Values([Vec<u64>; 4]);

impl Values {
    const OF: [Column; 4] = [Column::Category, Column::Belt, Column::Flags, Column::Moq];

    fn read(&mut self, segment: &Segment, docs: &[u32]) {
        for (values, column) in self.0.iter_mut().zip(Values::OF) {
            segment.columns.values(column, docs, values);
        }
    }

    fn get(&self, at: usize, price: Option<u64>) -> Counted {
        let [category, belt, flags, moq] = [0, 1, 2, 3]
            .map(|of: usize| self.0.get(of).and_then(|values| values.get(at)).copied().unwrap_or(0));
        Counted { category, belt, flags, moq, price }
    }
}

impl Catalog {
    /// Counts by category, belt, identity, price and least quantity over all hits; `None` when cancelled. What cannot be
    /// bought at the quantity is in no band of prices. Bands of least quantities include the smaller ones.
    pub fn facets(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<Facets>, CatalogError> {
        self.with_view(cancel, |view| {
            let mut asked = self.asked(view, request, marks)?;
            self.know_lately(&mut asked.plan);
            let mut counts = counted(view, &asked.plan)?;
            if counts.total == 0
                && !asked.plan.words.is_empty()
                && let Some(near) = near::nearest(view, &asked.plan)?
            {
                // The list shows what near words find: it is that which is counted.
                counts = counted(view, &near)?;
            }
            told(&counts, view, &Query::parse(&request.text))
        })
    }
}

fn counted(view: &View<'_>, plan: &Plan) -> Result<Counts, Halt> {
    let mut counts = Counts::default();
    let mut values = Values::default();
    view.each_chunk(plan, &mut |chunk| {
        match chunk {
            Chunk::Row(row) => counts.add_row(row, plan.quantity_of(row)),
            Chunk::Docs(segment, docs) => {
                values.read(segment, docs);
                for (at, doc) in docs.iter().enumerate() {
                    let row = segment.doc(*doc);
                    let (price, can) = row.at(plan.quantity_of(&row));
                    counts.add(&values.get(at, price.filter(|_| can)));
                }
            }
        }
        Ok(())
    })?;
    let mut sum = 0;
    for count in &mut counts.moqs {
        sum += *count;
        *count = sum;
    }
    Ok(counts)
}

fn told(counts: &Counts, view: &View<'_>, query: &Query) -> Result<Facets, Halt> {
    let chosen = |is: &Is| query.terms.iter().any(|term| !term.negated && term.is == *is);
    let asked: Vec<Is> = query.terms.iter().map(|term| term.is.clone()).collect();
    let is_asked =
        |term: &str| Query::parse(term).terms.iter().all(|term| asked.contains(&term.is) && chosen(&term.is));
    let row = |term: String, label: &str, label_en: Option<&str>, count: usize| FacetCount {
        chosen: is_asked(&term),
        term,
        label: Clean::new(label),
        label_en: label_en.map(Clean::new),
        count,
    };
    let mut facets = Facets { total: counts.total, ..Facets::default() };
    let tree = categories(view.connection)?;
    for (id, count) in most(&counts.categories) {
        let known = tree.iter().find(|category| u64::try_from(category.id) == Ok(id));
        let label = known.map_or_else(|| id.to_string(), |category| category.name.as_str().to_owned());
        let label_en = known.and_then(|category| category.name_en.as_ref()).map(|name| name.as_str());
        facets.categories.push(row(format!("cat:{id}"), &label, label_en, count));
    }
    for (word, count) in most(&counts.belts) {
        if let Some(text) = text_of(word as u32, view.connection)? {
            facets.belts.push(row(format!("belt:{}", quoted(&text)), &text, None, count));
        }
    }
    for ((_, term, label, label_en), count) in IDENTITIES.iter().zip(counts.flags) {
        if count > 0 {
            facets.identities.push(row((*term).to_owned(), label, Some(label_en), count));
        }
    }
    facets.identities.sort_by_key(|identity| std::cmp::Reverse(identity.count));
    for (nth, count) in counts.prices.iter().enumerate() {
        let yuan =
            |hundredths: &u64| Decimal::new(i64::try_from(*hundredths).unwrap_or(i64::MAX), 2).normalize();
        let Some(from) = PRICES.get(nth).map(yuan).filter(|_| *count > 0) else { continue };
        let (term, label) = match PRICES.get(nth + 1).map(yuan) {
            Some(to) if nth == 0 => (format!("price<{to}"), format!("<{to}")),
            Some(to) => (format!("price>={from} price<{to}"), format!("{from}-{to}")),
            None => (format!("price>={from}"), format!(">={from}")),
        };
        facets.prices.push(row(term, &label, None, *count));
    }
    for (most, count) in MOQS.iter().zip(counts.moqs) {
        if count > 0 {
            facets.moqs.push(row(format!("moq<={most}"), &format!("<={most}"), None, count));
        }
    }
    Ok(facets)
}

/// Most first, of equal ones the smaller number.
fn most(counts: &HashMap<u64, usize>) -> Vec<(u64, usize)> {
    let mut all: Vec<(u64, usize)> = counts.iter().map(|(of, count)| (*of, *count)).collect();
    all.sort_by_key(|(of, count)| (std::cmp::Reverse(*count), *of));
    all.truncate(MOST);
    all
}

/// A value of a predicate, in quotation marks where it has blanks.
fn quoted(text: &str) -> String {
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text.to_owned() }
}
