//! A buyer's past as a file: the rows of an order history (CSV or XLSX, see [`crate::table`]), by the names its columns have in the exports people
//! have. Every row that cannot be read is named with its line; returns are told, never ordered.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;

use super::{Desk, DeskError};
use crate::domain::drift::{PastLine, Return};
use crate::domain::entry::is_ruined;
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::domain::written::FileTrouble;
use crate::query::fold::fold;
use crate::table::{self, Opened, Stop, TableError};

/// What a column of a history can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Column {
    Order,
    Date,
    Code,
    Spec,
    Name,
    SpecName,
    Unit,
    Quantity,
    Price,
    Seller,
}

/// The names columns have, in 1688's own export of orders and in what people keep; the first name of a meaning that a
/// file has counts.
const NAMES: [(Column, &[&str]); 10] = [
    (
        Column::Order,
        &["invoice_no", "invoice", "order_id", "order_no", "order", "订单编号", "订单号", "单号"],
    ),
    (
        Column::Date,
        &[
            "invoice_date",
            "order_date",
            "date",
            "created_at",
            "time",
            "订单创建时间",
            "下单时间",
            "订单付款时间",
            "日期",
            "时间",
        ],
    ),
    (
        Column::Code,
        &[
            "offer_id",
            "stock_code",
            "item_no",
            "item_id",
            "product_id",
            "goods_id",
            "code",
            "item",
            "sku",
            "id",
            "商品ID",
            "商品编号",
            "货号",
            "单品货号",
            "编号",
            "编码",
        ],
    ),
    (Column::Spec, &["spec_id", "sku_id", "variant_id", "规格ID"]),
    (
        Column::Name,
        &[
            "title",
            "name",
            "description",
            "subject",
            "product_name",
            "货品标题",
            "商品名称",
            "品名",
            "名称",
            "标题",
        ],
    ),
    (Column::SpecName, &["spec_name", "spec", "variant", "sku_name", "规格", "型号", "颜色", "单品规格"]),
    (Column::Unit, &["unit", "单位", "计量单位"]),
    (Column::Quantity, &["quantity", "qty", "count", "pieces", "amount_ordered", "数量", "采购数量", "件数"]),
    (Column::Price, &["unit_price", "price", "单价(元)", "单价", "价格"]),
    (Column::Seller, &["supplier_name", "supplier", "seller", "卖家公司名", "卖家会员名", "供应商", "厂家"]),
];

/// One row of a history.
struct Row {
    line: u64,
    code: String,
    spec: Option<String>,
    title: Clean,
    spec_name: Clean,
    unit: Option<Unit>,
    /// Below zero for a return.
    quantity: Decimal,
    price: Option<Money>,
    at: Option<Timestamp>,
}

/// A history that was read.
#[derive(Default)]
pub(super) struct Past {
    /// What was bought, in the order of the rows; `None` for codes that mean nothing in the catalog.
    pub lines: Vec<(PastLine, bool)>,
    /// What went back.
    pub returns: Vec<Return>,
    /// Rows that cannot be read.
    pub bad: Vec<(u64, Clean)>,
}

impl Desk {
    /// Reads a history and finds the offers its codes mean.
    pub(super) fn past_of(&self, path: &Path) -> Result<Past, DeskError> {
        let mut past = Past::default();
        let rows = read(path, &mut past.bad)?;
        let found = self.offers_of_codes(&rows)?;
        for row in rows {
            let (key, unit) = found.get(&row.code).cloned().unzip();
            // The file need not say what the goods are counted in: their listing does.
            let unit = row.unit.clone().or(unit.flatten());
            if unit.is_some_and(|unit| !unit.is_measured()) && !row.quantity.is_integer() {
                past.bad.push((row.line, of_counted(row.quantity)));
                continue;
            }
            let amount = row.price.map(|price| price.times(row.quantity));
            let Some(quantity) = Quantity::from_decimal(row.quantity.abs()) else { continue };
            if row.quantity <= Decimal::ZERO {
                past.returns.push(Return {
                    line: row.line,
                    code: Clean::capped(&row.code, 80),
                    offer_id: key,
                    title: row.title,
                    quantity,
                    unit_price: row.price,
                    amount: amount.map(|amount| Money::from_yuan(amount.yuan().abs())),
                });
                continue;
            }
            let is_known = key.is_some();
            let unknown = || OfferKey::Local { source: "?".to_owned(), item_no: row.code.clone() };
            let line = PastLine {
                offer_id: key.unwrap_or_else(unknown),
                spec_id: row.spec.as_deref().map(SpecId::new),
                title: row.title,
                spec_name: row.spec_name,
                unit: row.unit,
                quantity,
                last_quantity: quantity,
                unit_price: row.price,
                amount,
                supplier: None,
                was: None,
                at: row.at,
            };
            past.lines.push((line, is_known));
        }
        past.bad.sort_by_key(|(line, _)| *line);
        Ok(past)
    }

    /// Which offer each code means: an id of the market, a whole key, or the number of an imported good; with its unit.
    fn offers_of_codes(&self, rows: &[Row]) -> Result<HashMap<String, (OfferKey, Option<Unit>)>, DeskError> {
        let mut codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let sources = self.parts.catalog.local_sources()?;
        let mut asked: Vec<(&str, OfferKey)> = Vec::new();
        for code in codes {
            asked.extend(OfferKey::from_str(code).ok().map(|key| (code, key)));
            for source in &sources {
                asked.push((code, OfferKey::Local { source: source.clone(), item_no: code.to_owned() }));
            }
        }
        let keys: Vec<OfferKey> = asked.iter().map(|(_, key)| key.clone()).collect();
        let mut found: HashMap<String, (OfferKey, Option<Unit>)> = HashMap::new();
        for ((code, key), offer) in asked.into_iter().zip(self.parts.catalog.offers(&keys)?) {
            // The first that is there counts: the market's own before imported ones, sources by name.
            if let Some(offer) = offer {
                found.entry(code.to_owned()).or_insert((key, offer.unit));
            }
        }
        Ok(found)
    }
}

fn of_counted(quantity: Decimal) -> Clean {
    Clean::capped(&format!("{quantity} of a counted unit"), 80)
}

fn plain(name: &str) -> String {
    fold(name).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '\u{feff}')).collect()
}

fn read(path: &Path, bad: &mut Vec<(u64, Clean)>) -> Result<Vec<Row>, DeskError> {
    let wrong = |line: u64, what: &str| DeskError::from(FileTrouble::new(path, line, what));
    let opened = File::open(path).map_err(TableError::from).and_then(table::load);
    let opened =
        opened.and_then(|bytes| table::open(&bytes)).map_err(|error| wrong(0, &error.to_string()))?;
    let table = match opened {
        Opened::Text(text) => text.table(),
        Opened::Sheet(table) => table,
    };
    // A history that was read in part would be ordered in part.
    if let Some(Stop::Rows(_) | Stop::Cells(_)) = table.stopped {
        return Err(wrong(0, "too long to be read as a whole: cut the file"));
    }
    let mut columns: Option<Vec<(Column, usize)>> = None;
    let mut rows = Vec::new();
    for table::Row { line, cells } in table.rows {
        let Some(columns) = &columns else {
            let names = cells.map_err(|fault| wrong(line, &fault.to_string()))?;
            columns = Some(header(path, &names)?);
            continue;
        };
        match cells.map_err(|fault| fault.to_string()).and_then(|cells| row(line, &cells, columns)) {
            Ok(row) => rows.push(row),
            Err(reason) => bad.push((line, Clean::capped(&reason, 200))),
        }
    }
    if columns.is_none() {
        return Err(wrong(1, "the file is empty"));
    }
    Ok(rows)
}

fn header(path: &Path, names: &[String]) -> Result<Vec<(Column, usize)>, DeskError> {
    let named: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let columns: Vec<(Column, usize)> = NAMES
        .iter()
        .filter_map(|(column, aliases)| {
            let at = aliases.iter().find_map(|alias| named.iter().position(|name| *name == plain(alias)))?;
            Some((*column, at))
        })
        .collect();
    for (needed, aliases) in
        NAMES.iter().filter(|(column, _)| matches!(column, Column::Code | Column::Quantity))
    {
        if !columns.iter().any(|(column, _)| column == needed) {
            let what = format!("no column of the first line is one of: {}", aliases.join(", "));
            return Err(FileTrouble::new(path, 1, &what).into());
        }
    }
    Ok(columns)
}

fn row(line: u64, fields: &[String], columns: &[(Column, usize)]) -> Result<Row, String> {
    let field = |wanted: Column| {
        let at = columns.iter().find(|(column, _)| *column == wanted).map(|(_, at)| *at)?;
        fields.get(at).map(|text| text.trim()).filter(|text| !text.is_empty())
    };
    let short = |text: &str| Clean::capped(text, 40).to_string();
    // `="123"` is how spreadsheets are told to leave a number alone.
    let code = field(Column::Code).ok_or("no code of the goods")?;
    let code = code.trim_start_matches(['=', '\'']).trim_matches('"').to_owned();
    if is_ruined(&code) {
        return Err(format!(
            "{}: a spreadsheet has rounded this id, export the column as text",
            short(&code)
        ));
    }
    let quantity = field(Column::Quantity).ok_or("no quantity")?;
    let quantity = number(quantity).ok_or_else(|| format!("not a quantity: {}", short(quantity)))?;
    if Quantity::from_decimal(quantity.abs()).is_none() {
        return Err(format!("no quantity anybody orders: {}", short(&quantity.to_string())));
    }
    let unit = field(Column::Unit).map(Unit::new);
    if unit.as_ref().is_some_and(|unit| !unit.is_measured()) && !quantity.is_integer() {
        return Err(of_counted(quantity).to_string());
    }
    let price = match field(Column::Price) {
        None => None,
        Some(text) => {
            let price = number(text).ok_or_else(|| format!("not a price: {}", short(text)))?;
            if price.is_sign_negative() && !price.is_zero() {
                return Err(format!("a price below zero: {price}"));
            }
            Some(Money::from_yuan(price))
        }
    };
    let at = match field(Column::Date) {
        None => None,
        Some(text) => Some(moment(text).ok_or_else(|| format!("not a date: {}", short(text)))?),
    };
    Ok(Row {
        line,
        title: Clean::new(field(Column::Name).unwrap_or(&code)),
        code,
        spec: field(Column::Spec).map(str::to_owned),
        spec_name: Clean::capped(field(Column::SpecName).unwrap_or_default(), 120),
        unit,
        quantity,
        price,
        at,
    })
}

/// A decimal as people write it: full-width digits, thousands' commas, a currency sign in front.
fn number(text: &str) -> Option<Decimal> {
    let text: String = fold(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '¥' | '$' | '£' | '€'))
        .collect();
    // Longer figures are none, and would lose digits.
    if text.is_empty() || text.len() > 20 { None } else { Decimal::from_str(&text).ok() }
}

/// A moment without a zone is Beijing time, as the marketplace writes it.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace('/', "-");
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let zone = TimeZone::fixed(jiff::tz::Offset::constant(8));
    let civil = DateTime::from_str(&text.replacen(' ', "T", 1))
        .or_else(|_| DateTime::strptime("%Y-%m-%d %H:%M", &text))
        .ok()
        .or_else(|| Date::strptime("%Y-%m-%d", &text).ok().map(|date| date.at(0, 0, 0, 0)))?;
    civil.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (Vec<Row>, Vec<(u64, String)>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut bad = Vec::new();
        let rows = read(file.path(), &mut bad).unwrap();
        (rows, bad.into_iter().map(|(line, why)| (line, why.to_string())).collect())
    }

    #[test]
    fn the_columns_of_an_export_are_known_by_their_names() {
        let (rows, bad) = rows(
            "\u{feff}订单编号,订单创建时间,货品标题,单价(元),数量,单位,Offer ID,SKU ID\n\
             1,2026-01-05 14:00:00,杯,\"1,212.50\",１２,个,676651652931,4\n",
        );
        assert_eq!((rows.len(), bad), (1, vec![]));
        let row = &rows[0];
        assert_eq!((row.code.as_str(), row.spec.as_deref()), ("676651652931", Some("4")));
        assert_eq!((row.quantity, row.price), (Decimal::from(12), Some("1212.50".parse().unwrap())));
        assert_eq!(row.at.unwrap().to_string(), "2026-01-05T06:00:00Z");
    }

    #[test]
    fn every_bad_row_is_named_and_the_good_ones_stay() {
        let (rows, bad) = rows(
            "code,qty,price,unit,date\na,1,1,件,2026-01-05\n,1,1,,\nb,,1,,\nc,x,1,,\nd,1e9,1,,\ne,1000000000,1,,\n\
             f,1.5,1,件,\ng,1.5,1,米,\nh,1,-1,,\ni,1,1,,someday\n3.31E+18,1,1,,\nj,-2,3,,2026/1/5 8:00\n",
        );
        assert_eq!(rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["a", "g", "j"]);
        assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 10, 11, 12]);
        assert!(bad.last().unwrap().1.contains("spreadsheet"), "{bad:?}");
    }

    #[test]
    fn an_office_computers_encodings_and_workbooks_are_read_too() {
        let text = "订单编号,货品标题,单价(元),数量,商品ID\n1,杯,2.50,12,676651652931\n";
        let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
        let cells = |line: &str| line.split(',').map(|cell| table::Cell::Text(cell.to_owned())).collect();
        let lines: Vec<&str> = text.lines().collect();
        let heads: Vec<&str> = lines[0].split(',').collect();
        let rows: Vec<Vec<table::Cell>> = vec![cells(lines[1])];
        for bytes in [gb18030.to_vec(), table::xlsx(&heads, &rows).unwrap()] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            let mut bad = Vec::new();
            let [row] = read(file.path(), &mut bad).unwrap().try_into().ok().unwrap();
            assert_eq!((row.code.as_str(), row.title.as_str(), bad.len()), ("676651652931", "杯", 0));
            assert_eq!((row.quantity, row.price), (Decimal::from(12), Some("2.50".parse().unwrap())));
        }
    }

    #[test]
    fn a_file_without_the_columns_is_told_what_it_lacks() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["", "name,qty\nx,1\n", "code,price\nx,1\n"] {
            std::fs::write(file.path(), text).unwrap();
            assert!(read(file.path(), &mut Vec::new()).is_err(), "{text:?}");
        }
    }
}
