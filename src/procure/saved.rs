//! Saved searches: the text files of the folder `searches/` (and any a colleague mailed), the zones that ship with
//! the program, and what changed among their hits since the buyer last looked.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Desk, DeskError};
use crate::catalog::history::Look;
use crate::domain::id::OfferKey;
use crate::domain::offer::Offer;
use crate::domain::price::row_price;
use crate::domain::quantity::Quantity;
use crate::domain::saved::{BadName, Changes, Hits, SavedName, SavedSearch, SeenPrice, Written};
use crate::domain::search::{Cancel, SearchRequest};
use crate::domain::text::Clean;
use crate::domain::written::nearest;
use crate::query::{Query, Wrong};

/// The zones, by the same code as the buyer's own files.
const ZONES: [(&str, &str); 8] = [
    ("yiwu-small", include_str!("../../assets/zones/yiwu-small.toml")),
    ("nantong-textile", include_str!("../../assets/zones/nantong-textile.toml")),
    ("foshan-tiles", include_str!("../../assets/zones/foshan-tiles.toml")),
    ("yongkang-cups", include_str!("../../assets/zones/yongkang-cups.toml")),
    ("zhili-kids", include_str!("../../assets/zones/zhili-kids.toml")),
    ("chenghai-toys", include_str!("../../assets/zones/chenghai-toys.toml")),
    ("guzhen-lamps", include_str!("../../assets/zones/guzhen-lamps.toml")),
    ("small-first", include_str!("../../assets/zones/small-first.toml")),
];

/// Largest file that is read as a saved search, bytes.
const MOST_BYTES: u64 = 64 * 1024;
/// Most files of the folder that are read.
const MOST_FILES: usize = 1000;
/// Listings read from the catalog at once.
const CHUNK: usize = 1000;

/// Why a saved search could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// A file has a mistake in it.
    #[error("{}{}: {message}", path.display(), at(*line))]
    File {
        /// The file.
        path: PathBuf,
        /// 1-based line; 0 = the file as a whole.
        line: usize,
        /// What is wrong, with a suggestion where there is one.
        message: String,
    },
    /// There is none of this name.
    #[error("no saved search is called {name}")]
    Unknown {
        /// As asked for.
        name: Clean,
        /// What was probably meant.
        near: Option<SavedName>,
    },
    /// The name cannot be one.
    #[error("{0}")]
    Name(#[from] BadName),
    /// The query has a mistake in it.
    #[error("{0}")]
    Query(String),
    /// Another search has that name.
    #[error("a saved search is called {0} already")]
    Taken(SavedName),
    /// It is no file of the buyer's.
    #[error("{0} comes with the program")]
    Zone(SavedName),
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
}

/// A saved search as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The search.
    pub search: SavedSearch,
    /// Whether it ships with the program.
    pub is_zone: bool,
    /// Its file, where it has one of the buyer's.
    pub path: Option<PathBuf>,
    /// When all its hits were last looked at on this market.
    pub looked_at: Option<Timestamp>,
}

/// All saved searches, and the files that are none.
#[derive(Debug, Default)]
pub struct SavedList {
    /// The buyer's by name, then the zones in their order.
    pub searches: Vec<Listed>,
    /// Files of the folder that could not be read.
    pub bad: Vec<SavedError>,
}

/// A hit that changed, with its listing as far as the catalog has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The offer.
    pub key: OfferKey,
    /// The listing; `None` = the catalog forgot it.
    pub offer: Option<Offer>,
    /// Price at the last look; `None` = it was no hit.
    pub old: Option<SeenPrice>,
    /// Price now; `None` = it is no hit.
    pub new: Option<SeenPrice>,
}

/// What changed since the last look. Nothing is kept until [`Desk::keep_look`].
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeReport {
    /// Quantity everything is priced at.
    pub quantity: Quantity,
    /// When the last look was; `None` = this is the first at this query and quantity, and nothing can differ.
    pub since: Option<Timestamp>,
    /// Hits not there before.
    pub new: Vec<Changed>,
    /// Hits no longer there: off the shelf, or another answer to the query.
    pub gone: Vec<Changed>,
    /// Hits at another price.
    pub repriced: Vec<Changed>,
    /// This look.
    pub look: Look,
}

impl Desk {
    /// The buyer's saved searches and the zones.
    pub fn saved_searches(&self) -> Result<SavedList, DeskError> {
        let mut list = SavedList::default();
        for path in self.saved_files()? {
            match read_file(&path) {
                Ok(search) => {
                    let known = list.searches.iter().find(|known| known.search.name == search.name);
                    if let Some(known) = known.and_then(|known| known.path.as_ref()) {
                        let message = format!("{} is the name of {}, too", search.name, known.display());
                        list.bad.push(SavedError::File { path, line: 1, message });
                        continue;
                    }
                    list.searches.push(Listed { search, is_zone: false, path: Some(path), looked_at: None });
                }
                Err(error) => list.bad.push(error),
            }
        }
        list.searches.sort_by(|a, b| a.search.name.cmp(&b.search.name));
        for zone in zones() {
            // A search of the buyer's takes the place of a zone of its name.
            if !list.searches.iter().any(|known| known.search.name == zone.name) {
                list.searches.push(Listed { search: zone, is_zone: true, path: None, looked_at: None });
            }
        }
        let looked: HashMap<String, Timestamp> =
            self.parts.history.looked(&self.parts.market_id)?.into_iter().collect();
        for listed in &mut list.searches {
            listed.looked_at = looked.get(listed.search.name.as_str()).copied();
        }
        Ok(list)
    }

    /// A saved search by its name, or by the path of a file anywhere (with a slash in it, or ending in .toml).
    pub fn saved_search(&self, name: &str) -> Result<SavedSearch, DeskError> {
        if name.contains(['/', '\\']) || name.to_lowercase().ends_with(".toml") {
            return Ok(read_file(Path::new(name))?);
        }
        let list = self.saved_searches()?;
        if let Some(found) = list.searches.iter().find(|listed| listed.search.name.as_str() == name.trim()) {
            return Ok(found.search.clone());
        }
        // The file of that name has a mistake in it: that is what has to be told.
        let file = format!("{}.toml", name.trim());
        let broken = list.bad.into_iter().find(|error| match error {
            SavedError::File { path, .. } => path.file_name().is_some_and(|name| name == file.as_str()),
            _ => false,
        });
        if let Some(broken) = broken {
            return Err(broken.into());
        }
        let names = list.searches.iter().map(|listed| listed.search.name.as_str());
        let near = nearest(name.trim(), names).and_then(|near| SavedName::new(near).ok());
        Err(SavedError::Unknown { name: Clean::capped(name, 60), near }.into())
    }

    /// Keeps a search as a file of the folder; where it lies. A different one of that name is only replaced when
    /// `replace` says so.
    pub fn save_search(&self, search: &SavedSearch, replace: bool) -> Result<PathBuf, DeskError> {
        if let Some(mistake) = mistake(search.query.as_str()) {
            return Err(SavedError::Query(mistake).into());
        }
        let list = self.saved_searches()?;
        let same = list.searches.iter().find(|known| known.search.name == search.name && !known.is_zone);
        if let Some(known) = same
            && known.search != *search
            && !replace
        {
            return Err(SavedError::Taken(search.name.clone()).into());
        }
        let folder = &self.parts.searches;
        let path = match same.and_then(|known| known.path.clone()) {
            Some(path) => path,
            None => {
                let path = folder.join(search.name.file());
                // A file of that name that cannot be read is somebody's work all the same.
                if path.exists() && !replace {
                    return Err(SavedError::Taken(search.name.clone()).into());
                }
                // What was seen by one of this name that was deleted was seen by another.
                self.parts.history.forget_looks(&search.name)?;
                path
            }
        };
        write_file(folder, &path, &search.to_toml()).map_err(|error| file_error(&path, &error))?;
        Ok(path)
    }

    /// Brings back a saved search that was deleted, with what was seen the last time it was looked at.
    pub fn restore_search(&self, search: &SavedSearch) -> Result<PathBuf, DeskError> {
        let list = self.saved_searches()?;
        let path = self.parts.searches.join(search.name.file());
        if path.exists()
            || list.searches.iter().any(|known| known.search.name == search.name && !known.is_zone)
        {
            return Err(SavedError::Taken(search.name.clone()).into());
        }
        write_file(&self.parts.searches, &path, &search.to_toml())
            .map_err(|error| file_error(&path, &error))?;
        Ok(path)
    }

    /// Deletes the file of a saved search; what it was, so that it can be brought back. The last look at it stays until
    /// another takes the name.
    pub fn forget_search(&self, name: &str) -> Result<SavedSearch, DeskError> {
        let list = self.saved_searches()?;
        let found = list.searches.into_iter().find(|listed| listed.search.name.as_str() == name.trim());
        let Some(found) = found else {
            // The same words as for one that was to be read.
            return Err(match self.saved_search(name) {
                Err(error) => error,
                Ok(_) => SavedError::Unknown { name: Clean::capped(name, 60), near: None }.into(),
            });
        };
        let Some(path) = found.path else { return Err(SavedError::Zone(found.search.name).into()) };
        std::fs::remove_file(&path).map_err(|error| file_error(&path, &error))?;
        Ok(found.search)
    }

    /// What changed among all hits of a saved search since the last look, priced at `quantity`.
    pub fn changes(&self, search: &SavedSearch, quantity: Quantity) -> Result<ChangeReport, DeskError> {
        let before = self.parts.history.look(&self.parts.market_id, &search.name)?;
        let mut look = self.take_look(search, quantity)?;
        // Another query, or prices at another quantity, cannot be compared.
        let before = before.filter(|old| old.query == look.query && old.quantity == quantity);
        let mut changes = match &before {
            Some(old) => Changes::between(&old.hits, &look.hits),
            None => Changes::default(),
        };
        if self.never_filled()? && !changes.gone.is_empty() {
            // A catalog that was emptied or set aside says nothing of what it does not hold yet: that stays as it was seen.
            let keys: Vec<OfferKey> = changes.gone.iter().map(|(key, _)| key.clone()).collect();
            let held = self.parts.catalog.offers(&keys)?;
            let mut seen = look.hits.as_slice().to_vec();
            let gone = std::mem::take(&mut changes.gone).into_iter().zip(held);
            for ((key, old), held) in gone {
                match held {
                    Some(_) => changes.gone.push((key, old)),
                    None => seen.push((key, old)),
                }
            }
            look.hits = Hits::new(seen);
        }
        Ok(ChangeReport {
            quantity,
            since: before.map(|old| old.at),
            new: self.listed(changes.new.into_iter().map(|(key, new)| (key, None, Some(new))).collect())?,
            gone: self.listed(changes.gone.into_iter().map(|(key, old)| (key, Some(old), None)).collect())?,
            repriced: self.listed(
                changes.repriced.into_iter().map(|(key, old, new)| (key, Some(old), Some(new))).collect(),
            )?,
            look,
        })
    }

    /// Remembers this look as the last one, in one transaction.
    pub fn keep_look(&self, name: &SavedName, look: &Look) -> Result<(), DeskError> {
        Ok(self.parts.history.set_look(&self.parts.market_id, name, look)?)
    }

    /// All hits of a saved search now.
    pub fn take_look(&self, search: &SavedSearch, quantity: Quantity) -> Result<Look, DeskError> {
        let at = self.read_at();
        let request = SearchRequest { text: search.query.to_string(), quantity, ..SearchRequest::default() };
        let keys = self.all_hits(&request)?;
        let mut hits: Vec<(OfferKey, SeenPrice)> = Vec::with_capacity(keys.len());
        for keys in keys.chunks(CHUNK) {
            for offer in self.parts.catalog.offers(keys)?.into_iter().flatten() {
                let price = row_price(&offer, quantity);
                let seen = SeenPrice { unit_price: price.least, unit_price_max: price.greatest };
                hits.push((offer.key, seen));
            }
        }
        Ok(Look { at, query: request.text, quantity, hits: Hits::new(hits) })
    }

    /// Every offer that meets a request, whatever its limit.
    pub(super) fn all_hits(&self, request: &SearchRequest) -> Result<Vec<OfferKey>, DeskError> {
        let request = &SearchRequest { now: request.now.or_else(|| Some(self.now())), ..request.clone() };
        let keys = self.parts.catalog.rows_matching(request, &self.marks()?, &Cancel::default())?;
        Ok(keys.unwrap_or_default())
    }

    fn listed(
        &self,
        rows: Vec<(OfferKey, Option<SeenPrice>, Option<SeenPrice>)>,
    ) -> Result<Vec<Changed>, DeskError> {
        let keys: Vec<OfferKey> = rows.iter().map(|(key, _, _)| key.clone()).collect();
        let offers = self.parts.catalog.offers(&keys)?;
        let rows = rows.into_iter().zip(offers);
        Ok(rows.map(|((key, old, new), offer)| Changed { key, offer, old, new }).collect())
    }

    /// The files of the folder, by name.
    fn saved_files(&self) -> Result<Vec<PathBuf>, DeskError> {
        let folder = &self.parts.searches;
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file_error(folder, &error).into()),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| file_error(folder, &error))?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.extension().is_some_and(|extension| extension == "toml") && !hidden {
                files.push(path);
            }
        }
        files.sort();
        files.truncate(MOST_FILES);
        Ok(files)
    }
}

/// The zones that ship with the program. One that could not be read would fail the test below.
pub fn zones() -> impl Iterator<Item = SavedSearch> {
    ZONES.iter().filter_map(|(stem, text)| SavedSearch::parse(text, stem).ok()).map(|written| written.search)
}

fn file_error(path: &Path, error: &std::io::Error) -> SavedError {
    SavedError::File { path: path.to_owned(), line: 0, message: error.to_string() }
}

fn read_file(path: &Path) -> Result<SavedSearch, SavedError> {
    let fail = |line, message: String| SavedError::File { path: path.to_owned(), line, message };
    let file = std::fs::File::open(path).map_err(|error| file_error(path, &error))?;
    if !file.metadata().map_err(|error| file_error(path, &error))?.is_file() {
        return Err(fail(0, "is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| file_error(path, &error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(fail(0, format!("larger than {MOST_BYTES} bytes: this is no saved search")));
    }
    let text = str::from_utf8(&bytes).map_err(|error| {
        let breaks = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        fail(breaks + 1, "not UTF-8 text: save the file as UTF-8".to_owned())
    })?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let Written { search, query_line } =
        SavedSearch::parse(text, &stem).map_err(|bad| fail(bad.line, bad.message))?;
    match mistake(search.query.as_str()) {
        Some(mistake) => Err(fail(query_line, format!("query: {mistake}"))),
        None => Ok(search),
    }
}

/// The first mistake of a query, and what was expected.
fn mistake(query: &str) -> Option<String> {
    let parsed = Query::parse(query);
    let problem = parsed.problems.first()?;
    let typed: String =
        query.chars().skip(problem.at.start).take(problem.at.end.saturating_sub(problem.at.start)).collect();
    let expected = match &problem.kind {
        Wrong::NotANumber { like } => format!("a number was expected, as in {like}"),
        Wrong::NotAQuantity { like } => format!("a quantity was expected, as in {like}"),
        Wrong::NotOneOf(words) => {
            match nearest(typed.rsplit([':', '=']).next().unwrap_or_default(), words.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("one of {} was expected", words.join(", ")),
            }
        }
        Wrong::OpenQuote => "a quotation mark has no pair".to_owned(),
        Wrong::NoValue { like } => format!("a value was expected, as in {like}"),
        Wrong::WrongSign { like } => format!("another sign was expected, as in {like}"),
        Wrong::TooMany => "there are too many terms".to_owned(),
        Wrong::TooLong => "there is more than is read".to_owned(),
        Wrong::NotAnOffer { like } => format!("the number of an offer was expected, as in {like}"),
        Wrong::NoOr => "there is no OR: commas separate alternatives, as in belt:义乌,永康".to_owned(),
        Wrong::NoOfferInLink => "this link names no offer".to_owned(),
    };
    Some(format!("{:?}: {expected}", Clean::capped(&typed, 60).as_str()))
}

/// Writes a file whole or not at all; the folder is made where it is missing.
pub(super) fn write_file(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
#[path = "saved_tests.rs"]
pub(super) mod tests;
