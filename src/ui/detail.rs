//! The detail of the selected offer: the ladder of its tiers with the quantities that cost more than a
//! greater one, or its SKUs; the supplier; and what Q of it costs at the door.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{ActionId, Model};
use crate::domain::compare::{self, Comparison};
use crate::domain::id::SpecId;
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::domain::search::SearchRow;
use crate::domain::yanxuan::Place;
use crate::i18n::{messages, prices};
use crate::ui::pen::Pen;
use crate::ui::{
    phrases::{self, age_style},
    text,
};

/// Cells of the line of prices.
const SPARK: usize = 16;

/// Draws it under a rule.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let Some(hit) = model.search.detailed() else { return };
    let cells = area.width as usize;
    let split = cells * 52 / 100;
    // How old all of this is stands in the rule, where it is never cut off.
    let age = text::age(model.now, hit.offer.fetched_at, model.text().age_units);
    let age = format!(" {} ", messages::read_ago(model.lang, &age));
    let behind = cells.saturating_sub(split + 1);
    let rule = pen.glyphs.rule;
    let said = Line::from(vec![
        Span::styled(format!("{}{}", rule.repeat(split), pen.glyphs.tee), pen.dim),
        Span::styled(rule.repeat(behind.saturating_sub(text::width(&age) + 1)), pen.dim),
        Span::styled(text::cut(&age, behind, ""), age_style(model, pen, hit.offer.fetched_at)),
        Span::styled(rule, pen.dim),
    ]);
    frame.render_widget(said, Rect { height: 1, ..area });
    let rows = area.height.saturating_sub(1) as usize;
    let left = left_side(model, pen, hit, split.saturating_sub(1), rows);
    let right = right_side(model, pen, hit, cells.saturating_sub(split + 3), rows);
    for at in 0..rows {
        let y = area.y + 1 + at as u16;
        if let Some(line) = left.get(at) {
            let place = Rect { x: area.x, y, width: split as u16, height: 1 };
            frame.render_widget(line.clone(), place);
        }
        let bar = Rect { x: area.x + split as u16, y, width: 1, height: 1 };
        frame.render_widget(Line::styled(pen.glyphs.bar, pen.dim), bar);
        if let Some((line, style)) = right.get(at) {
            let x = area.x + split as u16 + 2;
            let place = Rect { x, y, width: area.right().saturating_sub(x), height: 1 };
            frame.render_widget(Line::styled(line.clone(), *style), place);
        }
    }
}

fn left_side(model: &Model, pen: &Pen, hit: &SearchRow, cells: usize, rows: usize) -> Vec<Line<'static>> {
    let offer = &*hit.offer;
    let sign = pen.sign();
    let shown = model.title_of(offer);
    let mut lines = Vec::new();
    for part in text::fold(shown.as_str(), cells.saturating_sub(1)).into_iter().take(2) {
        lines.push(Line::styled(format!(" {part}"), pen.selected));
    }
    if let Some(other) = model.other_title(offer) {
        let other = text::cut(other.as_str(), cells.saturating_sub(1), sign);
        lines.push(Line::styled(format!(" {other}"), pen.dim));
    }
    let room = rows.saturating_sub(lines.len());
    if is_by_sku(offer) && !offer.skus.is_empty() {
        lines.extend(sku_rows(model, pen, offer, cells, room));
    } else if offer.tiers.is_empty() {
        lines.extend(no_tiers(model, pen, hit));
    } else {
        lines.extend(ladder(model, pen, hit, cells, room));
    }
    lines
}

fn no_tiers(model: &Model, pen: &Pen, hit: &SearchRow) -> Vec<Line<'static>> {
    let shown = match (hit.price.least, hit.price.greatest) {
        (Some(least), Some(greatest)) if least != greatest => {
            format!("{} - {}", text::money(least), text::money(greatest))
        }
        (Some(one), _) | (None, Some(one)) => text::money(one),
        (None, None) => "?".to_owned(),
    };
    let mut lines = vec![Line::styled(format!("   {shown}"), pen.plain)];
    if hit.offer.completeness == Completeness::Row {
        lines.push(Line::styled(format!("   {}", model.text().only_a_row), pen.dim));
    }
    lines
}

/// Which rows of a ladder or SKU list to show: all when they fit, else those around the current one.
fn window(len: usize, current: usize, room: usize) -> std::ops::Range<usize> {
    let room = room.max(1);
    let first = current.saturating_sub(room / 2).min(len.saturating_sub(room));
    first..(first + room).min(len)
}

/// Why Q of it cannot be bought, and which quantity can.
fn not_at_q(model: &Model, hit: &SearchRow) -> Option<String> {
    let nearest = hit.price.nearest.map(text::quantity);
    let q = text::quantity(model.quantity_of(&hit.offer.key));
    (hit.price.least.is_some() && !hit.price.buyable && !hit.offer.gone)
        .then(|| messages::not_at(model.lang, &q, nearest.as_deref()))
}

fn ladder(model: &Model, pen: &Pen, hit: &SearchRow, cells: usize, room: usize) -> Vec<Line<'static>> {
    let offer = &*hit.offer;
    let refused = not_at_q(model, hit);
    let tiers = price::ladder(&offer.tiers);
    let q = model.quantity_of(&offer.key);
    let greatest = tiers.iter().map(PriceTier::charged).max().unwrap_or_default();
    let current = tiers.iter().rposition(|tier| tier.from_quantity <= q);
    let runs = compare::dominated(offer, None);
    let unit = offer.unit.as_ref().map_or("", |unit| unit.as_str());
    // In a narrow half a note stands under its tier, while there is room for that.
    let below = cells < 60;
    let bar_cells = if cells < 70 { 9 } else { 16 };
    let mut spare = room.saturating_sub(tiers.len());
    let mut lines = Vec::new();
    for at in window(tiers.len(), current.unwrap_or(0), room) {
        let Some(tier) = tiers.get(at) else { continue };
        let here = current == Some(at);
        let style = if here { pen.selected } else { pen.plain };
        let next = tiers.get(at + 1).map(|next| next.from_quantity);
        let run =
            runs.iter().find(|run| run.from >= tier.from_quantity && next.is_none_or(|next| run.from < next));
        let (note, note_style) = match run {
            _ if here && refused.is_some() => (refused.clone().unwrap_or_default(), pen.warn),
            Some(run) if here && q >= run.from && q <= run.to => {
                let saving = run.saving(tier.charged(), q);
                (
                    messages::cheaper_at(model.lang, &text::quantity(run.better), &text::money(saving)),
                    pen.warn,
                )
            }
            _ if here => {
                let goods = tier.charged().times(q.decimal()).rounded();
                let quantity = messages::with_unit(&text::quantity(q), unit);
                (format!("{quantity} = {}", text::money(goods)), style)
            }
            Some(run) => (
                messages::dominated(
                    model.lang,
                    &run.from.to_string(),
                    &run.to.to_string(),
                    &run.better.to_string(),
                ),
                pen.dim,
            ),
            None => (String::new(), pen.dim),
        };
        let promotion = if tier.promotion.is_some() { "*" } else { " " };
        let from = format!("{}+", text::quantity(tier.from_quantity));
        let note_room = cells.saturating_sub(3 + 8 + 10 + 2 + bar_cells + 2);
        let fits = text::width(&note) <= note_room;
        let beside = if below && !fits { "" } else { note.as_str() };
        lines.push(Line::from(vec![
            Span::styled(if here { " > " } else { "   " }, pen.accent),
            Span::styled(text::right(&from, 8, ""), style),
            Span::styled(text::right(&text::money(tier.charged()), 10, ""), style),
            Span::styled(promotion, pen.good),
            Span::raw(" "),
            Span::styled(pen.gauge(tier.charged().yuan(), greatest.yuan(), bar_cells), pen.dim),
            Span::raw("  "),
            Span::styled(text::cut(beside, note_room, pen.sign()), note_style),
        ]));
        if below && !fits && spare > 0 {
            spare -= 1;
            // Under the price, or as far to the left as it needs.
            let indent = cells.saturating_sub(text::width(&note) + 1).clamp(4, 11);
            let note = text::cut(&note, cells.saturating_sub(indent + 1), pen.sign());
            lines.push(Line::styled(format!("{}{note}", " ".repeat(indent)), note_style));
        }
    }
    lines
}

fn sku_rows(model: &Model, pen: &Pen, offer: &Offer, cells: usize, room: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let chosen = likely_sku(model, offer);
    let q = model.quantity_of(&offer.key);
    let current = offer.skus.iter().position(|sku| Some(&sku.spec_id) == chosen.as_ref());
    let mut lines = Vec::new();
    let shown = window(offer.skus.len(), current.unwrap_or(0), room);
    let name_cells = cells.saturating_sub(3 + 10 + 11 + 2);
    for at in shown {
        let Some(sku) = offer.skus.get(at) else { continue };
        let least = current == Some(at);
        let unit_price = price::unit_price(offer, Some(&sku.spec_id), q, q);
        let sold_out = sku.stock.is_some_and(Quantity::is_zero);
        let style = match () {
            () if sold_out => pen.dim,
            () if least => pen.selected,
            () => pen.plain,
        };
        let (stock, stock_style) = match sku.stock {
            _ if price::sku_is_bait(offer, &sku.spec_id) => (words.bait.to_owned(), pen.warn),
            Some(_) if sold_out => (words.sold_out.to_owned(), pen.dim),
            Some(stock) => (text::quantity(stock), pen.dim),
            None => ("?".to_owned(), pen.dim),
        };
        lines.push(Line::from(vec![
            Span::styled(if least { " > " } else { "   " }, pen.accent),
            Span::styled(text::right(&text::money_or(unit_price.map(|p| p.charged)), 10, pen.sign()), style),
            Span::raw("  "),
            Span::styled(text::left(sku_name(model, sku), name_cells, pen.sign()), style),
            Span::styled(text::right(&stock, 10, pen.sign()), stock_style),
        ]));
    }
    lines
}

/// A SKU's words in the language the titles are in.
pub fn sku_name<'a>(model: &Model, sku: &'a Sku) -> &'a str {
    model.title_from(&sku.name, sku.name_en.as_ref()).as_str()
}

/// Most important first: what does not fit is behind a key, and the last line says so.
fn right_side(model: &Model, pen: &Pen, hit: &SearchRow, cells: usize, rows: usize) -> Vec<(String, Style)> {
    let offer = &*hit.offer;
    let (dot, sign) = (pen.glyphs.dot, pen.sign());
    let mine = phrases::mine_of(model, &offer.key, &hit.mine);
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut say = |pieces: &[String], between: &str, style: Style| {
        lines.extend(text::wrap(pieces, between, cells, sign).into_iter().map(|line| (line, style)));
    };
    say(&who(model, offer), dot, pen.plain);
    for mark in [&mine.offer, &mine.supplier] {
        if let Some(blocked) = phrases::blocked(model, mark) {
            say(&text::fold(&blocked, cells), "", pen.bad);
        }
    }
    say(&terms(model, offer), dot, pen.plain);
    // Once: beside the tier that Q reaches, or here.
    let q = model.quantity_of(&offer.key);
    let has_tier = !is_by_sku(offer) && offer.tiers.iter().any(|tier| tier.from_quantity <= q);
    if let Some(refused) = not_at_q(model, hit).filter(|_| !has_tier) {
        say(&[refused], " ", pen.warn);
    }
    say(&cost(model, pen, offer, cells), " ", pen.selected);
    if let Some(verdict) = model.prices.yanxuan(&offer.key) {
        let worst = verdict.place() == Place::Tail || verdict.as_str() == "fail";
        say(
            &messages::yanxuan_verdict(model.lang, offer.rating, verdict),
            dot,
            if worst { pen.warn } else { pen.plain },
        );
    }
    let (before, style) = prices_before(model, pen, offer);
    say(&before, dot, style);
    if let Some(line) = model.prices.watched(&offer.key, model.quantity_of(&offer.key)) {
        say(&[prices::watched(model.lang, &text::money(line))], dot, pen.good);
    }
    if let Some(bought) = &mine.bought {
        say(&phrases::bought(model, bought), dot, pen.good);
    }
    for mark in [&mine.offer, &mine.supplier] {
        for said in phrases::noted(model, mark) {
            for part in text::fold(&said, cells) {
                say(&[part], "", pen.warn);
            }
        }
    }
    if offer.quote_type == QuoteType::ByOfferOverSkus && !offer.skus.is_empty() {
        let stock = |sku: &Sku| sku.stock.map_or_else(|| "?".to_owned(), text::quantity);
        let skus: Vec<String> =
            offer.skus.iter().map(|sku| format!("{} {}", sku_name(model, sku), stock(sku))).collect();
        say(&skus, dot, pen.plain);
    }
    say(&parcel(model, pen, offer), dot, pen.dim);
    say(&figures(model, offer), dot, pen.dim);
    if lines.len() > rows {
        lines.truncate(rows.saturating_sub(1));
        let more = match model.search.detail {
            Some(true) => sign.to_owned(),
            _ => messages::more_lines(model.lang, &model.keys.shown(ActionId::SearchDetail)),
        };
        lines.push((more, pen.dim));
    }
    lines
}

/// What it cost before, by our own readings: a line of it, the lowest of the last days, and whether the discount of
/// the label is one. Nothing where it never cost anything else.
fn prices_before(model: &Model, pen: &Pen, offer: &Offer) -> (Vec<String>, Style) {
    let (lang, quantity) = (model.lang, model.quantity);
    let Some(history) = model.prices.of(&offer.key) else { return (Vec::new(), pen.dim) };
    let line = history.spark(quantity, model.now, SPARK);
    let Some(verdict) = history.verdict(quantity, model.now).filter(|_| !line.is_empty()) else {
        return (Vec::new(), pen.dim);
    };
    let mut said =
        vec![line.iter().filter_map(|level| pen.glyphs.spark.get(usize::from(*level)).copied()).collect()];
    if verdict.is_lowest() {
        said.push(prices::lowest_in(lang, verdict.days));
    } else if verdict.lowest < verdict.price {
        said.push(prices::lowest_was(lang, verdict.days, &text::money(verdict.lowest)));
    }
    if let Some(own) = verdict.own_discount {
        said.push(prices::discounts(lang, verdict.label_discount, own));
    }
    (said, if verdict.is_lowest() { pen.good } else { pen.plain })
}

fn who(model: &Model, offer: &Offer) -> Vec<String> {
    let mut who = vec![offer.supplier_name.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string)];
    who.extend(offer.identities.iter().map(|identity| phrases::identity_name(model, identity)));
    who.extend(offer.years.map(|years| messages::years(model.lang, years)));
    who.extend(offer.belt.as_ref().map(ToString::to_string));
    who
}

/// What it is counted in.
pub fn unit_of(offer: &Offer) -> &str {
    offer.unit.as_ref().map_or("", |unit| unit.as_str())
}

fn terms(model: &Model, offer: &Offer) -> Vec<String> {
    let (words, lang) = (model.text(), model.lang);
    let with_unit = |quantity: Quantity| messages::with_unit(&text::quantity(quantity), unit_of(offer));
    let mut terms = vec![match offer.moq {
        Some(moq) => messages::moq(lang, &with_unit(moq)),
        None => words.moq_unknown.to_owned(),
    }];
    terms.extend(
        offer.lot.filter(|lot| *lot > Quantity::ONE).map(|lot| messages::lot(lang, &text::quantity(lot))),
    );
    terms.extend(offer.purchase_limit.map(|most| messages::limit(lang, &with_unit(most))));
    terms.push(phrases::mix(model, &offer.mix, unit_of(offer)));
    terms.push(match offer.lead_time_hours {
        Some(hours) => messages::ships_in(lang, hours),
        None => words.ships_unknown.to_owned(),
    });
    terms
}

fn cost(model: &Model, pen: &Pen, offer: &Offer, cells: usize) -> Vec<String> {
    let at = comparison(model, offer);
    let mut cost = vec![format!("{} {}", phrases::freight_to(model), text::freight(at.freight))];
    if let Some(goods) = at.goods.filter(|_| at.buyable) {
        let landed = text::landed(goods, true, at.freight);
        let sku = at.spec_id.as_ref().and_then(|spec| offer.sku(spec)).map(|sku| sku_name(model, sku));
        let landed = format!("{} {landed}", model.text().landed);
        let whole = sku.map(|sku| format!("{} {sku} {landed}", pen.glyphs.arrow));
        // The amount is never cut for a long name.
        let whole = whole.filter(|whole| text::width(whole) <= cells);
        cost.push(whole.unwrap_or_else(|| format!("{} {landed}", pen.glyphs.arrow)));
        if let Some(each) = each(at.landed, model.quantity_of(&offer.key)) {
            cost.push(messages::each(model.lang, &text::money(each)));
        }
    }
    cost
}

/// What a unit weighs and measures, and how many are in a carton: what is missing is said to be missing.
fn parcel(model: &Model, pen: &Pen, offer: &Offer) -> Vec<String> {
    let (words, lang) = (model.text(), model.lang);
    let or = |known: Option<String>, unknown: &str| known.unwrap_or_else(|| unknown.to_owned());
    vec![
        or(
            offer.weight_kg.map(|kg| messages::weight(lang, &kg.normalize().to_string())),
            words.unknown_weight,
        ),
        or(
            offer
                .volume_m3
                .map(|m3| messages::volume(lang, &format!("{} {}", m3.normalize(), pen.glyphs.cubic))),
            words.unknown_volume,
        ),
        or(
            offer.per_carton.map(|many| {
                messages::per_carton(lang, &messages::with_unit(&text::quantity(many), unit_of(offer)))
            }),
            words.unknown_carton,
        ),
    ]
}

fn figures(model: &Model, offer: &Offer) -> Vec<String> {
    let lang = model.lang;
    let mut said = Vec::new();
    said.extend(offer.sold_30d.map(|sold| messages::sold(lang, &text::count(sold))));
    said.extend(offer.repeat_rate.map(|rate| messages::repeat(lang, &phrases::percent(rate))));
    if let Some(stock) = offer.stock {
        said.push(messages::stock(lang, &messages::with_unit(&text::quantity(stock), unit_of(offer))));
    }
    said.push(offer.key.to_string());
    said
}

/// The SKU a landed cost can be named for where the price depends on it: the cheapest of those that have enough and
/// are no bait, else the row's own.
fn likely_sku(model: &Model, offer: &Offer) -> Option<SpecId> {
    if !is_by_sku(offer) {
        return None;
    }
    let q = model.quantity_of(&offer.key);
    let price = |sku: &Sku| price::unit_price(offer, Some(&sku.spec_id), q, q);
    let honest = offer
        .skus
        .iter()
        .filter(|sku| sku.stock.is_none_or(|stock| stock >= q) && !price::sku_is_bait(offer, &sku.spec_id));
    let cheapest = honest.filter_map(|sku| Some((price(sku)?.charged, &sku.spec_id))).min();
    cheapest.map(|(_, spec)| spec.clone()).or_else(|| price::row_price(offer, q).spec_id)
}

fn is_by_sku(offer: &Offer) -> bool {
    matches!(offer.quote_type, QuoteType::BySku | QuoteType::TiersPerSku)
}

/// The offer at Q: freight and what it all costs.
pub fn comparison(model: &Model, offer: &Offer) -> Comparison {
    let nowhere = crate::domain::freight::Destination::default();
    let destination = model.status.as_ref().map_or(&nowhere, |status| &status.destination);
    compare::at(offer, likely_sku(model, offer).as_ref(), model.quantity_of(&offer.key), destination)
}

fn each(landed: Option<Money>, quantity: Quantity) -> Option<Money> {
    let each = landed?.yuan().checked_div(quantity.decimal())?;
    Some(Money::from_yuan(each).rounded())
}
