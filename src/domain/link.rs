//! Web addresses of what the program shows, and goods as text for a chat. Pure: whoever opens or copies them is
//! elsewhere.
//!
//! The public page of an offer and of an order are the platform's well-known ones; the chat in the browser takes the
//! seller's login name behind the site's prefix. A sandbox serves pages of its own beside its gateway.

use std::fmt::Write as _;

use crate::domain::id::{OrderId, SupplierId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// The page of an offer. `origin`: of the sandbox; `None` = the real marketplace.
pub fn offer_page(origin: Option<&str>, id: i64) -> String {
    match origin {
        Some(origin) => format!("{}/offer/{id}.html", bare(origin)),
        None => format!("https://detail.1688.com/offer/{id}.html"),
    }
}

/// The page of an order; a sandbox has none.
pub fn order_page(origin: Option<&str>, id: &OrderId) -> Option<String> {
    let id = encoded(id.as_str());
    origin.is_none().then(|| format!("https://trade.1688.com/order/new_step_order_detail.htm?orderId={id}"))
}

/// The chat with a supplier. The real one needs the seller's login name, which only orders tell: `None` without it.
pub fn supplier_chat(origin: Option<&str>, supplier: &SupplierId, login: Option<&Clean>) -> Option<String> {
    match origin {
        Some(origin) => Some(format!("{}/chat/{}", bare(origin), encoded(supplier.as_str()))),
        None => {
            let login = login.filter(|login| !login.is_empty())?;
            Some(format!(
                "https://air.1688.com/app/ocms-fusion-components-1688/def_cbu_web_im/index.html?touid=cnalichn{}&siteid=cnalichn",
                encoded(login.as_str())
            ))
        }
    }
}

fn bare(origin: &str) -> &str {
    origin.trim_end_matches('/')
}

/// Percent-encoded as UTF-8, but for what RFC 3986 calls unreserved.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// One line of goods to tell a supplier about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLine {
    /// The Chinese subject: suppliers read Chinese, whatever the buyer's screen speaks.
    pub title: Clean,
    /// Where to look at it; imported goods have no page.
    pub link: Option<String>,
    /// The SKU's words.
    pub sku: Option<Clean>,
    /// Units wanted.
    pub quantity: Quantity,
    /// Unit.
    pub unit: Option<Unit>,
    /// Predicted price of one unit, yuan; `None` = not known.
    pub unit_price: Option<Money>,
    /// Predicted amount of the line, yuan; `None` = not known.
    pub amount: Option<Money>,
}

/// The lines as plain text for a chat with their supplier, without a trailing line break. The total stands under
/// several lines; where a price is not known the supplier is asked for it, and the total is only a lower bound.
pub fn share_text(lines: &[SharedLine]) -> String {
    let mut text = String::new();
    let mut total = Money::ZERO;
    let mut complete = true;
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        if lines.len() > 1 {
            let _ = write!(text, "{}. ", at + 1);
        }
        text.push_str(line.title.as_str());
        if let Some(sku) = line.sku.as_ref().filter(|sku| !sku.is_empty()) {
            let _ = write!(text, "（{sku}）");
        }
        text.push('\n');
        if let Some(link) = &line.link {
            let _ = writeln!(text, "{link}");
        }
        let unit = line.unit.as_ref().map_or("", Unit::as_str);
        let _ = write!(text, "{} {unit}", line.quantity);
        text.truncate(text.trim_end().len());
        match (line.unit_price, line.amount) {
            (Some(price), Some(amount)) => {
                let _ = write!(text, " × ¥{price} = ¥{amount}");
            }
            (Some(price), None) => {
                let _ = write!(text, " × ¥{price}");
            }
            (None, _) => text.push_str("，请报价"),
        }
        match line.amount {
            Some(amount) => total += amount,
            None => complete = false,
        }
    }
    if lines.len() > 1 {
        let at_least = if complete { "" } else { "≥ " };
        let _ = write!(text, "\n合计 {at_least}¥{total}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(title: &str, price: Option<&str>) -> SharedLine {
        let unit_price: Option<Money> = price.map(|price| price.parse().unwrap());
        SharedLine {
            title: Clean::new(title),
            link: Some(offer_page(None, 676_651_652_931)),
            sku: Some(Clean::new("白色 / 500ml")),
            quantity: Quantity::whole(300),
            unit: Some(Unit::new("个")),
            unit_price,
            amount: unit_price.map(|price| price.times(300.into())),
        }
    }

    #[test]
    fn real_pages_and_the_sandboxs_own() {
        assert_eq!(offer_page(None, 7), "https://detail.1688.com/offer/7.html");
        assert_eq!(offer_page(Some("http://127.0.0.1:8080/"), 7), "http://127.0.0.1:8080/offer/7.html");
        let order = OrderId::new("3317081160212345678");
        assert_eq!(
            order_page(None, &order).unwrap(),
            "https://trade.1688.com/order/new_step_order_detail.htm?orderId=3317081160212345678"
        );
        assert_eq!(order_page(Some("http://127.0.0.1:1"), &order), None);
    }

    #[test]
    fn a_chat_needs_the_sellers_login_and_encodes_it() {
        let supplier = SupplierId::new("BBB/x?y");
        assert_eq!(supplier_chat(None, &supplier, None), None);
        assert_eq!(supplier_chat(None, &supplier, Some(&Clean::default())), None);
        let link = supplier_chat(None, &supplier, Some(&Clean::new("永康a&touid=b"))).unwrap();
        assert!(link.ends_with("?touid=cnalichn%E6%B0%B8%E5%BA%B7a%26touid%3Db&siteid=cnalichn"), "{link}");
        assert_eq!(
            supplier_chat(Some("http://127.0.0.1:1"), &supplier, None).unwrap(),
            "http://127.0.0.1:1/chat/BBB%2Fx%3Fy"
        );
    }

    #[test]
    fn one_line_says_what_is_wanted() {
        assert_eq!(
            share_text(&[line("304保温杯", Some("9.80"))]),
            "304保温杯（白色 / 500ml）\nhttps://detail.1688.com/offer/676651652931.html\n300 个 × ¥9.80 = ¥2940.00"
        );
    }

    #[test]
    fn several_lines_are_numbered_and_summed_as_far_as_known() {
        let two = share_text(&[line("杯", Some("9.80")), line("壶", Some("0.5"))]);
        assert!(
            two.starts_with("1. 杯") && two.contains("\n2. 壶") && two.ends_with("\n合计 ¥3090.00"),
            "{two}"
        );
        let open = SharedLine { link: None, sku: None, unit: None, ..line("壶", None) };
        let text = share_text(&[line("杯", Some("9.80")), open]);
        assert!(text.ends_with("2. 壶\n300，请报价\n合计 ≥ ¥2940.00"), "{text}");
        assert_eq!(share_text(&[]), "");
    }
}
