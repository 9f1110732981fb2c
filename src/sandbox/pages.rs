//! The marketplace's few pages for a browser: the cashier, an offer with picture and prices, the place where one
//! would chat with a seller. Plain HTML without scripts, Chinese and English side by side, everything escaped and
//! nothing loaded from elsewhere. They are no API, so `--plain` has them, too.

use super::market::Session;
use super::rules::left_milli;
use super::world::types::{WorldOffer, WorldSku, WorldSupplier};
use super::{cashier, state};
use crate::domain::money::Money;
use crate::wire::form;

/// What stands over every page.
pub(super) const BANNER: &str = "SANDBOX - no money moves / 沙盒：不花真钱";

/// One request of a browser.
pub(super) struct Visit<'a> {
    pub path: &'a str,
    /// The fields of a form that was sent; `None` for a page that is only looked at.
    pub form: Option<&'a [(String, String)]>,
}

/// What it is shown.
#[derive(Debug)]
pub(super) struct Page {
    pub status: u16,
    pub html: String,
}

impl Page {
    /// A page of the sandbox; `body` is HTML.
    pub fn new(status: u16, title: &str, body: &str) -> Page {
        let title = escaped(title);
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>{STYLE}</style></head>\n<body><header>{BANNER}</header>\n<main><h1>{title}</h1>\n{body}\n</main></body></html>\n"
        );
        Page { status, html }
    }

    /// There is no such page.
    pub fn missing() -> Page {
        Page::new(404, "没有这个页面 · Not found", "<p>这里什么也没有。 There is nothing here.</p>")
    }

    /// Something of ours failed; nothing was changed.
    pub fn broken() -> Page {
        Page::new(500, "出错了 · Something failed", "<p>什么都没变。 Nothing was changed.</p>")
    }

    /// More was sent than any form of ours holds.
    pub fn too_large() -> Page {
        Page::new(413, "内容太大 · Too large", "<p>什么都没变。 Nothing was changed.</p>")
    }

    /// Neither looking nor sending a form.
    pub fn wrong_method() -> Page {
        Page::new(405, "不支持 · Not supported", "<p>GET, POST</p>")
    }
}

const STYLE: &str = "body{margin:0;font:16px/1.5 sans-serif;color:#222;background:#f6f4f0}\
header{background:#b3261e;color:#fff;font-weight:bold;text-align:center;padding:.6em}\
main{max-width:46em;margin:1em auto;padding:1em;background:#fff}h1{font-size:1.3em}h2{font-size:1.05em;margin:1.2em 0 .3em}\
table{border-collapse:collapse;width:100%}td,th{padding:.25em .5em;border-bottom:1px solid #ddd;text-align:left}\
.n{text-align:right;white-space:nowrap}.s{color:#666}.sum td{font-weight:bold}\
.note{padding:.5em .8em;background:#fff6d6;border-left:4px solid #d9a400}.ok{background:#e3f4e4;border-color:#2e7d32}\
form{display:inline-block;margin:1em 1em 0 0}button{font:inherit;padding:.5em 1.4em}.pay{background:#e8590c;color:#fff;border:0}";

/// Finds the page of a path.
pub(super) fn show(session: &Session<'_>, visit: &Visit<'_>) -> rusqlite::Result<Page> {
    let path = visit.path.strip_prefix('/').unwrap_or(visit.path);
    let parts: Vec<&str> = path.split('/').collect();
    match (parts.as_slice(), visit.form) {
        (["cashier", seal, ids], form) => cashier::show(session, seal, ids, form),
        (["offer", file], None) => offer(session, file),
        (["chat", key], None) => Ok(chat(session, &unescaped(key))),
        (["offer" | "chat", _], Some(_)) => Ok(Page::wrong_method()),
        _ => Ok(Page::missing()),
    }
}

/// Text as HTML; what cannot be seen or turns the line around is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push('\n'),
            c if c.is_control() => {}
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            c => html.push(c),
        }
    }
    html
}

/// A path's part with its percent signs undone.
fn unescaped(part: &str) -> String {
    let field = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    form::decode(field.as_bytes()).into_iter().next().map(|(_, value)| value).unwrap_or_default()
}

/// Yuan with the sign people write.
pub(super) fn price(money: Money) -> String {
    if money.is_negative() { format!("-¥{}", Money::ZERO - money) } else { format!("¥{money}") }
}

fn offer(session: &Session<'_>, file: &str) -> rusqlite::Result<Page> {
    let id = file.strip_suffix(".html").and_then(|id| id.parse::<i64>().ok());
    let Some(offer) = id.and_then(|id| session.market.goods.offer_by_id(id)) else {
        return Ok(Page::missing());
    };
    let Some(supplier) = session.market.goods.supplier(offer.supplier) else { return Ok(Page::missing()) };
    let taken = state::taken(session.tx, offer.offer_id)?;
    let left = |sku: Option<&WorldSku>| left_milli(Some(&taken), &offer, sku) / 1000;
    let unit = escaped(&offer.unit);
    let ladder: String = offer
        .tiers
        .iter()
        .map(|tier| {
            let promotion = tier.promotion_price.map(|p| format!(" → {}", price(p))).unwrap_or_default();
            let (from, at) = (tier.from_quantity, price(tier.price));
            format!("<tr><td class=\"n\">≥ {from} {unit}</td><td class=\"n\">{at}{promotion}</td></tr>")
        })
        .collect();
    let skus: String = offer
        .skus
        .iter()
        .map(|sku| {
            let names: Vec<String> = sku
                .attributes
                .iter()
                .map(|a| format!("{} <span class=\"s\">{}</span>", escaped(&a.value), escaped(&a.value_en)))
                .collect();
            let at = match (sku.price, sku.promotion_price) {
                (Some(at), Some(promotion)) => format!("{} → {}", price(at), price(promotion)),
                (Some(at), None) => price(at),
                (None, _) => "按阶梯价 by ladder".to_owned(),
            };
            let (names, left) = (names.join(" · "), left(Some(sku)));
            format!("<tr><td>{names}</td><td class=\"n\">{at}</td><td class=\"n\">{left} {unit}</td></tr>")
        })
        .collect();
    let skus = if skus.is_empty() {
        format!("<p>库存 Stock: {} {unit}</p>", left(None))
    } else {
        format!(
            "<h2>规格 Variants</h2><table><tr><th>规格 Variant</th><th class=\"n\">单价 Price</th>\
             <th class=\"n\">库存 Stock</th></tr>{skus}</table>"
        )
    };
    let minimum = if offer.moq > 0 { format!("{} {unit}", offer.moq) } else { "?".to_owned() };
    let lot = offer.lot.map_or("—".to_owned(), |lot| format!("{lot} {unit}"));
    let weight = offer.weight_g.map_or("?".to_owned(), |grams| format!("{grams} g"));
    let body = format!(
        "{picture}<p class=\"s\">{english}</p>\n<h2>价格 Price ladder</h2><table>{ladder}</table>\n\
         <p>起批量 Minimum order: {minimum} · 批量倍数 Lot: {lot} · 重量 Weight: {weight}</p>\n{skus}\n{seller}",
        picture = picture(&offer),
        english = escaped(&offer.subject_en),
        seller = seller(&supplier),
    );
    Ok(Page::new(200, &offer.subject, &body))
}

fn seller(supplier: &WorldSupplier) -> String {
    format!(
        "<h2>供应商 Supplier</h2><p>{}<br><span class=\"s\">{}</span><br>{} {} · {} {} · {} 年 years<br>\
         <a href=\"/chat/{}\">联系卖家 Chat</a></p>",
        escaped(&supplier.company),
        escaped(&supplier.company_en),
        escaped(&supplier.province),
        escaped(&supplier.city),
        escaped(&supplier.belt),
        escaped(&supplier.belt_en),
        supplier.tp_years,
        escaped(&form::encode([("", supplier.seller_open_id.as_str())]).replace('=', "").replace('+', "%20")),
    )
}

fn chat(session: &Session<'_>, key: &str) -> Page {
    let goods = &session.market.goods;
    let Some(supplier) = goods.supplier_number(key).and_then(|number| goods.supplier(number)) else {
        return Page::missing();
    };
    let body = format!(
        "<p>{}<br><span class=\"s\">{} · {}</span><br>{} {} · {}</p>\
         <p class=\"note\">沙盒里没有人回复：在真实市场上，这里会打开与卖家的旺旺聊天。<br>\
         Nobody answers in a sandbox: on the real market this would open a chat with the seller.</p>",
        escaped(&supplier.company),
        escaped(&supplier.company_en),
        escaped(&supplier.login_id),
        escaped(&supplier.province),
        escaped(&supplier.city),
        escaped(&supplier.belt),
    );
    Page::new(200, &supplier.company, &body)
}

/// A picture drawn from the offer's own words: what it is by its shape, how it comes by its colours.
fn picture(offer: &WorldOffer) -> String {
    const COLOURS: [(char, &str); 12] = [
        ('白', "#f5f5f0"),
        ('黑', "#2b2b2b"),
        ('红', "#c62828"),
        ('蓝', "#1e66b5"),
        ('绿', "#2e7d32"),
        ('黄', "#f2c037"),
        ('粉', "#f2a7b8"),
        ('灰', "#8a8f94"),
        ('紫', "#7b4aa0"),
        ('橙', "#e8791c"),
        ('棕', "#7a5230"),
        ('银', "#c0c5ca"),
    ];
    const BOTTLE: &str = "M130 40h60v30c0 20 30 30 30 60v130H100V130c0-30 30-40 30-60z";
    const SHIRT: &str = "M110 60l30-15h40l30 15 50 40-30 40-20-15v125H110V125l-20 15-30-40z";
    const BAG: &str = "M70 120h180l20 140H50zM110 120c0-90 100-90 100 0h-20c0-60-60-60-60 0z";
    const SHOE: &str = "M60 130h60l60 60c20 15 80 10 80 50v20H60z";
    const BOX: &str = "M60 110l100-50 100 50v110l-100 50-100-50z";
    const DISC: &str = "M160 50a105 105 0 1 0 .1 0zM160 110a45 45 0 1 1-.1 0z";
    const KINDS: [(&str, &str); 5] = [
        ("杯瓶壶罐碗锅", BOTTLE),
        ("衣裤裙衫恤袍", SHIRT),
        ("包袋箱", BAG),
        ("鞋靴袜", SHOE),
        ("盒纸本卡", BOX),
    ];
    let words: String = offer
        .skus
        .iter()
        .flat_map(|sku| sku.attributes.iter().map(|a| &*a.value))
        .chain([offer.subject.as_str()])
        .collect();
    let mut colours: Vec<&str> = Vec::new();
    for c in words.chars() {
        if let Some((_, colour)) = COLOURS.iter().find(|(name, _)| *name == c)
            && !colours.contains(colour)
        {
            colours.push(colour);
        }
    }
    let mark = offer.offer_id.unsigned_abs();
    let shape = KINDS
        .iter()
        .find(|(marks, _)| offer.subject.chars().any(|c| marks.contains(c)))
        .map_or(if mark.is_multiple_of(2) { BOX } else { DISC }, |(_, shape)| *shape);
    let main = colours.first().map_or_else(|| format!("hsl({} 45% 55%)", mark % 360), |c| (*c).to_owned());
    let dots: String = colours
        .iter()
        .take(6)
        .enumerate()
        .map(|(n, colour)| {
            format!("<circle cx=\"{}\" cy=\"24\" r=\"10\" fill=\"{colour}\" stroke=\"#999\"/>", 24 + n * 28)
        })
        .collect();
    let caption: String = offer.subject.chars().take(16).collect();
    let caption = escaped(&caption);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 320\" width=\"320\" height=\"320\" role=\"img\" \
         aria-label=\"{caption}\"><rect width=\"320\" height=\"320\" fill=\"hsl({} 30% 90%)\"/>\
         <path d=\"{shape}\" fill=\"{main}\" stroke=\"#555\" stroke-width=\"3\" fill-rule=\"evenodd\"/>{dots}\
         <text x=\"160\" y=\"304\" font-size=\"17\" text-anchor=\"middle\" fill=\"#333\">{caption}</text></svg>",
        (mark / 7) % 360,
    )
}

#[cfg(test)]
mod tests {
    use super::super::rules::fixtures::offer;
    use super::*;

    #[test]
    fn nothing_of_a_listing_becomes_markup() {
        let mut hostile = offer(1);
        hostile.subject = "<script>\"a\"&'b'\u{202e}</script>杯红".to_owned();
        let drawn = picture(&hostile);
        assert!(!drawn.contains("<script") && !drawn.contains('\u{202e}'), "{drawn}");
        assert!(drawn.contains("&lt;script&gt;") && drawn.contains("#c62828"), "{drawn}");
    }

    #[test]
    fn a_part_of_a_path_is_read_back() {
        assert_eq!(unescaped("a+b%20c%2Fd&e"), "a+b c/d&e");
        assert_eq!(unescaped("BBBspz8Z4A"), "BBBspz8Z4A");
    }

    #[test]
    fn less_than_nothing_has_its_sign_in_front() {
        assert_eq!(price(Money::from_fen(-150)), "-¥1.50");
        assert_eq!(price(Money::from_fen(1688)), "¥16.88");
    }
}
