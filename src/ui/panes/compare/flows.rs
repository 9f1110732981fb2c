//! The ways to order the selected offer: what each costs at its quantity, from how many on, and what is given up.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::compare::Row;
use crate::domain::flow::{Flow, FlowAt};
use crate::domain::freight::Freight;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::i18n::{buying, comparing};
use crate::ui::pen::Pen;
use crate::ui::text;

const NAME: usize = 24;
const START: usize = 7;
const PRICE: usize = 9;
const SUM: usize = 12;
const FREIGHT: usize = 10;
const LANDED: usize = 13;

/// One line of the table.
struct Way {
    name: String,
    start: Option<Quantity>,
    price: Option<Money>,
    goods: Option<Money>,
    freight: Freight,
    buyable: Option<bool>,
    best: bool,
}

/// All lines: the table, then what each flow gives up, needs, and what nobody says.
pub fn lines(model: &Model, pen: &Pen, chosen: &Row, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let at_q = format!("@{}", text::quantity(chosen.quantity));
    let title = format!(" {} {at_q}", comparing::flows_of(model.lang, chosen.letter));
    let mut lines = vec![Line::styled(title, pen.accent)];
    let head = format!(
        "   {}{}{}{}{}{}",
        text::left(words.col_flow, NAME, ""),
        text::right(words.col_start, START, ""),
        text::right(words.col_price, PRICE, ""),
        text::right(words.goods, SUM, ""),
        text::right(words.freight, FREIGHT, ""),
        text::right(words.landed, LANDED, ""),
    );
    lines.push(Line::styled(text::cut(&head, cells, ""), pen.head));
    lines.push(way(model, pen, &wholesale(model, chosen)));
    if chosen.flows.is_empty() {
        lines.push(Line::styled(format!("   {}", comparing::no_flows(model.lang)), pen.dim));
        return lines;
    }
    lines.extend(chosen.flows.iter().map(|flow| way(model, pen, &of(model, chosen, flow))));
    for (said, style) in sentences(model, pen, &chosen.flows) {
        let folded = text::fold(&said, cells.saturating_sub(3));
        lines.extend(folded.into_iter().map(|line| Line::styled(format!("   {line}"), style)));
    }
    lines
}

fn wholesale(model: &Model, chosen: &Row) -> Way {
    let sku = chosen.at.spec_id.as_ref().and_then(|spec| chosen.offer.sku(spec));
    Way {
        name: comparing::flow(model.lang, &Flow::General),
        start: chosen.offer.moq.map(|_| minimum::least(&chosen.offer, sku)),
        price: chosen.at.unit_price,
        goods: chosen.at.goods,
        freight: chosen.at.freight,
        buyable: Some(chosen.at.buyable),
        best: chosen.best_flow == Some(Flow::General),
    }
}

fn of(model: &Model, chosen: &Row, flow: &FlowAt) -> Way {
    Way {
        name: comparing::flow(model.lang, &flow.flow),
        start: flow.start_quantity,
        price: flow.unit_price,
        goods: flow.goods,
        freight: flow.freight,
        buyable: flow.buyable,
        best: chosen.best_flow.as_ref() == Some(&flow.flow),
    }
}

fn way(model: &Model, pen: &Pen, way: &Way) -> Line<'static> {
    let words = model.text();
    let style = if way.buyable == Some(false) { pen.dim } else { pen.plain };
    let price = text::money_or(way.price);
    let price = if way.buyable == Some(false) { format!("({price})") } else { price };
    let landed = way.goods.map_or_else(|| "?".to_owned(), |goods| text::landed(goods, true, way.freight));
    let name = if way.best { format!("{} {}", way.name, words.best) } else { way.name.clone() };
    let name = text::left(&name, NAME, pen.sign());
    let start = way.start.map_or_else(|| "?".to_owned(), text::quantity);
    Line::from(vec![
        Span::raw("   "),
        Span::styled(name, if way.best { pen.good } else { style }),
        Span::styled(text::right(&start, START, pen.sign()), style),
        Span::styled(text::right(&price, PRICE, pen.sign()), style),
        Span::styled(text::right(&text::money_or(way.goods), SUM, pen.sign()), style),
        Span::styled(text::right(&text::freight(way.freight), FREIGHT, pen.sign()), style),
        Span::styled(text::right(&landed, LANDED, pen.sign()), style),
    ])
}

/// What is lost for certain first, flow by flow; what nobody says is the same for all and said once.
fn sentences(model: &Model, pen: &Pen, flows: &[FlowAt]) -> Vec<(String, Style)> {
    let lang = model.lang;
    let joined = |words: Vec<&'static str>| {
        buying::joined(lang, &words.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let mut said = Vec::new();
    for flow in flows {
        let name = comparing::flow(lang, &flow.flow);
        if !flow.lost.is_empty() {
            let what = joined(flow.lost.iter().map(|what| comparing::lost(lang, *what)).collect());
            said.push((comparing::gives_up(lang, &name, &what), pen.warn));
        }
        if !flow.needs.is_empty() {
            let what = joined(flow.needs.iter().map(|what| comparing::needs(lang, *what)).collect());
            said.push((comparing::needs_first(lang, &name, &what), pen.warn));
        }
    }
    if let Some(first) = flows.first().filter(|flow| !flow.unsaid.is_empty()) {
        let names: Vec<String> = flows.iter().map(|flow| comparing::flow(lang, &flow.flow)).collect();
        let what = joined(first.unsaid.iter().map(|what| comparing::unsaid(lang, *what)).collect());
        said.push((comparing::may_give_up(lang, &buying::joined(lang, &names), &what), pen.warn));
    }
    said.push((comparing::flow_decides(lang).to_owned(), pen.dim));
    said
}
