//! The sheet of a reorder: what changed since it was bought, one key a line, and then the cart.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::app::action::ActionId;
use crate::app::list::List;
use crate::app::model::{Layer, Model, Tone};
use crate::app::msg::{Effect, Reordering, Trouble};
use crate::app::{orders, substitute};
use crate::domain::drift::{Choice, DriftRow, Sheet, Today, planned};
use crate::domain::list::ListLine;
use crate::domain::money::Money;
use crate::domain::text::Clean;
use crate::i18n::drift as said;

/// Most steps of undo in the sheet.
const MOST_STEPS: usize = 200;

/// The sheet over the panes.
#[derive(Debug, Clone)]
pub struct DriftLayer {
    /// The orders it is about.
    pub ids: Vec<String>,
    /// `None` until it was read.
    pub sheet: Option<Box<Sheet>>,
    pub trouble: Option<Trouble>,
    /// What becomes of each line; `None` = as it was.
    pub choices: Vec<Option<Choice>>,
    /// Over the rows that changed.
    pub list: List,
    /// By how many percent a price may rise without a word.
    pub limit: Decimal,
    /// Lines that go into the cart.
    pub planned: BTreeSet<usize>,
    /// Goods of what goes into the cart, yuan, and whether every price is known.
    pub after: (Money, bool),
    /// The choices and swaps before each step.
    before: Vec<(Vec<Option<Choice>>, Swaps)>,
}

/// Substitutes by line of the sheet.
type Swaps = BTreeMap<usize, Today>;

impl DriftLayer {
    /// What changed.
    pub fn rows(&self) -> &[DriftRow] {
        self.sheet.as_ref().map_or(&[], |sheet| &sheet.rows)
    }

    /// The selected change.
    pub fn selected(&self) -> Option<&DriftRow> {
        self.rows().get(self.list.selected)
    }

    /// What becomes of the lines of a change: their common choice.
    pub fn choice_of(&self, row: &DriftRow) -> Option<Choice> {
        let first = row.lines.first().and_then(|line| self.choices.get(*line).copied().flatten());
        let same = row.lines.iter().all(|line| self.choices.get(*line).copied().flatten() == first);
        first.filter(|_| same)
    }

    /// Whether the buyer still has to say what becomes of this line.
    pub fn is_open(&self, line: usize) -> bool {
        let chosen = self.choices.get(line).copied().flatten().is_some();
        !chosen && self.sheet.as_ref().is_some_and(|sheet| sheet.asks(line, self.limit))
    }

    /// How many lines they have to say it of.
    pub fn open(&self) -> usize {
        (0..self.choices.len()).filter(|line| self.is_open(*line)).count()
    }

    fn settle(&mut self) {
        if let Some(sheet) = &self.sheet {
            let plan = planned(sheet, &self.choices);
            self.after = sheet.total_after(&plan);
            self.planned = plan.iter().map(|line| line.line).collect();
        }
    }

    fn swaps(&self) -> Swaps {
        self.sheet.as_ref().map(|sheet| sheet.swaps.clone()).unwrap_or_default()
    }

    fn step(&mut self, choices: Vec<Option<Choice>>) {
        let swaps = self.swaps();
        self.step_with(choices, swaps);
    }

    fn step_with(&mut self, choices: Vec<Option<Choice>>, swaps: Swaps) {
        if choices == self.choices && swaps == self.swaps() {
            return;
        }
        if self.before.len() >= MOST_STEPS {
            self.before.remove(0);
        }
        let old = (std::mem::take(&mut self.choices), self.swaps());
        self.before.push(old);
        self.put(choices, swaps);
    }

    fn put(&mut self, choices: Vec<Option<Choice>>, swaps: Swaps) {
        self.choices = choices;
        if let Some(sheet) = &mut self.sheet {
            sheet.swaps = swaps;
        }
        self.settle();
    }

    /// The line a substitute is looked for when it is asked for here: the first of the selected change that waits for
    /// a word, else its first.
    pub fn line_to_swap(&self) -> Option<usize> {
        let lines = &self.selected()?.lines;
        lines.iter().copied().find(|line| self.is_open(*line)).or_else(|| lines.first().copied())
    }

    /// What stands in the place of a line.
    pub fn swap_of(&self, line: usize) -> Option<&Today> {
        let is_swapped = self.choices.get(line).copied().flatten() == Some(Choice::Swap);
        self.sheet.as_ref()?.swaps.get(&line).filter(|_| is_swapped)
    }
}

/// Opens the sheet of the order in focus.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(id) = orders::focus(model).and_then(orders::key_of) else { return Vec::new() };
    let ids = vec![id];
    model.layers.push(Layer::Drift(DriftLayer {
        ids: ids.clone(),
        sheet: None,
        trouble: None,
        choices: Vec::new(),
        list: List::default(),
        limit: Decimal::ZERO,
        planned: BTreeSet::new(),
        after: (Money::ZERO, true),
        before: Vec::new(),
    }));
    vec![Effect::ReadDrift(ids)]
}

/// The sheet was read.
pub fn read(model: &mut Model, ids: &[String], limit: Decimal, result: Result<Box<Sheet>, Trouble>) {
    let layer = model.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Drift(layer) if layer.ids == ids => Some(layer),
        _ => None,
    });
    let Some(layer) = layer else { return };
    match result {
        Ok(sheet) => {
            layer.choices = vec![None; sheet.lines.len()];
            layer.before.clear();
            layer.limit = limit;
            layer.sheet = Some(sheet);
            layer.trouble = None;
            layer.settle();
            layer.list = List::default();
        }
        Err(trouble) => layer.trouble = Some(trouble),
    }
}

fn top(model: &Model) -> Option<&DriftLayer> {
    match model.layers.last() {
        Some(Layer::Drift(layer)) => Some(layer),
        _ => None,
    }
}

fn top_mut(model: &mut Model) -> Option<&mut DriftLayer> {
    match model.layers.last_mut() {
        Some(Layer::Drift(layer)) => Some(layer),
        _ => None,
    }
}

/// Whether an action of the sheet can be done; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let text = model.text();
    let layer = top(model).filter(|layer| layer.sheet.is_some()).ok_or(text.why_nothing_here)?;
    match id {
        ActionId::DriftTake
        | ActionId::DriftDrop
        | ActionId::DriftKeep
        | ActionId::DriftLater
        | ActionId::DriftSubstitute => layer.selected().map(|_| ()).ok_or(text.why_no_row),
        ActionId::DriftUndo if layer.before.is_empty() => Err(text.why_no_undo),
        ActionId::DriftCart | ActionId::DriftSubmit if model.orders.busy.is_some() => Err(text.why_busy),
        ActionId::DriftSubmit if model.cart.submitting => Err(text.why_submitting),
        ActionId::DriftSubmit if model.cart.proposing => Err(text.asking_market),
        _ => Ok(()),
    }
}

/// Does what the sheet offers.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    match id {
        ActionId::DriftTake => choose(model, Choice::Take),
        ActionId::DriftDrop => choose(model, Choice::Drop),
        ActionId::DriftKeep => choose(model, Choice::Keep),
        ActionId::DriftLater => choose(model, Choice::Later),
        ActionId::DriftSubstitute => return substitute::open(model),
        ActionId::DriftWithin => within(model),
        ActionId::DriftAll => {
            if let Some(layer) = top_mut(model) {
                // What the buyer has said of a line stays said.
                let all = layer.choices.iter().map(|choice| choice.or(Some(Choice::Take))).collect();
                layer.step(all);
            }
        }
        ActionId::DriftNext => next(model),
        ActionId::DriftUndo => undo(model),
        ActionId::DriftCart => return into_cart(model, false),
        ActionId::DriftSubmit => return into_cart(model, true),
        _ => {}
    }
    Vec::new()
}

/// Takes the last step back, and stands on what it was about.
fn undo(model: &mut Model) {
    let page = model.viewport.layer_rows;
    let Some(layer) = top_mut(model) else { return };
    let Some((choices, swaps)) = layer.before.pop() else { return };
    let changed = |line: &usize| layer.choices.get(*line) != choices.get(*line);
    let at = layer.rows().iter().position(|row| row.lines.iter().any(changed));
    layer.put(choices, swaps);
    let len = layer.rows().len();
    layer.list.select(at.unwrap_or(layer.list.selected), len, page);
}

fn choose(model: &mut Model, choice: Choice) {
    let Some(layer) = top_mut(model) else { return };
    let Some(lines) = layer.selected().map(|row| row.lines.clone()) else { return };
    let mut choices = layer.choices.clone();
    for line in lines {
        if let Some(place) = choices.get_mut(line) {
            *place = Some(choice);
        }
    }
    layer.step(choices);
    next(model);
}

/// Puts a substitute in the place of a line of the sheet, as one step of its undo, and goes on.
pub fn swap(model: &mut Model, line: usize, substitute: Today) {
    let Some(layer) = top_mut(model) else { return };
    let (mut choices, mut swaps) = (layer.choices.clone(), layer.swaps());
    if let Some(place) = choices.get_mut(line) {
        *place = Some(Choice::Swap);
        swaps.insert(line, substitute);
        layer.step_with(choices, swaps);
    }
    next(model);
}

/// Takes what is within the limit and breaks nothing; the rest waits for a word.
fn within(model: &mut Model) {
    let Some(layer) = top_mut(model) else { return };
    let Some(sheet) = &layer.sheet else { return };
    let changed = |line: usize| sheet.rows.iter().any(|row| row.lines.contains(&line));
    let taken: Vec<usize> = (0..layer.choices.len())
        .filter(|line| {
            let free = layer.choices.get(*line).copied().flatten().is_none();
            free && changed(*line) && !sheet.asks(*line, layer.limit)
        })
        .collect();
    let mut choices = layer.choices.clone();
    for line in &taken {
        if let Some(place) = choices.get_mut(*line) {
            *place = Some(Choice::Take);
        }
    }
    layer.step(choices);
    let left = layer.open();
    let words = said::accepted(model.lang, taken.len(), left);
    model.say(if left == 0 { Tone::Done } else { Tone::Warn }, words);
    next(model);
}

/// Selects the next change with a line that waits for a word, from the one under the selected on.
pub fn next(model: &mut Model) {
    let page = model.viewport.layer_rows;
    let Some(layer) = top_mut(model) else { return };
    let len = layer.rows().len();
    let here = layer.list.selected;
    let waits = |at: &usize| {
        layer.rows().get(*at).is_some_and(|row| row.lines.iter().any(|line| layer.is_open(*line)))
    };
    let found = (1..=len).map(|by| (here + by) % len.max(1)).find(waits);
    if let Some(found) = found {
        layer.list.select(found, len, page);
    }
}

/// Puts what was chosen into the cart; `submit` = then asks what it costs, on the way to sending it.
fn into_cart(model: &mut Model, submit: bool) -> Vec<Effect> {
    let Some(layer) = top(model) else { return Vec::new() };
    let open = layer.open();
    if open > 0 {
        let (within, all) = (model.keys.shown(ActionId::DriftWithin), model.keys.shown(ActionId::DriftAll));
        model.say(Tone::Warn, said::undecided(model.lang, open, &within, &all));
        next(model);
        return Vec::new();
    }
    let Some(Layer::Drift(layer)) = model.layers.pop() else { return Vec::new() };
    let Some(sheet) = &layer.sheet else { return Vec::new() };
    let lines = planned(sheet, &layer.choices);
    let chosen = |line: usize| layer.choices.get(line).copied().flatten();
    let later: Vec<ListLine> = sheet
        .lines
        .iter()
        .enumerate()
        .filter(|(at, _)| chosen(*at) == Some(Choice::Later))
        .map(|(_, line)| ListLine {
            offer_id: line.past.offer_id.clone(),
            spec_id: line.past.spec_id.clone(),
            quantity: line.wanted,
            words: Clean::capped(&format!("{} {}", line.past.title, line.past.spec_name), 200),
        })
        .collect();
    let left_out = sheet.lines.len() - lines.len() - later.len();
    model.orders.busy = layer.ids.first().cloned();
    model.say(Tone::Info, model.text().reordering);
    vec![Effect::Reorder(Box::new(Reordering { lines, later, left_out, submit }))]
}
