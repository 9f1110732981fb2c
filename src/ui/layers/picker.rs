//! The SKU picker: which variants, and how many of each.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::model::{PickFor, Picker};
use crate::domain::minimum;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::i18n::messages;
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::text;

const PRICE: usize = 12;
const STOCK: usize = 12;
const TYPED: usize = 12;

/// Draws the layer.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, picker: &Picker) -> usize {
    let words = model.text();
    let offer = &*picker.offer;
    let q = model.quantity_of(&offer.key);
    let height = (offer.skus.len() as u16).saturating_add(5);
    let inner = super::popup(pen, frame, body, words.pick_sku, 78, height);
    let cells = inner.width as usize;
    let row = |y: u16| Rect { y: inner.y + y.min(inner.height - 1), height: 1, ..inner };
    let title = text::cut(model.title_of(offer).as_str(), cells.saturating_sub(2), pen.sign());
    frame.render_widget(Line::styled(format!(" {title}"), pen.selected), row(0));
    let name = cells.saturating_sub(3 + PRICE + STOCK + TYPED + 1);
    let head = format!(
        "   {}{}{}{} ",
        text::left(words.col_sku, name, ""),
        text::right(words.col_price, PRICE, ""),
        text::right(words.col_stock, STOCK, ""),
        text::right(words.col_quantity, TYPED, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(1));
    let page = (inner.height as usize).saturating_sub(3).max(1);
    let total: Quantity = picker.quantities.iter().filter_map(|typed| typed.parse::<Quantity>().ok()).sum();
    let first = picker.list.first_in_view(offer.skus.len(), page);
    for (at, (sku, typed)) in offer.skus.iter().zip(&picker.quantities).enumerate().skip(first).take(page) {
        let selected = at == picker.list.selected;
        let y = 2 + (at - first) as u16;
        let of_sku = typed.parse::<Quantity>().ok().filter(|q| !q.is_zero()).unwrap_or(q);
        let of_offer = if total.is_zero() { q } else { total };
        let unit_price = price::unit_price(offer, Some(&sku.spec_id), of_offer, of_sku);
        let base = if selected { pen.selected } else { pen.plain };
        let stock = match sku.stock {
            Some(stock) if stock.is_zero() => words.sold_out.to_owned(),
            Some(stock) => text::quantity(stock),
            None => "?".to_owned(),
        };
        let bait = price::sku_is_bait(offer, &sku.spec_id);
        let label = if bait {
            format!("{} ({})", sku_name(model, sku), words.bait)
        } else {
            sku_name(model, sku).to_owned()
        };
        let line = Line::from(vec![
            Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
            Span::raw("  "),
            Span::styled(text::left(&label, name, pen.sign()), base),
            Span::styled(text::right(&text::money_or(unit_price.map(|p| p.charged)), PRICE, ""), base),
            Span::styled(text::right(&stock, STOCK, ""), pen.dim),
            Span::styled(text::right(typed, TYPED, ""), pen.accent),
        ]);
        frame.render_widget(line, row(y));
        pen.listed(row(y), at);
        if selected {
            let x = inner.x + (3 + name + PRICE + STOCK + TYPED) as u16;
            frame.set_cursor_position(Position::new(x.min(inner.right() - 1), row(y).y));
        }
    }
    let unit = offer.unit.as_ref().map_or("", |unit| unit.as_str());
    let least = messages::with_unit(&minimum::required(offer, None).to_string(), unit);
    let said = if picker.take != PickFor::Cart {
        words.pick_one.to_owned()
    } else if total.is_zero() {
        messages::pick_hint(model.lang, &text::quantity(q))
    } else {
        messages::picked(model.lang, &messages::with_unit(&text::quantity(total), unit), &least)
    };
    let said = text::cut(&said, cells.saturating_sub(2), pen.sign());
    frame.render_widget(Line::styled(format!(" {said}"), pen.dim), row(inner.height - 1));
    page
}
