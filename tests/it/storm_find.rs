//! The storm's share of what follows a search: more rows, counts, reasons, categories.

use std::sync::Arc;

use pifa::app::msg::{Counts, IndexState};
use pifa::app::{Fact, Model};
use pifa::domain::category::CategoryCount;
use pifa::domain::fix::{Task, fix};
use pifa::domain::id::OfferKey;
use pifa::domain::search::{FacetCount, Facets, Tier, Why, WhyPart};
use pifa::domain::substitute::{Candidate, Level, Present, Substitutes, ranked};

use crate::storm_payloads::Storm;

impl Storm {
    fn facet(&mut self, model: &Model) -> FacetCount {
        let terms = ["belt:义乌", "cat:1031919", "moq<=10", "price>=5 price<10", "\"", ""];
        FacetCount {
            term: if self.dice.chance(6) { self.text() } else { (*self.dice.pick(&terms)).to_owned() },
            label: self.clean(),
            label_en: self.maybe(Self::clean),
            count: self.dice.next() as usize >> self.dice.below(64),
            chosen: self.dice.chance(4) || model.search.query.is_empty(),
        }
    }

    fn facets(&mut self, model: &Model) -> Facets {
        let mut facets = Facets { total: self.dice.next() as usize >> 30, ..Facets::default() };
        for group in [
            &mut facets.categories,
            &mut facets.belts,
            &mut facets.identities,
            &mut facets.prices,
            &mut facets.moqs,
        ] {
            *group = (0..self.dice.below(14)).map(|_| self.facet(model)).collect();
        }
        facets
    }

    /// The cheapest way to mend the cart, of now or of before, with whatever is in it.
    fn fixed(&mut self, model: &Model) -> Fact {
        let generation = model.cart.fixing.wrapping_sub(u64::from(self.dice.chance(4)));
        let lines: Vec<_> = model.cart.lines().map(|(_, priced)| priced.line.clone()).collect();
        let shelf = [std::sync::Arc::new(crate::ui_fixtures::filler())];
        let (rules, destination) = (Default::default(), crate::ui_fixtures::destination());
        let task = Task { lines: &lines, shelf: &shelf, rules: &rules, destination: &destination };
        let mut found = fix(&task);
        for change in &mut found.plan.changes {
            change.cost = self.money();
            change.to = self.quantity();
        }
        Fact::FixRead { generation, result: self.or_trouble(|_| Box::new(found)) }
    }

    /// What could stand in a line's place, with prices as wild as they come.
    fn substituted(&mut self, model: &Model) -> Fact {
        let generation = model.substitutes_asked.wrapping_sub(u64::from(self.dice.chance(4)));
        let destination = crate::ui_fixtures::destination();
        let own = Arc::new(self.offer());
        let present = Present::of(&own, None, self.quantity(), &destination);
        let candidates = (0..self.dice.below(12))
            .map(|_| Candidate {
                offer: Arc::new(self.offer()),
                level: *self.dice.pick(&Level::ALL),
                rule: None,
                alike: self.dice.next() as u32,
                shared: (0..self.dice.below(4)).map(|_| self.clean()).collect(),
                attributes: (self.dice.below(9) as u32, self.dice.below(9) as u32),
                factory: self.maybe(|storm| storm.dice.below(101) as u32),
            })
            .collect();
        let mut rows = ranked(&present, candidates, &destination);
        for row in &mut rows {
            row.saving = self.maybe(Self::money);
        }
        let found = Substitutes { rows, mistakes: Vec::new() };
        Fact::SubstitutesRead { generation, result: self.or_trouble(|_| Arc::new(found)) }
    }

    /// What follows a search: more rows, counts, reasons.
    pub fn found(&mut self, model: &Model) -> Fact {
        let generation = model.search.generation.wrapping_sub(u64::from(self.dice.chance(6)));
        match self.dice.below(8) {
            7 => self.substituted(model),
            6 => self.fixed(model),
            5 => {
                let [done, of] = [self.dice.below(9_000), self.dice.below(9_000)];
                let state = IndexState { done, of, more: self.dice.chance(2) };
                Fact::Indexed(self.or_trouble(|_| state))
            }
            0 => Fact::MoreFound {
                generation,
                offset: model.search.paging.map_or(self.dice.below(900), |paging| paging.offset),
                result: self.or_trouble(|storm| storm.page(model.quantity)),
            },
            1 => {
                let counts = Counts {
                    total: self.dice.next() as usize >> self.dice.below(64),
                    ads_hidden: self.maybe(|storm| storm.dice.below(100)),
                    cached: self.dice.next() as usize >> self.dice.below(64),
                };
                Fact::Counted { generation, result: self.or_trouble(|_| counts) }
            }
            2 => Fact::Faceted { generation, result: self.or_trouble(|storm| storm.facets(model)) },
            3 => {
                let tiers = [Tier::Word, Tier::Part, Tier::Pinyin, Tier::Mine, Tier::Supplier, Tier::Near];
                let parts = [WhyPart::Sales, WhyPart::Repeat, WhyPart::Factory, WhyPart::Freshness];
                let why = Why {
                    tier: *self.dice.pick(&tiers),
                    score: self.dice.next() as i64 >> self.dice.below(64),
                    parts: parts.map(|part| (part, self.dice.next() as i64 >> self.dice.below(64))).to_vec(),
                    closeness: self.dice.next() as i64 >> 50,
                };
                let rows = &model.search.page.rows;
                let key = rows.get(self.dice.below(rows.len())).map(|row| row.offer.key.clone());
                let why = self.maybe(|_| Box::new(why));
                Fact::Explained { key: key.unwrap_or(OfferKey::Market(1)), result: self.or_trouble(|_| why) }
            }
            _ => {
                let all = (0..self.dice.below(30))
                    .map(|_| CategoryCount {
                        id: self.dice.next() as i64,
                        name: self.clean(),
                        name_en: self.maybe(Self::clean),
                        above: self.maybe(|storm| (storm.clean(), None)),
                        depth: self.dice.below(90),
                        count: self.dice.next() as usize,
                    })
                    .collect();
                Fact::CategoriesRead(self.or_trouble(|_| Arc::new(all)))
            }
        }
    }
}
