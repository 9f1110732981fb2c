//! Many lines of the cart at once: a range, the lines that are shown, one change for all of them, and what it would
//! cost while it is typed.
//!
//! Nothing here touches the ledger: what is typed is worked out over the cart as last read, and shown; Enter sends the
//! new quantities, all of them as one step of undo, or none where one of them cannot be.

use std::collections::HashSet;

use crate::app::action::ActionId;
use crate::app::field::Field;
use crate::app::layers;
use crate::app::list::Move;
use crate::app::model::{Layer, Model, Prompt, Tone, Wish};
use crate::app::msg::{CartDeed, Effect};
use crate::domain::algebra::{BadExpr, Expr, MOST_CHARS, Op, Outcome, Refusal, evaluate};
use crate::domain::cart::{Assessment, CartLine, ViolationKind, assess};
use crate::domain::id::LineId;
use crate::i18n::algebra as said;
use crate::query::fold::fold;

/// Most lines a count can ask for; more than any cart has.
const MOST_COUNT: usize = 99_999;
/// Longest words lines are narrowed by, in characters.
const NARROW_CHARS: usize = 60;

/// A range of lines being chosen: from here to the selected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visual {
    /// Where it began.
    pub anchor: LineId,
    /// Digits typed since the last move: so many lines.
    pub count: Option<usize>,
}

/// Which lines of the cart are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrow {
    /// Every one of these words is in the title, the SKU, the supplier's name or the offer's number.
    pub words: String,
    /// Only lines that break a rule.
    pub problems: bool,
    /// The lines that fit the cart as last read.
    pub ids: HashSet<LineId>,
}

/// What the typed change would make of the cart.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// What was typed.
    pub of: String,
    /// What it gives, or why it gives nothing.
    pub outcome: Result<Outcome, BadExpr>,
    /// The cart then; `None` while nothing would change.
    pub assessment: Option<Assessment>,
}

/// Positions of the range among the lines that are shown, first and last.
pub fn range(model: &Model) -> Option<(usize, usize)> {
    let visual = model.cart.visual.as_ref()?;
    let anchor = model.cart.shown().position(|(_, line)| line.line.id == visual.anchor)?;
    let here = model.cart.list.selected;
    Some((anchor.min(here), anchor.max(here)))
}

/// The lines a change is for: the range, else the selected line.
pub fn targets(model: &Model) -> Vec<LineId> {
    let (first, last) = range(model).unwrap_or((model.cart.list.selected, model.cart.list.selected));
    let shown = model.cart.shown().map(|(_, line)| line.line.id);
    shown.skip(first).take(last - first + 1).collect()
}

/// Whether these actions can be done; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let words = model.text();
    if model.cart.is_empty() {
        return Err(words.why_cart_empty);
    }
    match id {
        ActionId::CartRepeat if model.cart.last_change.is_none() => Err(words.why_no_repeat),
        ActionId::CartLeave if model.cart.narrow.is_none() => Err(words.why_not_narrowed),
        ActionId::CartNarrow | ActionId::CartProblems | ActionId::CartLeave => Ok(()),
        _ if model.cart.selected().is_none() => Err(words.why_no_line_shown),
        _ => Ok(()),
    }
}

/// Does one of them.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    match id {
        ActionId::CartRange => begin_or_end(model),
        ActionId::CartAll => all(model),
        ActionId::VisualEnd => model.cart.visual = None,
        ActionId::VisualTimes => open(model, Some('*')),
        ActionId::CartNextTier => return change(model, &Expr::next_tier()),
        ActionId::CartRepeat => {
            if let Some(expr) = model.cart.last_change.clone() {
                return change(model, &expr);
            }
        }
        ActionId::CartNarrow => ask_narrow(model),
        ActionId::CartProblems => {
            let mut narrow = model.cart.narrow.clone().unwrap_or_default();
            narrow.problems = !narrow.problems;
            set_narrow(model, narrow);
        }
        ActionId::CartLeave => set_narrow(model, Narrow::default()),
        _ => {}
    }
    Vec::new()
}

fn begin_or_end(model: &mut Model) {
    model.cart.visual = match (&model.cart.visual, model.cart.selected()) {
        (None, Some(line)) => Some(Visual { anchor: line.line.id, count: None }),
        _ => None,
    };
}

/// Everything that is shown.
fn all(model: &mut Model) {
    let first = model.cart.shown().next().map(|(_, line)| line.line.id);
    let (len, page) = (model.cart.shown_len(), model.viewport.rows);
    model.cart.visual = first.map(|anchor| Visual { anchor, count: None });
    model.cart.list.select(len.saturating_sub(1), len, page);
}

/// A digit while a range is chosen: so many lines from its beginning on.
pub fn digit(model: &mut Model, digit: char) {
    let (len, page) = (model.cart.shown_len(), model.viewport.rows);
    let Some(anchor) = anchor(model) else { return };
    let Some(visual) = &mut model.cart.visual else { return };
    let digit = digit.to_digit(10).unwrap_or(0) as usize;
    let count = (visual.count.unwrap_or(0) * 10 + digit).min(MOST_COUNT);
    visual.count = Some(count);
    model.cart.list.select(anchor + count.saturating_sub(1), len, page);
}

fn anchor(model: &Model) -> Option<usize> {
    let visual = model.cart.visual.as_ref()?;
    model.cart.shown().position(|(_, line)| line.line.id == visual.anchor)
}

/// Moves in the cart. After digits, up and down go so many lines from where the range began.
pub fn go(model: &mut Model, to: Move) {
    let (len, page) = (model.cart.shown_len(), model.viewport.rows);
    let anchor = anchor(model);
    let count = model.cart.visual.as_mut().and_then(|visual| visual.count.take());
    match (to, anchor, count) {
        (Move::Up, Some(anchor), Some(count)) => {
            model.cart.list.select(anchor.saturating_sub(count), len, page);
        }
        (Move::Down, Some(anchor), Some(count)) => model.cart.list.select(anchor + count, len, page),
        _ => model.cart.list.go(to, len, page),
    }
}

/// Opens the quantity field of the range or the selected line; `first` is what opened it.
pub fn open(model: &mut Model, first: Option<char>) {
    let ids = targets(model);
    let Some(line) = model.cart.selected().map(|line| &line.line) else { return };
    let title = model.title_of(&line.offer).clone();
    // Lines of a range differ: there is nothing to begin with.
    let before = if ids.len() == 1 { line.quantity.to_string() } else { String::new() };
    let mut prompt = Prompt {
        wish: Wish::Lines { ids, title },
        field: Field::with_room(&before, MOST_CHARS).offered(),
        trouble: None,
    };
    if let Some(first) = first {
        layers::type_number(&mut prompt, first);
    }
    model.layers.push(Layer::Prompt(prompt));
}

/// Enter in the quantity field: the change, or the field again with the reason.
pub fn take(model: &mut Model, mut prompt: Prompt, ids: &[LineId]) -> Vec<Effect> {
    let expr = match prompt.field.text().parse::<Expr>() {
        Ok(expr) => expr,
        Err(bad) => {
            prompt.trouble = Some(said::bad(model.lang, &bad));
            model.layers.push(Layer::Prompt(prompt));
            return Vec::new();
        }
    };
    let outcome = worked_out(model, &expr, ids);
    if let Some(why) = refused(model, &outcome) {
        prompt.trouble = Some(why);
        model.layers.push(Layer::Prompt(prompt));
        return Vec::new();
    }
    commit(model, &expr, &outcome, ids.len())
}

/// A change by one key.
pub fn change(model: &mut Model, expr: &Expr) -> Vec<Effect> {
    let ids = targets(model);
    let outcome = worked_out(model, expr, &ids);
    if let Some(why) = refused(model, &outcome) {
        model.say(Tone::Warn, why);
        return Vec::new();
    }
    commit(model, expr, &outcome, ids.len())
}

fn worked_out(model: &Model, expr: &Expr, ids: &[LineId]) -> Outcome {
    let cart = &model.cart.snapshot;
    evaluate(expr, &cart.assessment, &cart.rules, &ids.iter().copied().collect())
}

/// Why nothing may be changed, in words.
pub fn refused(model: &Model, outcome: &Outcome) -> Option<String> {
    let first = outcome.refused.first()?;
    let number = model.cart.lines().position(|(_, line)| line.line.id == first.line)? + 1;
    let (_, line) = model.cart.lines().nth(number - 1)?;
    let unit = line.line.offer.unit.as_ref().map_or("", |unit| unit.as_str());
    let of_one = outcome.refused.len() == 1 && outcome.changes.is_empty();
    let why = match first.why {
        Refusal::NotAbove(value) => said::not_above(model.lang, &value.to_string()),
        Refusal::TooMuch => said::too_much(model.lang),
        Refusal::Fraction(value) => said::fraction(model.lang, &value.to_string(), unit),
    };
    Some(if of_one { why } else { said::refused(model.lang, outcome.refused.len(), number, &why) })
}

fn commit(model: &mut Model, expr: &Expr, outcome: &Outcome, lines: usize) -> Vec<Effect> {
    model.cart.last_change = Some(expr.clone());
    let sets: Vec<_> = outcome.changes.iter().map(|change| (change.line, change.to)).collect();
    let effects = match sets.as_slice() {
        [] => {
            let no_tier = expr.ops().contains(&Op::NextTier) && outcome.no_tier.len() == lines;
            let words = model.text();
            model.say(Tone::Warn, if no_tier { words.why_no_tier } else { words.why_no_change });
            return Vec::new();
        }
        [(line, quantity)] => vec![Effect::Cart(CartDeed::Set(*line, *quantity))],
        _ => vec![Effect::Cart(CartDeed::SetAll(sets))],
    };
    model.cart.visual = None;
    effects
}

/// Takes the range, or the selected line, out.
pub fn remove(model: &mut Model) -> Vec<Effect> {
    let ids = targets(model);
    model.cart.visual = None;
    match ids.as_slice() {
        [] => Vec::new(),
        [id] => vec![Effect::Cart(CartDeed::Remove(*id))],
        _ => vec![Effect::Cart(CartDeed::RemoveAll(ids))],
    }
}

fn ask_narrow(model: &mut Model) {
    let before = model.cart.narrow.as_ref().map_or("", |narrow| narrow.words.as_str());
    let field = Field::with_room(before, NARROW_CHARS);
    let was = model.cart.narrow.clone().unwrap_or_default();
    let wish = Wish::Narrow { was: Box::new(was) };
    model.layers.push(Layer::Prompt(Prompt { wish, field, trouble: None }));
}

/// Enter while lines are narrowed: they stay so.
pub fn narrowed(model: &mut Model, words: &str) {
    let narrow = model.cart.narrow.clone().unwrap_or_default();
    set_narrow(model, Narrow { words: words.trim().to_owned(), ..narrow });
}

/// Escape while lines are narrowed: as they were before.
pub fn narrow_given_up(model: &mut Model, was: Narrow) {
    set_narrow(model, was);
}

/// Shows only the lines that fit, and stays on the selected one where it does.
fn set_narrow(model: &mut Model, narrow: Narrow) {
    let selected = model.cart.selected().map(|line| line.line.id);
    let wanted = narrow.problems || !narrow.words.trim().is_empty();
    model.cart.narrow = wanted.then_some(narrow);
    model.cart.visual = None;
    fit(model);
    select(model, selected);
}

fn select(model: &mut Model, id: Option<LineId>) {
    let at = id.and_then(|id| model.cart.shown().position(|(_, line)| line.line.id == id));
    let (len, page) = (model.cart.shown_len(), model.viewport.rows);
    model.cart.list.select(at.unwrap_or(model.cart.list.selected), len, page);
}

/// Finds the lines that fit, in the cart as last read.
fn fit(model: &mut Model) {
    let Some(narrow) = &model.cart.narrow else { return };
    let words: Vec<String> = narrow.words.split_whitespace().map(fold).collect();
    let assessment = &model.cart.snapshot.assessment;
    let broken: HashSet<LineId> = if narrow.problems {
        assessment.violations.iter().flat_map(|violation| violation.line_ids.iter().copied()).collect()
    } else {
        HashSet::new()
    };
    let mut ids = HashSet::new();
    for part in &assessment.parts {
        let supplier = part.supplier_name.as_ref().map_or("", |name| name.as_str());
        for line in part.lines.iter().map(|priced| &priced.line) {
            if narrow.problems && !broken.contains(&line.id) {
                continue;
            }
            if !words.is_empty() {
                let text = fold(&searched(line, supplier));
                if !words.iter().all(|word| text.contains(word.as_str())) {
                    continue;
                }
            }
            ids.insert(line.id);
        }
    }
    if let Some(narrow) = &mut model.cart.narrow {
        narrow.ids = ids;
    }
}

/// What a line is found by.
fn searched(line: &CartLine, supplier: &str) -> String {
    let offer = &line.offer;
    let mut text = format!("{} {supplier} {}", offer.title, offer.key);
    let sku = line.sku();
    let others =
        [offer.title_en.as_ref(), sku.map(|sku| &sku.name), sku.and_then(|sku| sku.name_en.as_ref())];
    for other in others.into_iter().flatten() {
        text.push(' ');
        text.push_str(other.as_str());
    }
    text
}

/// The cart was read: what was shown and typed is looked at anew.
pub fn cart_read(model: &mut Model) {
    fit(model);
    let still = |id: LineId| model.cart.shown().any(|(_, line)| line.line.id == id);
    if model.cart.visual.as_ref().is_some_and(|visual| !still(visual.anchor)) {
        model.cart.visual = None;
    }
    model.cart.preview = None;
}

/// After every message: what is typed into a quantity field is worked out, and forgotten with the field.
pub fn watch(model: &mut Model) {
    let Some(Layer::Prompt(prompt)) = model.layers.last() else {
        model.cart.preview = None;
        return;
    };
    match &prompt.wish {
        Wish::Lines { ids, .. } => {
            let of = prompt.field.text();
            if prompt.field.is_offered() || of.is_empty() {
                model.cart.preview = None;
            } else if model.cart.preview.as_ref().is_none_or(|preview| preview.of != of) {
                let ids = ids.clone();
                model.cart.preview = Some(look(model, of, &ids));
            }
        }
        Wish::Narrow { .. } => {
            let words = prompt.field.text();
            if model.cart.narrow.as_ref().map_or("", |narrow| narrow.words.as_str()) != words {
                let narrow = model.cart.narrow.clone().unwrap_or_default();
                set_narrow(model, Narrow { words, ..narrow });
            }
        }
        _ => model.cart.preview = None,
    }
}

/// The cart as it would be.
fn look(model: &Model, of: String, ids: &[LineId]) -> Preview {
    let outcome = of.parse::<Expr>().map(|expr| worked_out(model, &expr, ids));
    let Some(changed) = outcome.as_ref().ok().filter(|outcome| !outcome.changes.is_empty()) else {
        return Preview { of, outcome, assessment: None };
    };
    let to: std::collections::HashMap<LineId, _> =
        changed.changes.iter().map(|change| (change.line, change.to)).collect();
    let now = &model.cart.snapshot;
    let lines: Vec<CartLine> = now
        .assessment
        .parts
        .iter()
        .flat_map(|part| &part.lines)
        .map(|priced| {
            let line = priced.line.clone();
            let quantity = to.get(&line.id).copied().unwrap_or(line.quantity);
            CartLine { quantity, ..line }
        })
        .collect();
    let destination = model.status.as_ref().map(|status| status.destination.clone()).unwrap_or_default();
    let mut assessment = assess(&lines, &now.rules, &destination);
    // What no quantity changes is as the desk said: it knows the market and the address.
    let aside = |kind: ViolationKind| {
        matches!(kind, ViolationKind::Gone | ViolationKind::NoAddress | ViolationKind::NoTradeType)
    };
    assessment.violations.retain(|violation| !aside(violation.kind));
    assessment.violations.extend(now.assessment.violations.iter().filter(|v| aside(v.kind)).cloned());
    Preview { of, outcome, assessment: Some(assessment) }
}
