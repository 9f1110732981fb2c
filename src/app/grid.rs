//! The grid of an offer's SKUs: cells filled by keys, by runs (`1 2 2 1 x 3`), by hands and by a pasted block, and all
//! of it put into the cart as one step.

use std::sync::Arc;

use crate::app::action::ActionId;
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::{CartDeed, Effect, Trouble};
use crate::app::offer;
use crate::config::keymap::{Code, Key};
use crate::domain::cart::{Assessment, CartLine, Rules, Violation, ViolationKind, assess};
use crate::domain::freight::Destination;
use crate::domain::grid::{BadRun, Grid, RUN_CHARS, Ratio, Run, block, run};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::i18n::grid as said;

/// What becomes of a SKU when the grid goes into the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridCell {
    /// The line it has there: its units become these, or it is taken out. `None`: units are added.
    pub line: Option<LineId>,
    /// SKU.
    pub spec_id: SpecId,
    /// Units.
    pub quantity: Quantity,
}

/// A number or run that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// What was typed.
    pub text: String,
    /// All cells before it.
    before: Vec<Quantity>,
}

/// The layer.
#[derive(Debug, Clone)]
pub struct GridLayer {
    pub offer: Arc<Offer>,
    pub grid: Grid,
    /// Units of each SKU of the offer; zero = none.
    pub units: Vec<Quantity>,
    /// The cell with the cursor.
    pub row: usize,
    pub column: usize,
    pub typing: Option<Typing>,
    /// One hand of this offer, as the buyer saved it; `None` = one of each size in stock.
    pub ratio: Option<Ratio>,
    /// The line each SKU has in the cart, where the grid shows what is there; its units then.
    pub lines: Vec<Option<(LineId, Quantity)>>,
    /// Units of each SKU that are in the cart and are added to.
    pub held: Vec<Quantity>,
    /// Why what was typed or pasted was not taken, or not all of it.
    pub trouble: Option<String>,
}

impl GridLayer {
    /// SKU under the cursor.
    pub fn here(&self) -> Option<usize> {
        self.grid.sku(self.row, self.column)
    }

    /// Units of a SKU, with those of it in the cart.
    fn own(&self, sku: usize) -> Quantity {
        let units = self.units.get(sku).copied().unwrap_or_default();
        units + self.held.get(sku).copied().unwrap_or_default()
    }

    /// Units of all SKUs in the grid.
    pub fn pieces(&self) -> Quantity {
        self.units.iter().copied().sum()
    }

    /// Predicted price of one unit of a SKU, at the quantities in the grid (of a cell without any: at one hand more).
    pub fn price(&self, sku: usize) -> Option<Money> {
        let of = self.offer.skus.get(sku)?;
        let total: Quantity = (0..self.units.len()).map(|sku| self.own(sku)).sum();
        let own = self.own(sku).max(Quantity::ONE);
        let price = price::unit_price(&self.offer, Some(&of.spec_id), total.max(Quantity::ONE), own);
        price.map(|price| price.charged)
    }

    /// What the grid's units cost; `None` where a price is unknown.
    pub fn goods(&self) -> Option<Money> {
        let filled = self.units.iter().enumerate().filter(|(_, units)| !units.is_zero());
        filled.map(|(sku, units)| Some(self.price(sku)?.times(units.decimal()).rounded())).sum()
    }

    /// Rules of the offer that its units, with those in the cart, break. What its supplier asks of the whole order is
    /// said in the cart.
    pub fn problems(&self, rules: &Rules) -> Vec<Violation> {
        let line = |sku: usize| {
            let of = self.offer.skus.get(sku)?;
            let quantity = self.own(sku);
            (!quantity.is_zero()).then(|| CartLine {
                id: LineId(sku as i64 + 1),
                offer: self.offer.clone(),
                spec_id: Some(of.spec_id.clone()),
                quantity,
            })
        };
        let lines: Vec<CartLine> = (0..self.offer.skus.len()).filter_map(line).collect();
        let Assessment { violations, .. } = assess(&lines, rules, &Destination::default());
        let of_lines = |kind| {
            matches!(
                kind,
                ViolationKind::Moq | ViolationKind::Lot | ViolationKind::PurchaseLimit | ViolationKind::Stock
            )
        };
        violations.into_iter().filter(|violation| of_lines(violation.kind)).collect()
    }

    /// Whether a SKU can be had at all.
    pub fn in_stock(&self, sku: usize) -> bool {
        self.offer.skus.get(sku).is_some_and(|sku| sku.stock.is_none_or(|stock| !stock.is_zero()))
    }

    fn set(&mut self, row: usize, column: usize, units: Quantity) -> bool {
        match self.grid.sku(row, column).and_then(|sku| self.units.get_mut(sku)) {
            Some(place) => {
                *place = units;
                true
            }
            None => false,
        }
    }

    /// Units of one hand at a place.
    fn of_hand(&self, row: usize, column: usize) -> Quantity {
        if !self.grid.sku(row, column).is_some_and(|sku| self.in_stock(sku)) {
            return Quantity::ZERO;
        }
        match (&self.ratio, self.grid.name_along(row, column)) {
            (Some(ratio), Some(name)) => ratio.of(name),
            _ => Quantity::ONE,
        }
    }
}

/// The offer in focus, where it has SKUs to show in a grid.
fn offer_in_focus(model: &Model) -> Option<Arc<Offer>> {
    if !matches!(model.pane, Pane::Search | Pane::Compare | Pane::Cart) {
        return None;
    }
    offer::in_focus(model)?.offer.filter(|offer| !offer.skus.is_empty())
}

/// Whether an action of the grid can be done; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let words = model.text();
    match (id, model.layers.last()) {
        (ActionId::OfferGrid, _) => offer_in_focus(model).map(drop).ok_or(words.why_no_grid),
        (_, Some(Layer::Grid(layer))) => match id {
            ActionId::GridTake if deed(layer).is_none() => Err(words.why_grid_empty),
            ActionId::GridKeepHand => {
                let any = layer.grid.line_of(layer.row, layer.column).into_iter().any(|(row, column)| {
                    let sku = layer.grid.sku(row, column);
                    sku.and_then(|sku| layer.units.get(sku)).is_some_and(|units| !units.is_zero())
                });
                if any { Ok(()) } else { Err(words.why_no_hand) }
            }
            _ => Ok(()),
        },
        _ => Err(words.why_nothing_here),
    }
}

/// Opens the grid of the offer in focus: from the cart with what is there, elsewhere empty.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(offer) = offer_in_focus(model) else { return Vec::new() };
    let grid = Grid::of(&offer);
    let of_sku = |spec: &SpecId| {
        let lines = model.cart.lines().map(|(_, line)| &line.line);
        let mut its = lines.filter(|line| line.offer.key == offer.key && line.spec_id.as_ref() == Some(spec));
        its.next().map(|line| (line.id, line.quantity))
    };
    let there: Vec<Option<(LineId, Quantity)>> = offer.skus.iter().map(|sku| of_sku(&sku.spec_id)).collect();
    let units = |lines: &[Option<(LineId, Quantity)>]| -> Vec<Quantity> {
        lines.iter().map(|line| line.map(|(_, units)| units).unwrap_or_default()).collect()
    };
    let none = vec![Quantity::ZERO; offer.skus.len()];
    let edits = model.pane == Pane::Cart;
    let (lines, units, held) = if edits {
        let units = units(&there);
        (there, units, none)
    } else {
        let held = units(&there);
        (vec![None; offer.skus.len()], none, held)
    };
    // The cursor begins on the selected line's SKU, else on the first that can be had.
    let wanted = model.cart.selected().filter(|_| edits).and_then(|line| line.line.spec_id.clone());
    let wanted = wanted.and_then(|spec| offer.skus.iter().position(|sku| sku.spec_id == spec));
    let mut layer = GridLayer {
        grid,
        units,
        row: 0,
        column: 0,
        typing: None,
        ratio: None,
        lines,
        held,
        trouble: None,
        offer,
    };
    let places = (0..layer.grid.rows.len())
        .flat_map(|row| (0..layer.grid.columns.len()).map(move |column| (row, column)));
    let mut places = places;
    let first = places.find(|(row, column)| match (layer.grid.sku(*row, *column), wanted) {
        (Some(sku), Some(wanted)) => sku == wanted,
        (Some(sku), None) => layer.in_stock(sku),
        (None, _) => false,
    });
    (layer.row, layer.column) = first.unwrap_or((0, 0));
    let key = layer.offer.key.clone();
    model.layers.push(Layer::Grid(layer));
    vec![Effect::ReadHand(key)]
}

fn top(model: &mut Model) -> Option<&mut GridLayer> {
    match model.layers.last_mut() {
        Some(Layer::Grid(layer)) => Some(layer),
        _ => None,
    }
}

/// Does what the grid offers.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    if id == ActionId::OfferGrid {
        return open(model);
    }
    let lang = model.lang;
    let Some(layer) = top(model) else { return Vec::new() };
    if id == ActionId::GridTake {
        let Some(deed) = deed(layer) else { return Vec::new() };
        model.layers.pop();
        return vec![Effect::Cart(deed)];
    }
    (layer.typing, layer.trouble) = (None, None);
    let (rows, columns) = (layer.grid.rows.len(), layer.grid.columns.len());
    match id {
        ActionId::GridLeft => layer.column = layer.column.saturating_sub(1),
        ActionId::GridRight => layer.column = (layer.column + 1).min(columns.saturating_sub(1)),
        ActionId::GridUp => layer.row = layer.row.saturating_sub(1),
        ActionId::GridDown => layer.row = (layer.row + 1).min(rows.saturating_sub(1)),
        ActionId::GridHand => hands(layer, 1, true),
        ActionId::GridHandLess => hands(layer, 1, false),
        ActionId::GridClear => {
            for (row, column) in layer.grid.line_of(layer.row, layer.column) {
                layer.set(row, column, Quantity::ZERO);
            }
        }
        ActionId::GridKeepHand => {
            let places = layer.grid.line_of(layer.row, layer.column);
            let of = |(row, column): (usize, usize)| {
                let units = layer.grid.sku(row, column).and_then(|sku| layer.units.get(sku).copied())?;
                let name = layer.grid.name_along(row, column)?.clone();
                (!units.is_zero()).then_some((name, units))
            };
            let ratio = Ratio(places.into_iter().filter_map(of).collect());
            layer.ratio = Some(ratio.clone());
            let (key, told) = (layer.offer.key.clone(), said::hand_kept(lang, &words_of(&ratio)));
            model.say(Tone::Done, told);
            return vec![Effect::KeepHand { key, ratio }];
        }
        _ => {}
    }
    Vec::new()
}

/// A ratio as the screen shows it.
pub fn words_of(ratio: &Ratio) -> String {
    let sizes: Vec<String> = ratio.0.iter().map(|(name, units)| format!("{name}×{units}")).collect();
    sizes.join(" ")
}

/// So many hands more, or less, on the line of the cursor.
fn hands(layer: &mut GridLayer, count: u32, more: bool) {
    for (row, column) in layer.grid.line_of(layer.row, layer.column) {
        let Some(sku) = layer.grid.sku(row, column) else { continue };
        let hand = layer.of_hand(row, column);
        let now = layer.units.get(sku).copied().unwrap_or_default();
        let by = Quantity::from_decimal(hand.decimal() * rust_decimal::Decimal::from(count));
        let Some(by) = by else { continue };
        layer.set(row, column, if more { now + by } else { now.less(by) });
    }
}

/// What Enter does; `None` while it would do nothing.
fn deed(layer: &GridLayer) -> Option<CartDeed> {
    let cell = |sku: usize| {
        let quantity = layer.units.get(sku).copied()?;
        let spec_id = layer.offer.skus.get(sku)?.spec_id.clone();
        match layer.lines.get(sku).copied().flatten() {
            Some((_, before)) if before == quantity => None,
            Some((line, _)) => Some(GridCell { line: Some(line), spec_id, quantity }),
            None => (!quantity.is_zero()).then_some(GridCell { line: None, spec_id, quantity }),
        }
    };
    let cells: Vec<GridCell> = (0..layer.units.len()).filter_map(cell).collect();
    (!cells.is_empty()).then(|| CartDeed::Grid { offer: layer.offer.key.clone(), cells })
}

/// A key that is typed into the cells; `false` when it is a command.
pub fn key(model: &mut Model, key: Key) -> bool {
    let lang = model.lang;
    let Some(layer) = top(model) else { return false };
    if key == Key::plain(Code::Backspace) {
        match &mut layer.typing {
            Some(typing) => {
                typing.text.pop();
            }
            None => {
                let (row, column) = (layer.row, layer.column);
                layer.set(row, column, Quantity::ZERO);
                return true;
            }
        }
        fill(layer, lang);
        return true;
    }
    let Some(c) = key.narrowed().typed() else { return false };
    let begins = c.is_ascii_digit() || matches!(c, 'x' | '×');
    let goes_on = begins || matches!(c, ' ' | '.' | '*');
    if (layer.typing.is_none() && !begins) || !goes_on {
        return false;
    }
    let before = layer.units.clone();
    let typing = layer.typing.get_or_insert_with(|| Typing { text: String::new(), before });
    if typing.text.chars().count() < RUN_CHARS {
        typing.text.push(c);
    }
    fill(layer, lang);
    true
}

/// Fills the cells with what is typed so far.
fn fill(layer: &mut GridLayer, lang: crate::i18n::Lang) {
    let Some(typing) = layer.typing.clone() else { return };
    layer.units.clone_from(&typing.before);
    layer.trouble = None;
    if typing.text.is_empty() {
        layer.typing = None;
        return;
    }
    match run(&typing.text) {
        Ok(Run::Hands(count)) => hands(layer, count, true),
        Ok(Run::Cells(units)) => {
            let places = layer.grid.run_from(layer.row, layer.column);
            if units.len() > places.len() {
                layer.trouble = Some(said::run_too_long(lang, units.len(), places.len()));
            }
            for (units, (row, column)) in units.into_iter().zip(places) {
                if !layer.set(row, column, units) && !units.is_zero() {
                    layer.trouble = Some(said::no_such_sku(lang, 1));
                }
            }
        }
        Err(BadRun::Unfinished) => {}
        Err(BadRun::Word(word)) => layer.trouble = Some(said::not_units(lang, word.as_str())),
        Err(BadRun::TooMuch) => layer.trouble = Some(crate::i18n::algebra::too_much(lang)),
    }
}

/// A block was pasted: it fills from the cursor on, and what has no place or is no quantity is told.
pub fn pasted(model: &mut Model, text: &str) {
    let lang = model.lang;
    let Some(layer) = top(model) else { return };
    layer.typing = None;
    let (row, column) = (layer.row, layer.column);
    let (mut filled, mut outside, mut bad) = (0, 0, Vec::new());
    for (down, cells) in block(text).into_iter().enumerate() {
        for (across, cell) in cells.into_iter().enumerate() {
            match cell {
                Ok(None) => {}
                Ok(Some(units)) if layer.set(row + down, column + across, units) => filled += 1,
                // Nothing of what is not there is what the buyer gets anyway.
                Ok(Some(units)) => outside += usize::from(!units.is_zero()),
                Err(word) => bad.push(word),
            }
        }
    }
    let mut told = Vec::new();
    if outside > 0 {
        told.push(said::no_such_sku(lang, outside));
    }
    if let Some(first) = bad.first() {
        told.push(said::bad_cells(lang, bad.len(), first.as_str()));
    }
    layer.trouble = (!told.is_empty()).then(|| told.join("  "));
    model.say(Tone::Info, said::pasted(lang, filled));
}

/// One hand of an offer was read.
pub fn hand_read(model: &mut Model, key: &OfferKey, result: Result<Option<Ratio>, Trouble>) {
    match result {
        Ok(ratio) => {
            if let Some(layer) = top(model).filter(|layer| &layer.offer.key == key) {
                layer.ratio = ratio.or(layer.ratio.take());
            }
        }
        Err(trouble) => model.complain(&trouble),
    }
}
