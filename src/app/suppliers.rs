//! Suppliers: the second view of the search pane, and a supplier's sheet.

use crate::app::field::Field;
use crate::app::list::List;
use crate::app::model::{Layer, Model, Pane};
use crate::app::msg::{Effect, Trouble};
use crate::app::search;
use crate::domain::id::SupplierId;
use crate::domain::search::{SupplierAsk, SupplierPage, SupplierRow, SupplierSheet};
use crate::domain::text::Clean;

/// Begins the word of a query that asks for one supplier's offers.
const TOKEN: &str = "supplier:";

/// Suppliers listed at most: nobody reads on, a word more finds the others.
pub const MOST_ROWS: usize = 200;

/// What the search pane lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SearchView {
    #[default]
    Offers,
    Suppliers,
}

/// The suppliers found by the query.
#[derive(Debug, Clone, Default)]
pub struct SuppliersPane {
    pub rows: Vec<SupplierRow>,
    pub list: List,
    /// The newest asking; answers to older ones are dropped.
    pub generation: u64,
    pub pending: bool,
    /// Whether any answer has come yet.
    pub answered: bool,
    pub trouble: Option<Trouble>,
    /// Whether the buyer did something in the list since it was asked for.
    pub touched: bool,
    /// How many the query finds, those not listed too, and how many of them are new.
    pub total: usize,
    pub new: usize,
    /// Only those met since the last look are listed; `Some` inside = since which number, once it is known.
    pub only_new: Option<Option<i64>>,
    /// Where Esc leads from the offers of one supplier.
    pub back: Option<Back>,
}

impl SuppliersPane {
    /// The selected one.
    pub fn selected(&self) -> Option<&SupplierRow> {
        self.rows.get(self.list.selected)
    }
}

/// The list of suppliers as it was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// Whose offers are looked at.
    pub id: SupplierId,
    /// Their name.
    pub name: Clean,
    /// What was searched for.
    pub query: String,
    /// What was selected.
    pub list: List,
    /// Whether the offers were one a supplier.
    pub one_each: bool,
}

/// A supplier's sheet over the panes.
#[derive(Debug, Clone)]
pub struct SheetLayer {
    pub id: SupplierId,
    /// `None` until it was read.
    pub sheet: Option<Box<SupplierSheet>>,
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

/// Asks for the suppliers the query finds.
pub fn ask(model: &mut Model) -> Vec<Effect> {
    let pane = &mut model.suppliers;
    pane.generation += 1;
    pane.pending = true;
    vec![Effect::ReadSuppliers {
        generation: pane.generation,
        ask: SupplierAsk {
            text: model.search.query.text().trim().to_owned(),
            quantity: model.quantity,
            limit: MOST_ROWS,
            only_new: pane.only_new.is_some(),
            since: pane.only_new.flatten(),
        },
    }]
}

/// Lists only the suppliers met since the last look, or all again. The look at them is over with the second.
pub fn toggle_new(model: &mut Model) -> Vec<Effect> {
    let pane = &mut model.suppliers;
    pane.only_new = if pane.only_new.is_some() { None } else { Some(None) };
    pane.list = List::default();
    pane.touched = false;
    ask(model)
}

/// Opens the sheet of the selected supplier.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.suppliers.selected().map(|row| row.supplier.id.clone()) else { return Vec::new() };
    model.suppliers.touched = true;
    model.layers.push(Layer::Sheet(SheetLayer { id: id.clone(), sheet: None, trouble: None, first: 0 }));
    vec![Effect::ReadSheet { id, quantity: model.quantity }]
}

/// Reads the sheet that is open again.
pub fn read_again(model: &Model) -> Option<Effect> {
    let id = model.layers.iter().find_map(|layer| match layer {
        Layer::Sheet(sheet) => Some(sheet.id.clone()),
        _ => None,
    })?;
    Some(Effect::ReadSheet { id, quantity: model.quantity })
}

/// From a sheet to the offers of its supplier.
pub fn their_offers(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Sheet(layer)) = model.layers.last() else { return Vec::new() };
    let id = layer.id.clone();
    let of_sheet = layer.sheet.as_ref().map(|sheet| sheet.row.supplier.name.clone());
    let name = of_sheet.or_else(|| name_of(model, &id)).unwrap_or_default();
    model.layers.pop();
    model.suppliers.back = Some(Back {
        id: id.clone(),
        name,
        query: model.search.query.text(),
        list: model.suppliers.list,
        // All of theirs are asked for.
        one_each: std::mem::take(&mut model.search.one_each),
    });
    model.pane = Pane::Search;
    model.search.view = SearchView::Offers;
    model.search.focused = false;
    model.search.detail = None;
    model.search.query = Field::new(&format!("{TOKEN}{id} "));
    let left = model.suppliers.list;
    let effects = search::from_top(model);
    model.suppliers.list = left;
    effects
}

/// Back from the offers of one supplier to the list of suppliers as it was left; `None` when that is not where the
/// buyer came from.
pub fn back(model: &mut Model) -> Option<Vec<Effect>> {
    let back = model.suppliers.back.take()?;
    let token = format!("{TOKEN}{}", back.id);
    if !model.search.query.text().split_whitespace().any(|word| word == token) {
        return None;
    }
    model.search.view = SearchView::Suppliers;
    model.search.query = Field::new(&back.query);
    model.suppliers.list = back.list;
    model.suppliers.touched = true;
    model.search.one_each = back.one_each;
    Some(ask(model))
}

/// The name of a supplier that something on the screen knows.
pub fn name_of(model: &Model, id: &SupplierId) -> Option<Clean> {
    let listed = model.suppliers.rows.iter().find(|row| &row.supplier.id == id);
    let left = model.suppliers.back.as_ref().filter(|back| &back.id == id && !back.name.is_empty());
    listed.map(|row| row.supplier.name.clone()).or_else(|| left.map(|back| back.name.clone())).or_else(|| {
        let hit = model.search.page.rows.iter().find(|row| row.offer.supplier_id.as_ref() == Some(id))?;
        hit.offer.supplier_name.clone()
    })
}

/// The query as it is shown while nobody types in it: a supplier by name instead of by id.
pub fn query_shown(model: &Model) -> String {
    let typed = model.search.query.text();
    let words = typed.split_whitespace().map(|word| {
        let id = word.strip_prefix(TOKEN).map(SupplierId::new);
        match id.and_then(|id| name_of(model, &id)) {
            Some(name) => format!("{TOKEN}{name}"),
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Suppliers came.
pub fn answered(model: &mut Model, generation: u64, result: Result<SupplierPage, Trouble>) -> Vec<Effect> {
    let page = model.viewport.rows;
    let pane = &mut model.suppliers;
    if generation != pane.generation {
        return Vec::new();
    }
    pane.pending = false;
    pane.answered = true;
    match result {
        Ok(SupplierPage { rows, total, new, since }) => {
            (pane.total, pane.new) = (total, new);
            // While the toggle is on, what was new stays new: looking marked it seen already.
            if pane.only_new.is_some() {
                pane.only_new = Some(Some(since));
            }
            let selected = pane.selected().map(|row| row.supplier.id.clone()).filter(|_| pane.touched);
            let above = pane.list.above(pane.rows.len(), page);
            let at = selected.and_then(|id| rows.iter().position(|row| row.supplier.id == id));
            pane.trouble = None;
            pane.rows = rows;
            let len = pane.rows.len();
            match at {
                Some(at) => pane.list.keep(at, above, len, page),
                None => pane.list.settle(len, page),
            }
        }
        Err(trouble) => {
            pane.rows = Vec::new();
            pane.list = Default::default();
            pane.trouble = Some(trouble);
        }
    }
    Vec::new()
}

/// A sheet came; dropped when it was closed meanwhile.
pub fn sheet_read(
    model: &mut Model,
    id: &SupplierId,
    result: Result<Option<Box<SupplierSheet>>, Trouble>,
) -> Vec<Effect> {
    let unknown = Trouble { text: Clean::new(model.text().why_supplier_unread), hint: None };
    let open = model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Sheet(sheet) if &sheet.id == id => Some(sheet),
        _ => None,
    });
    let Some(layer) = open else { return Vec::new() };
    (layer.sheet, layer.trouble) = match result {
        Ok(Some(sheet)) => (Some(sheet), None),
        Ok(None) => (None, Some(unknown)),
        Err(trouble) => (layer.sheet.take(), Some(trouble)),
    };
    Vec::new()
}
