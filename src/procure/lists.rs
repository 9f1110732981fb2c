//! Buying lists as files of the folder `lists/`, and the plan: the cart as canonical text that is reviewed and applied.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::cart::CartView;
use super::reorder::times;
use super::saved::write_file;
use super::{Desk, DeskError};
use crate::domain::cart::PricedLine;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::list::{
    BuyList, Difference, ListLine, beijing_day, days_over, differences, read_key, without_comment, write_key,
};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;
use crate::domain::saved::SavedName;
use crate::domain::text::Clean;
use crate::domain::written::{FileTrouble, nearest};
use crate::ledger::Edit;

/// Largest file that is read as a list or a plan, bytes.
const MOST_BYTES: u64 = 2 * 1024 * 1024;
/// Most files of the folder that are read.
const MOST_FILES: usize = 1000;
/// Ending of a list's file.
const ENDING: &str = "txt";

/// A list, its file and when it is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The list.
    pub list: BuyList,
    /// Its file.
    pub path: PathBuf,
    /// The day it was last put into the cart.
    pub bought: Option<Date>,
    /// The next day it is due.
    pub due: Option<Date>,
    /// Days after that; below zero before it.
    pub days_over: Option<i64>,
}

/// What putting a list into the cart did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// Lines of the cart it went to.
    pub added: Vec<LineId>,
    /// Lines that are not in the catalog, or no longer on sale.
    pub missing: Vec<ListLine>,
}

/// A change a plan makes.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanChange {
    /// The line; `None` = it is added.
    pub line_id: Option<LineId>,
    /// Offer.
    pub offer_id: OfferKey,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Units before.
    pub from: Quantity,
    /// Units after.
    pub to: Quantity,
}

/// Why a plan is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Stale {
    /// It is of another market.
    Market(Clean),
    /// The cart is not the one the plan was written from.
    Cart,
    /// A price moved since.
    Price {
        /// Offer and SKU as the plan writes them.
        key: Clean,
        /// In the plan, yuan.
        old: Option<Money>,
        /// Today, yuan.
        new: Option<Money>,
    },
    /// What it adds is not in the catalog, or no longer on sale.
    Gone(Clean),
}

/// What applying a plan did, or why it did nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Applied {
    /// What was changed, one step of undo.
    pub changes: Vec<PlanChange>,
    /// Why it was refused: then nothing was changed.
    pub stale: Vec<Stale>,
}

impl Desk {
    fn list_folder(&self) -> PathBuf {
        self.parts.searches.with_file_name("lists")
    }

    /// All lists by name, and the files that are none.
    pub fn lists(&self) -> Result<(Vec<Listed>, Vec<FileTrouble>), DeskError> {
        let folder = self.list_folder();
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Default::default()),
            Err(error) => return Err(FileTrouble::new(&folder, 0, &error.to_string()).into()),
        };
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| {
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            !hidden && path.extension().is_some_and(|ending| ending == ENDING)
        });
        files.sort();
        files.truncate(MOST_FILES);
        let mut listed: Vec<Listed> = Vec::new();
        let mut bad = Vec::new();
        for path in files {
            match read_list(&path) {
                Ok(list) if listed.iter().any(|known| known.list.name == list.name) => {
                    bad.push(FileTrouble::new(&path, 0, "another list has this name"));
                }
                Ok(list) => listed.push(self.as_listed(list, path)?),
                Err(trouble) => bad.push(trouble),
            }
        }
        listed.sort_by(|one, two| one.list.name.cmp(&two.list.name));
        Ok((listed, bad))
    }

    fn as_listed(&self, list: BuyList, path: PathBuf) -> Result<Listed, DeskError> {
        let bought = self.parts.ledger.meta(&self.bought_key(&list.name))?.and_then(|day| day.parse().ok());
        let due = list.due(bought);
        let days_over = due.map(|due| days_over(due, beijing_day(self.now())));
        Ok(Listed { list, path, bought, due, days_over })
    }

    fn bought_key(&self, name: &SavedName) -> String {
        format!("list_bought:{}:{}", self.parts.market_id, name.as_str())
    }

    /// A list by its name, or by the path of a file anywhere (with a slash in it, or ending in .txt).
    pub fn list(&self, name: &str) -> Result<Listed, DeskError> {
        if name.contains(['/', '\\']) || name.to_lowercase().ends_with(".txt") {
            let path = Path::new(name);
            return self.as_listed(read_list(path)?, path.to_owned());
        }
        let (lists, bad) = self.lists()?;
        if let Some(found) = lists.iter().find(|listed| listed.list.name.as_str() == name.trim()) {
            return Ok(found.clone());
        }
        let file = format!("/{}.{ENDING}", name.trim());
        if let Some(broken) = bad.into_iter().find(|bad| bad.at.as_str().contains(&file)) {
            return Err(broken.into());
        }
        let near = nearest(name.trim(), lists.iter().map(|listed| listed.list.name.as_str()));
        Err(DeskError::NoList { name: Clean::capped(name, 60), near: near.map(Clean::new) })
    }

    /// The lines of the cart as those of a list.
    pub fn cart_as_list(&self) -> Result<Vec<ListLine>, DeskError> {
        let cart = self.cart()?;
        Ok(lines_of(&cart).map(list_line).collect())
    }

    /// Keeps the cart as a list. One of that name keeps what else it says: its period, its first day, its note.
    pub fn save_cart_as(&self, name: &SavedName, replace: bool) -> Result<PathBuf, DeskError> {
        let known = self.lists()?.0.into_iter().find(|listed| listed.list.name == *name);
        let list = BuyList::new(name.clone(), self.cart_as_list()?);
        let list = match known {
            Some(known) => BuyList { lines: list.lines, ..known.list },
            None => list,
        };
        self.save_list(&list, replace)
    }

    /// Keeps a list as a file; where it lies. A different one of that name is only replaced when `replace` says so.
    pub fn save_list(&self, list: &BuyList, replace: bool) -> Result<PathBuf, DeskError> {
        let folder = self.list_folder();
        let known = self.lists()?.0.into_iter().find(|listed| listed.list.name == list.name);
        let path = match &known {
            Some(known) => known.path.clone(),
            None => folder.join(format!("{}.{ENDING}", list.name.as_str())),
        };
        let is_other = known.is_some_and(|known| known.list != *list);
        if !replace && (is_other || (path.exists() && read_list(&path).as_ref() != Ok(list))) {
            return Err(DeskError::ListTaken(list.name.clone()));
        }
        write_file(&folder, &path, &list.to_text())
            .map_err(|error| FileTrouble::new(&path, 0, &error.to_string()))?;
        Ok(path)
    }

    /// Deletes the file of a list; what it was.
    pub fn forget_list(&self, name: &str) -> Result<Listed, DeskError> {
        let found = self.list(name)?;
        std::fs::remove_file(&found.path)
            .map_err(|error| FileTrouble::new(&found.path, 0, &error.to_string()))?;
        Ok(found)
    }

    /// Gives a list another name; when it was bought last goes with it.
    pub fn rename_list(&self, name: &str, new: &SavedName) -> Result<PathBuf, DeskError> {
        let old = self.list(name)?;
        let path = self.save_list(&BuyList { name: new.clone(), ..old.list.clone() }, false)?;
        if let Some(bought) = old.bought {
            self.parts.ledger.set_meta(&self.bought_key(new), &bought.to_string())?;
        }
        if path != old.path {
            std::fs::remove_file(&old.path)
                .map_err(|error| FileTrouble::new(&old.path, 0, &error.to_string()))?;
        }
        Ok(path)
    }

    /// Puts a list into the cart as one step of undo, `scale` sets of it; what is not on sale is named and left out.
    pub fn load_list(&self, listed: &Listed, scale: Option<Decimal>) -> Result<Loaded, DeskError> {
        let keys: Vec<OfferKey> = listed.list.lines.iter().map(|line| line.offer_id.clone()).collect();
        let mut loaded = Loaded::default();
        let mut edits = Vec::new();
        for (line, offer) in listed.list.lines.iter().zip(self.offers(&keys)?) {
            let Some(offer) = offer.filter(|offer| !offer.gone) else {
                loaded.missing.push(line.clone());
                continue;
            };
            let quantity = Desk::sets(line, Some(&offer), scale);
            edits.push(Edit::Add { offer: Box::new(offer), spec_id: line.spec_id.clone(), quantity });
        }
        if !edits.is_empty() {
            loaded.added = self.edit("list", &edits)?;
            let today = beijing_day(self.now()).to_string();
            self.parts.ledger.set_meta(&self.bought_key(&listed.list.name), &today)?;
        }
        Ok(loaded)
    }

    /// So many sets of a line, rounded up to what its unit can be counted in; the line as it is where no order is that
    /// large.
    pub fn sets(line: &ListLine, offer: Option<&Offer>, scale: Option<Decimal>) -> Quantity {
        let unit = offer.and_then(|offer| offer.unit.as_ref());
        let step = unit.map_or(Quantity::ONE, |unit| unit.step());
        scale.and_then(|scale| times(line.quantity, scale, step)).unwrap_or(line.quantity)
    }

    /// What differs between a list and the cart.
    pub fn list_diff(&self, listed: &Listed) -> Result<Vec<Difference>, DeskError> {
        Ok(differences(&listed.list.lines, &self.cart_as_list()?))
    }

    /// Adds lines to the list of that name, made where there is none: what is to be seen to later.
    pub fn note_for_later(&self, name: &SavedName, lines: Vec<ListLine>) -> Result<(), DeskError> {
        let known = self.lists()?.0.into_iter().find(|listed| listed.list.name == *name);
        let mut list = known.map_or_else(|| BuyList::new(name.clone(), []), |known| known.list);
        list.merge(lines);
        self.save_list(&list, true)?;
        Ok(())
    }

    /// The cart as canonical text: the same cart gives the same bytes.
    pub fn plan(&self) -> Result<String, DeskError> {
        let cart = self.cart()?;
        let mut text = format!(
            "# pifa plan\nmarket: {}\ncart: {}\ngoods: {}\n",
            self.parts.market_id,
            fingerprint(&cart),
            cart.assessment.goods()
        );
        let mut parts: Vec<_> = cart.assessment.parts.iter().collect();
        parts.sort_by_key(|part| part.supplier_id.clone());
        for part in parts {
            let id = part.supplier_id.as_ref().map_or("?", |id| id.as_str());
            let name = part.supplier_name.as_ref().map_or("", |name| name.as_str());
            text.push_str(&format!("\n# {id} {name}\n"));
            let mut lines: Vec<String> = part.lines.iter().map(plan_line).collect();
            lines.sort();
            for line in lines {
                text.push_str(&line);
            }
        }
        Ok(text)
    }

    /// Makes the cart what the plan says, as one step of undo; refused when the cart, or a price in it, is not what
    /// it was when the plan was written.
    pub fn apply_plan(&self, path: &Path) -> Result<Applied, DeskError> {
        let plan = read_plan(path)?;
        let cart = self.cart()?;
        let mut applied = Applied::default();
        if plan.market != self.parts.market_id.as_str() {
            applied.stale.push(Stale::Market(Clean::capped(&plan.market, 100)));
            return Ok(applied);
        }
        if plan.cart != fingerprint(&cart) {
            applied.stale.push(Stale::Cart);
            return Ok(applied);
        }
        let mut rest: HashMap<(OfferKey, Option<SpecId>), Vec<&PricedLine>> = HashMap::new();
        for priced in lines_of(&cart) {
            let line = &priced.line;
            rest.entry((line.offer.key.clone(), line.spec_id.clone())).or_default().push(priced);
        }
        let wanted: Vec<OfferKey> = plan.lines.iter().map(|line| line.offer_id.clone()).collect();
        let offers = self.offers(&wanted)?;
        let mut edits = Vec::new();
        for (line, offer) in plan.lines.into_iter().zip(offers) {
            let place = (line.offer_id.clone(), line.spec_id.clone());
            let known = rest.get_mut(&place).filter(|lines| !lines.is_empty()).map(|lines| lines.remove(0));
            let key = || Clean::new(&write_key(&line.offer_id, line.spec_id.as_ref()));
            let from = known.map_or(Quantity::ZERO, |priced| priced.line.quantity);
            if let Some(priced) = known {
                // What stands in the plan is what was shown for the cart as it was.
                if line.price != priced.unit_price {
                    applied.stale.push(Stale::Price { key: key(), old: line.price, new: priced.unit_price });
                } else if line.quantity != from {
                    edits.push(Edit::Set { line: priced.line.id, quantity: line.quantity });
                }
            } else {
                match offer.filter(|offer: &Offer| !offer.gone) {
                    Some(offer) => edits.push(Edit::Add {
                        offer: Box::new(offer),
                        spec_id: line.spec_id.clone(),
                        quantity: line.quantity,
                    }),
                    None => applied.stale.push(Stale::Gone(key())),
                }
            }
            if line.quantity != from {
                applied.changes.push(PlanChange {
                    line_id: known.map(|priced| priced.line.id),
                    offer_id: line.offer_id,
                    spec_id: line.spec_id,
                    from,
                    to: line.quantity,
                });
            }
        }
        let mut left: Vec<&PricedLine> = rest.into_values().flatten().collect();
        left.sort_by_key(|priced| priced.line.id);
        for priced in left {
            edits.push(Edit::Remove { line: priced.line.id });
            applied.changes.push(PlanChange {
                line_id: Some(priced.line.id),
                offer_id: priced.line.offer.key.clone(),
                spec_id: priced.line.spec_id.clone(),
                from: priced.line.quantity,
                to: Quantity::ZERO,
            });
        }
        if !applied.stale.is_empty() {
            applied.changes.clear();
        } else if !edits.is_empty() && self.edit("apply", &edits)?.is_empty() {
            // Another window took a line meanwhile.
            applied.changes.clear();
            applied.stale.push(Stale::Cart);
        }
        Ok(applied)
    }
}

fn lines_of(cart: &CartView) -> impl Iterator<Item = &PricedLine> {
    cart.assessment.parts.iter().flat_map(|part| &part.lines)
}

/// Title and SKU words of a line.
fn words(priced: &PricedLine) -> Clean {
    let spec = priced.line.sku().map(|sku| format!(" {}", sku.name)).unwrap_or_default();
    Clean::capped(&format!("{}{spec}", priced.line.offer.title), 200)
}

fn list_line(priced: &PricedLine) -> ListLine {
    ListLine {
        offer_id: priced.line.offer.key.clone(),
        spec_id: priced.line.spec_id.clone(),
        quantity: priced.line.quantity,
        words: words(priced),
    }
}

fn plan_line(priced: &PricedLine) -> String {
    let key = write_key(&priced.line.offer.key, priced.line.spec_id.as_ref());
    let price = priced.unit_price.map_or_else(|| "?".to_owned(), |price| price.to_string());
    format!("{key} {} {price}  # {}\n", priced.line.quantity, words(priced))
}

/// What the lines of a cart and their quantities come down to.
fn fingerprint(cart: &CartView) -> String {
    let mut lines: Vec<String> = lines_of(cart)
        .map(|priced| {
            format!(
                "{} {}\n",
                write_key(&priced.line.offer.key, priced.line.spec_id.as_ref()),
                priced.line.quantity
            )
        })
        .collect();
    lines.sort();
    Sha256::digest(lines.concat()).iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Plan {
    market: String,
    cart: String,
    lines: Vec<Step>,
}

/// One line of a plan.
struct Step {
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    quantity: Quantity,
    price: Option<Money>,
}

fn read_plan(path: &Path) -> Result<Plan, FileTrouble> {
    let text = read_text(path)?;
    let (mut market, mut cart) = (None, None);
    let mut lines: Vec<Step> = Vec::new();
    for (at, raw) in text.lines().enumerate() {
        let fail = |what: &str| FileTrouble::new(path, at as u64 + 1, what);
        let (body, _) = without_comment(raw.trim_start_matches('\u{feff}'));
        if body.is_empty() {
            continue;
        }
        match body.split_once(':') {
            Some(("market", value)) => market = Some(value.trim().to_owned()),
            Some(("cart", value)) => cart = Some(value.trim().to_owned()),
            // A sum for whoever reads it; the lines say what is done.
            Some(("goods", _)) => {}
            _ => {
                let mut pieces = body.split_whitespace();
                let (offer_id, spec_id) =
                    read_key(pieces.next().unwrap_or_default()).map_err(|what| fail(&what))?;
                let quantity = pieces.next().and_then(|text| text.parse::<Quantity>().ok());
                let quantity = quantity
                    .filter(|q| !q.is_zero())
                    .ok_or_else(|| fail("a quantity above 0 was expected"))?;
                let price = match pieces.next() {
                    None | Some("?") => None,
                    Some(price) => {
                        Some(price.parse().map_err(|_| fail("a price such as 9.80 was expected"))?)
                    }
                };
                if pieces.next().is_some() {
                    return Err(fail("OFFER[:SPEC], quantity and price are all there is on a line"));
                }
                lines.push(Step { offer_id, spec_id, quantity, price });
            }
        }
    }
    let missing = |what: &str| FileTrouble::new(path, 0, &format!("`{what}:` is missing: this is no plan"));
    Ok(Plan {
        market: market.ok_or_else(|| missing("market"))?,
        cart: cart.ok_or_else(|| missing("cart"))?,
        lines,
    })
}

fn read_list(path: &Path) -> Result<BuyList, FileTrouble> {
    let text = read_text(path)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    BuyList::parse(&text, &stem).map_err(|bad| FileTrouble::new(path, bad.line as u64, &bad.message))
}

fn read_text(path: &Path) -> Result<String, FileTrouble> {
    let fail = |what: &str| FileTrouble::new(path, 0, what);
    let file = std::fs::File::open(path).map_err(|error| fail(&error.to_string()))?;
    if !file.metadata().map_err(|error| fail(&error.to_string()))?.is_file() {
        return Err(fail("is no file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| fail(&error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(fail(&format!("larger than {MOST_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| fail("not UTF-8 text: save the file as UTF-8"))
}
