//! Finding substitutes in the catalog: a few short searches for each level, judged by what the titles and attributes
//! have in common, ranked by the domain. Nothing is asked of the market.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::saved::write_file;
use super::{Desk, DeskError};
use crate::domain::factory;
use crate::domain::freight::Destination;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::mark::Marks;
use crate::domain::offer::Offer;
use crate::domain::search::{SearchRequest, Sort};
use crate::domain::substitute::noun::{self, Known, Names, Noun};
use crate::domain::substitute::rules::{self, RuleLine};
use crate::domain::substitute::words::{self, TitleCounts};
use crate::domain::substitute::{
    ALIKE_ALONE_FROM, ALIKE_FROM, ALIKE_VAGUE_FROM, Candidate, Level, Present, Rule, Substitutes, ranked,
};
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;
use crate::domain::written::FileTrouble;
use crate::ledger::Edit;
use crate::query::fold::fold;
use crate::query::{Field, Is, Op, Query, Term};

/// Rows of one search.
const EACH: usize = 60;
/// Rows of the list; nobody reads more.
const MOST: usize = 60;
/// Searches that tell the category of a title that names none, and rows of each.
const VOTES: usize = 6;
const VOTERS: usize = 20;
/// Words a rule leads to that are looked for.
const MOST_TARGETS: usize = 8;
/// Largest rule file that is read, bytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// Names of one thing that are looked for.
const MOST_NAMES: usize = 4;

/// The files of rules, and those that ship.
const FILES: [(&str, &str); 3] = [
    ("brands.txt", include_str!("../../assets/substitutes/brands.txt")),
    ("purposes.txt", include_str!("../../assets/substitutes/purposes.txt")),
    ("nouns.txt", noun::NAMES),
];

/// The rules of one file.
struct Rules {
    name: String,
    lines: Vec<RuleLine>,
}

/// The files, read.
struct Read {
    brands: Rules,
    purposes: Rules,
    names: Cow<'static, Names>,
    mistakes: Vec<FileTrouble>,
}

impl Desk {
    /// What could stand in the place of `present`, from the catalog alone; best first.
    pub fn substitutes(&self, present: &Present) -> Result<Substitutes, DeskError> {
        let (destination, marks) = (self.destination()?, self.marks()?);
        let Read { brands, purposes, names, mistakes } = self.substitute_rules();
        let mut present = present.clone();
        if present.offer.is_none() {
            // Gone from sale, but the catalog may remember what it was.
            present.offer = self.offer(&present.key)?.map(Arc::new);
        }
        let title = fold(present.title.as_str());
        let category = match present.category_id() {
            Some(category) => Some(category),
            None => self.category_of_title(&title, &marks)?,
        };
        let counts = self.parts.catalog.title_counts(&title, category)?;
        let noun = names.noun(&title, &counts);
        let search = Search { desk: self, present: &present, destination: &destination, marks: &marks };
        let mut finder = Finder { search, title, category, counts, names: &names, noun, found: Vec::new() };
        finder.brands(&brands)?;
        finder.same()?;
        finder.purposes(&purposes)?;
        let Finder { mut found, .. } = finder;
        self.tell_factories(&mut found)?;
        let mut rows = ranked(&present, found, &destination);
        rows.truncate(MOST);
        Ok(Substitutes { rows, mistakes })
    }

    /// Puts a substitute in the place of a cart line: same position, same quantity, one step of undo.
    pub fn cart_swap(
        &self,
        line: LineId,
        key: &OfferKey,
        spec: Option<&SpecId>,
    ) -> Result<LineId, DeskError> {
        let offer = Box::new(self.offer(key)?.ok_or_else(|| DeskError::NoOffer(key.clone()))?);
        let edit = Edit::Swap { line, offer, spec_id: spec.cloned() };
        let lines = self.edit("substitute", &[edit])?;
        lines.first().copied().ok_or(DeskError::NoLine(line))
    }

    /// Folder of the buyer's own rule files.
    fn substitute_folder(&self) -> PathBuf {
        self.parts.searches.with_file_name("substitutes")
    }

    /// Puts copies of the shipped files where the buyer may edit them; one that is there stays. Where they lie.
    pub fn copy_substitute_rules(&self) -> Result<Vec<PathBuf>, DeskError> {
        let folder = self.substitute_folder();
        let mut paths = Vec::new();
        for (name, preset) in FILES {
            let path = folder.join(name);
            if !path.exists() {
                write_file(&folder, &path, preset)
                    .map_err(|error| FileTrouble::new(&path, 0, &error.to_string()))?;
            }
            paths.push(path);
        }
        Ok(paths)
    }

    /// Brand rules, purpose rules and names of goods: the buyer's where there is a file, else the shipped ones; and each
    /// line that cannot be used.
    fn substitute_rules(&self) -> Read {
        let folder = self.substitute_folder();
        let mut mistakes = Vec::new();
        let [brands, purposes, nouns] = FILES.map(|(name, preset)| {
            let path = folder.join(name);
            let text = match read_text(&path) {
                Ok(text) => text.unwrap_or_else(|| preset.to_owned()),
                Err(trouble) => {
                    mistakes.push(trouble);
                    String::new()
                }
            };
            (name, path, text)
        });
        let mut told = |path: &Path, bad: Vec<(u64, rules::BadRule)>| {
            mistakes.extend(bad.iter().map(|(line, bad)| FileTrouble::new(path, *line, &bad.to_string())));
        };
        let [brands, purposes] = [brands, purposes].map(|(name, path, text)| {
            let (lines, bad) = rules::read(&text);
            told(&path, bad);
            Rules { name: name.to_owned(), lines }
        });
        let (things, bad) = rules::read_names(&nouns.2);
        told(&nouns.1, bad);
        let names = if nouns.2 == noun::NAMES {
            Cow::Borrowed(Names::shipped())
        } else {
            let fold = |names: &Vec<Clean>| names.iter().map(|name| fold(name.as_str())).collect();
            Cow::Owned(Names::new(things.iter().map(fold).collect()))
        };
        Read { brands, purposes, names, mistakes }
    }

    /// The leaf category that titles with the rarest words of this one are in; `None` where they do not agree.
    fn category_of_title(&self, title: &str, marks: &Arc<Marks>) -> Result<Option<i64>, DeskError> {
        let counts = self.parts.catalog.title_counts(title, None)?;
        let mut rare: Vec<(u64, String)> = words::pairs(title)
            .filter_map(|pair| {
                let (_, everywhere) = counts.pairs.get(&pair).copied()?;
                (everywhere > 2).then(|| (everywhere, String::from_iter([pair.0, pair.1])))
            })
            .collect();
        rare.sort();
        rare.dedup();
        // Every word has one vote, in thousandths: that a material stands in many titles makes it no better a witness.
        let mut votes: HashMap<i64, usize> = HashMap::new();
        let mut all = 0;
        for (_, word) in rare.into_iter().take(VOTES) {
            let query = Query { terms: vec![holds(Is::Text(word))], ..Query::default() };
            let request =
                SearchRequest { text: query.to_string(), limit: VOTERS, ..SearchRequest::default() };
            let page = self.parts.catalog.search_marked(&request, &Destination::default(), marks)?;
            let share = 1_000 / page.rows.len().max(1);
            for category in page.rows.iter().filter_map(|row| row.offer.category_id) {
                *votes.entry(category).or_default() += share;
                all += share;
            }
        }
        let most = votes.into_iter().max_by_key(|(category, count)| (*count, std::cmp::Reverse(*category)));
        Ok(most.filter(|(_, count)| count * 5 >= all * 2).map(|(category, _)| category))
    }

    /// How sure one can be that the sellers make what they sell: by all their offers, else by this one.
    fn tell_factories(&self, found: &mut [Candidate]) -> Result<(), DeskError> {
        let sellers: HashSet<_> =
            found.iter().filter_map(|candidate| candidate.offer.supplier_id.clone()).collect();
        let sure = self.parts.catalog.confidences(&sellers)?;
        for candidate in found {
            let seller = candidate.offer.supplier_id.as_ref();
            let known = seller.and_then(|id| sure.get(id)).copied();
            candidate.factory = known.or_else(|| factory::of_offer(&candidate.offer));
        }
        Ok(())
    }
}

/// The text of a file of the buyer's; `None` = there is none.
fn read_text(path: &Path) -> Result<Option<String>, FileTrouble> {
    let told = |error: &dyn std::fmt::Display| FileTrouble::new(path, 0, &error.to_string());
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(&error)),
    };
    let mut text = String::new();
    file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(|error| told(&error))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(told(&"larger than 1 MB"));
    }
    Ok(Some(text))
}

fn holds(is: Is) -> Term {
    Term { negated: false, is }
}

/// Searches for one present line.
struct Search<'a> {
    desk: &'a Desk,
    present: &'a Present,
    destination: &'a Destination,
    marks: &'a Arc<Marks>,
}

impl Search<'_> {
    /// Offers that meet these terms: the best ranked, and the cheapest of those that can be bought at the quantity
    /// and cost about as much as the present one. What stands for another word (a slip of the pen) is none.
    fn offers(&self, terms: &[Term], level: Level) -> Result<Vec<Arc<Offer>>, DeskError> {
        let mut offers = self.page(terms.to_vec(), Sort::Rank)?;
        let mut cheap = terms.to_vec();
        if let Some(now) = self.present.unit_price {
            let (low, high) = level.prices(now);
            for (op, price) in [(Op::AtLeast, low), (Op::AtMost, high)] {
                let value = price.yuan();
                cheap.push(holds(Is::Number { field: Field::Price, op, value, at: None }));
            }
        }
        offers.extend(self.page(cheap.clone(), Sort::Landed)?);
        if level == Level::Same {
            cheap.push(holds(Is::Identity(vec![Identity::SuperFactory])));
            offers.extend(self.page(cheap, Sort::Landed)?);
        }
        let mut seen = HashSet::new();
        offers.retain(|offer| {
            seen.insert(offer.key.clone()) && self.marks.allows(&offer.key, offer.supplier_id.as_ref())
        });
        Ok(offers)
    }

    fn page(&self, terms: Vec<Term>, sort: Sort) -> Result<Vec<Arc<Offer>>, DeskError> {
        let request = SearchRequest {
            text: Query { terms, ..Query::default() }.to_string(),
            quantity: self.present.quantity,
            sort,
            limit: EACH,
            now: Some(self.desk.now()),
            ..SearchRequest::default()
        };
        let page = self.desk.parts.catalog.search_marked(&request, self.destination, self.marks)?;
        if page.instead.is_some() {
            return Ok(Vec::new());
        }
        Ok(page.rows.into_iter().map(|row| row.offer).collect())
    }
}

/// What was found so far.
struct Finder<'a> {
    search: Search<'a>,
    /// Folded.
    title: String,
    category: Option<i64>,
    counts: TitleCounts,
    names: &'a Names,
    noun: Option<Noun>,
    found: Vec<Candidate>,
}

impl Finder<'_> {
    fn category_term(&self) -> Vec<Term> {
        self.category.map(|id| holds(Is::Category(vec![id.to_string()]))).into_iter().collect()
    }

    /// How alike an offer is, with all that tells so.
    fn judged(&self, offer: Arc<Offer>, level: Level, rule: Option<Rule>) -> Candidate {
        let (titles, shared) = words::title_alike(&self.title, &fold(offer.title.as_str()), &self.counts);
        let own = self.search.present.offer.as_ref().map_or(&[][..], |offer| offer.attributes.as_slice());
        let attributes = words::attributes_alike(own, &offer.attributes, &fold);
        Candidate {
            alike: words::alike(titles, attributes),
            shared: shared.iter().map(|word| Clean::new(word)).collect(),
            attributes,
            level,
            rule,
            factory: None,
            offer,
        }
    }

    /// Whether an offer's title calls the goods as the present one's does.
    fn is_called_alike(&self, offer: &Offer) -> Option<bool> {
        let noun = self.noun.as_ref()?;
        Some(self.names.is_called(&fold(offer.title.as_str()), noun))
    }

    /// Whether it is the same kind of thing: called the same, with enough besides.
    fn is_same_kind(&self, candidate: &Candidate) -> bool {
        let least = match self.noun.as_ref().map(|noun| noun.known) {
            None => ALIKE_ALONE_FROM,
            Some(Known::Vague) => ALIKE_VAGUE_FROM,
            Some(_) => ALIKE_FROM,
        };
        candidate.alike >= least && self.is_called_alike(&candidate.offer).unwrap_or(true)
    }

    /// The same goods of other suppliers.
    fn same(&mut self) -> Result<(), DeskError> {
        let mut asked: Vec<Vec<Term>> = Vec::new();
        match (&self.noun, self.category) {
            (Some(noun), _) => {
                for name in self.names.names(noun).into_iter().take(MOST_NAMES) {
                    let mut terms = self.category_term();
                    terms.push(holds(Is::Text(name.to_owned())));
                    asked.push(terms);
                }
            }
            (None, Some(_)) => asked.push(self.category_term()),
            // Neither is known: whoever says its rarest words.
            (None, None) => {
                let mut rare: Vec<(u64, String)> = words::pairs(&self.title)
                    .filter_map(|pair| {
                        let (_, everywhere) = self.counts.pairs.get(&pair).copied()?;
                        (everywhere > 0).then(|| (everywhere, String::from_iter([pair.0, pair.1])))
                    })
                    .collect();
                rare.sort();
                rare.dedup();
                asked.extend(rare.into_iter().take(3).map(|(_, word)| vec![holds(Is::Text(word))]));
            }
        }
        let mut seen = HashSet::new();
        for terms in asked {
            for offer in self.search.offers(&terms, Level::Same)? {
                if !seen.insert(offer.key.clone()) {
                    continue;
                }
                let candidate = self.judged(offer, Level::Same, None);
                if self.is_same_kind(&candidate) {
                    self.found.push(candidate);
                }
            }
        }
        Ok(())
    }

    /// Domestic brands for the foreign one of the present title: same category, same noun, attributes that do not
    /// speak against it.
    fn brands(&mut self, brands: &Rules) -> Result<(), DeskError> {
        let own = self.search.present.offer.as_ref();
        let told = own.iter().flat_map(|offer| &offer.attributes);
        let named = told.filter(|attribute| attribute.name.as_str().contains("品牌"));
        let brand: Vec<String> = named.map(|attribute| fold(attribute.value.as_str())).collect();
        let text = format!("{} {}", self.title, brand.join(" "));
        for (target, rule) in targets(brands, &text) {
            let mut terms = self.category_term();
            terms.extend(target.split_whitespace().map(|word| holds(Is::Text(word.to_owned()))));
            for offer in self.search.offers(&terms, Level::Brand)? {
                let candidate = self.judged(offer, Level::Brand, Some(rule.clone()));
                let (agree, both) = candidate.attributes;
                let has_noun = self.is_called_alike(&candidate.offer).unwrap_or(true);
                if has_noun && agree * 2 >= both && (self.category.is_some() || self.is_same_kind(&candidate))
                {
                    self.found.push(candidate);
                }
            }
        }
        Ok(())
    }

    /// Other goods for the same purpose, as the buyer wrote them down.
    fn purposes(&mut self, purposes: &Rules) -> Result<(), DeskError> {
        for (target, rule) in targets(purposes, &self.title) {
            // The present one is such goods already.
            if says(&self.title, &target) {
                continue;
            }
            let terms: Vec<Term> =
                target.split_whitespace().map(|word| holds(Is::Text(word.to_owned()))).collect();
            for offer in self.search.offers(&terms, Level::Purpose)? {
                let candidate = self.judged(offer, Level::Purpose, Some(rule.clone()));
                self.found.push(candidate);
            }
        }
        Ok(())
    }
}

/// What the rules lead to from a folded text: each folded target with its rule, in the order of the file.
fn targets(rules: &Rules, text: &str) -> Vec<(String, Rule)> {
    let mut all: Vec<(String, Rule)> = Vec::new();
    for line in &rules.lines {
        let Some(from) = line.from.iter().find(|name| says(text, &fold(name.as_str()))) else { continue };
        for to in line.to.iter().flatten() {
            let target = fold(to.as_str());
            if all.len() < MOST_TARGETS && !all.iter().any(|(known, _)| *known == target) {
                let at = Clean::new(&format!("{}:{}", rules.name, line.line));
                all.push((target, Rule { from: from.clone(), to: to.clone(), at }));
            }
        }
    }
    all
}

/// Whether a folded text says all words of a folded name. A word of letters and digits stands alone: lee is not in
/// sleep.
fn says(text: &str, name: &str) -> bool {
    name.split_whitespace().all(|word| {
        if word.chars().all(|c| c.is_ascii_alphanumeric()) {
            text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| run == word)
        } else {
            text.contains(word)
        }
    })
}

#[cfg(test)]
#[path = "substitute_tests.rs"]
mod tests;
