//! `pifa show OFFER --history`: what an offer cost before, by our own readings.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::print::{Lean, Printer, table};
use crate::domain::money::Money;
use crate::domain::price_history::PriceHistory;
use crate::domain::quantity::Quantity;
use crate::i18n::prices;

/// Cells of the spark line.
const SPARK: usize = 30;
/// The levels of a spark line.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// What a listing asked from a moment on.
#[derive(Debug, Serialize)]
pub(super) struct PointDocument {
    pub at: Timestamp,
    pub unit_price: Money,
    pub unit_price_max: Money,
    pub list_price: Money,
    pub tiers: Vec<RungDocument>,
}

/// The same at every quantity.
#[derive(Debug, Serialize)]
pub(super) struct RungDocument {
    pub from_quantity: Quantity,
    pub unit_price: Money,
    pub unit_price_max: Money,
    pub list_price: Money,
}

/// What the history says of the price of today.
#[derive(Debug, Serialize)]
pub(super) struct VerdictDocument {
    pub unit_price: Money,
    pub since: Timestamp,
    pub days: i64,
    pub lowest: Money,
    pub lowest_at: Timestamp,
    pub is_lowest: bool,
    pub usual: Option<Money>,
    pub label_discount_percent: Decimal,
    pub own_discount_percent: Option<Decimal>,
}

/// The history in a document.
#[derive(Debug)]
pub(super) struct HistoryDocument {
    pub points: Vec<PointDocument>,
    pub verdict: Option<VerdictDocument>,
    spark: Vec<u8>,
}

impl HistoryDocument {
    pub fn new(history: &PriceHistory, quantity: Quantity, now: Timestamp) -> HistoryDocument {
        let points = history.points().iter().filter_map(|point| {
            let rung = point.ladder.at(quantity)?;
            Some(PointDocument {
                at: point.at,
                unit_price: rung.least,
                unit_price_max: rung.greatest,
                list_price: rung.list,
                tiers: point
                    .ladder
                    .rungs()
                    .iter()
                    .map(|rung| RungDocument {
                        from_quantity: rung.from,
                        unit_price: rung.least,
                        unit_price_max: rung.greatest,
                        list_price: rung.list,
                    })
                    .collect(),
            })
        });
        let verdict = history.verdict(quantity, now).map(|verdict| VerdictDocument {
            is_lowest: verdict.is_lowest(),
            unit_price: verdict.price,
            since: verdict.since,
            days: verdict.days,
            lowest: verdict.lowest,
            lowest_at: verdict.lowest_at,
            usual: verdict.usual,
            label_discount_percent: verdict.label_discount,
            own_discount_percent: verdict.own_discount,
        });
        HistoryDocument { points: points.collect(), verdict, spark: history.spark(quantity, now, SPARK) }
    }

    /// For people: the line, what it says, and each price with its day.
    pub fn words(&self, printer: &Printer, ascii: bool) -> String {
        let bars = if ascii { ASCII } else { BARS };
        let spark: String = self.spark.iter().filter_map(|level| bars.get(usize::from(*level))).collect();
        let mut said: Vec<String> = Vec::new();
        said.extend((!spark.is_empty()).then_some(spark));
        if let Some(verdict) = &self.verdict {
            if verdict.is_lowest {
                said.push(prices::lowest_in(printer.lang, verdict.days));
            } else if verdict.lowest < verdict.unit_price {
                said.push(prices::lowest_was(printer.lang, verdict.days, &verdict.lowest.to_string()));
            }
            if let Some(own) = verdict.own_discount_percent {
                said.push(prices::discounts(printer.lang, verdict.label_discount_percent, own));
            }
        }
        let heads = [
            (printer.words("  read at", "  读取时间", "  讀取時間"), Lean::Left),
            (printer.words("price", "价格", "價格"), Lean::Right),
            (printer.words("list price", "标价", "標價"), Lean::Right),
        ];
        let rows: Vec<Vec<String>> = self
            .points
            .iter()
            .map(|point| {
                let at = point.at.to_zoned(jiff::tz::TimeZone::system());
                let price = if point.unit_price == point.unit_price_max {
                    point.unit_price.to_string()
                } else {
                    format!("{}-{}", point.unit_price, point.unit_price_max)
                };
                vec![format!("  {}", at.strftime("%Y-%m-%d %H:%M")), price, point.list_price.to_string()]
            })
            .collect();
        format!("  {}\n{}", said.join("  "), table(&heads, &rows))
    }
}
