//! The wire's words in ours: certifications, shipping promises, states, subjects with markup, links that only
//! collect a fee. All of these are open sets; an unknown word stays what it is.

use crate::domain::offer::OfferKind;
use crate::domain::order::OrderState;
use crate::domain::quantity::Quantity;
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;

/// A certification; ours <- wire as DESIGN section 1 lists them.
pub fn identity(word: &str) -> Identity {
    match word.trim() {
        "super_factory" => Identity::SuperFactory,
        "powerful_merchants" => Identity::PowerfulMerchant,
        "tp_member" => Identity::TrustPass,
        "yx" | "1688_yx" => Identity::Yanxuan,
        "select" => Identity::Crossborder,
        other => Identity::Other(Clean::capped(other, 40)),
    }
}

/// Seller's and offer's certifications in one list, each once, in the order they came.
pub fn identities<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<Identity> {
    let mut merged = Vec::new();
    for word in words.into_iter().filter(|word| !word.trim().is_empty()).take(40) {
        let identity = identity(word);
        if !merged.contains(&identity) {
            merged.push(identity);
        }
    }
    merged
}

/// A subject without the markup searches put around what they matched.
pub fn subject(raw: &str) -> Clean {
    if !raw.contains('<') {
        return Clean::new(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, tail)) = rest.split_once('<') {
        text.push_str(before);
        // Only the tags that occur: a title such as "<5kg" or "A<B" keeps its sign.
        let name = tail.strip_prefix('/').unwrap_or(tail);
        let tag = ["font", "em", "b", "strong", "span"].iter().find_map(|tag| {
            let after = strip_prefix_ignoring_case(name, tag)?;
            let (attributes, behind) = after.split_once('>')?;
            (attributes.is_empty() || attributes.starts_with([' ', '/'])).then_some(behind)
        });
        match tag {
            Some(behind) => rest = behind,
            None => {
                text.push('<');
                rest = tail;
            }
        }
    }
    text.push_str(rest);
    Clean::new(&text)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    if head.eq_ignore_ascii_case(prefix) { text.get(prefix.len()..) } else { None }
}

/// What a link that only collects a fee is called.
const FEES: [&str; 7] = ["差价", "补差", "运费", "邮费", "快递费", "代发费", "专拍"];

/// What such links mention besides; alone these words say nothing.
const FEE_COMPANY: [&str; 8] = ["链接", "打样费", "开版费", "制版费", "打包费", "服务费", "定金", "补拍"];

/// Longest title of a fee link in letters; goods pack more words into theirs.
const LONGEST_FEE: usize = 24;

/// Goods or a fee link, by its title: a short one that names a fee and little else. Titles that mention freight in
/// passing (运费险, 包邮费) are goods. Only a guess: the extension tells the kind, the plain gateway does not.
pub fn kind_of(title: &Clean) -> OfferKind {
    let bare: String = title.as_str().chars().filter(|c| c.is_alphanumeric()).collect();
    let length = bare.chars().count();
    let says = |words: &[&str]| words.iter().filter(|word| bare.contains(*word)).count();
    let named = says(&FEES);
    if named == 0
        || length > LONGEST_FEE
        || ["运费险", "包运费", "包邮"].iter().any(|word| bare.contains(word))
    {
        return OfferKind::Goods;
    }
    let unpaid = bare.trim_start_matches('补');
    let begins = FEES.iter().any(|fee| unpaid.starts_with(fee) || bare.starts_with(fee));
    let ends = bare.ends_with("专拍") || bare.ends_with("链接");
    if begins || ends || length <= 12 || named + says(&FEE_COMPANY) >= 2 {
        OfferKind::Fee
    } else {
        OfferKind::Goods
    }
}

/// Hours of a promise such as `shipIn48Hours`, `shipInToday`, `shipIn7Days`.
pub fn lead_time_hours(promise: &str) -> Option<u32> {
    let promise = promise.trim().to_ascii_lowercase();
    if promise.contains("today") {
        return Some(24);
    }
    let digits: String =
        promise.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let number: u32 = digits.parse().ok().filter(|number| *number <= 1_000)?;
    if promise.contains("day") { Some(number * 24) } else { Some(number) }
}

/// The smallest place named in `广东省广州市`, without its ending: on the plain gateway the nearest there is to
/// the cluster a supplier sits in. `None` when the text does not name its levels.
pub fn place(text: &str) -> Option<Clean> {
    let text = text.trim();
    let rest = ["特别行政区", "自治区", "省"]
        .iter()
        .find_map(|ending| text.split_once(ending).map(|(_, rest)| rest))
        .unwrap_or(text);
    let mut last = None;
    let mut name = String::new();
    for c in rest.chars().filter(|c| !c.is_whitespace()) {
        if matches!(c, '市' | '县' | '区') && (2..=6).contains(&name.chars().count()) {
            last = Some(Clean::new(&name));
            name.clear();
        } else {
            name.push(c);
        }
    }
    last
}

/// What descriptions write before the number of units in a carton.
const CARTON: [&str; 6] = ["箱规", "装箱数", "装箱量", "装箱规格", "每箱装", "每箱"];

/// Units in a carton, from a description such as `<p>箱规 40本/件</p>`: the protocol has no field for it
/// (GATEWAY.md 3.1). `None` where no whole number of units follows: a carton's measures (60*40*50cm) or weight are
/// none.
pub fn per_carton(description: &str) -> Option<Quantity> {
    CARTON.iter().flat_map(|word| description.split(word).skip(1)).find_map(carton_after)
}

fn carton_after(rest: &str) -> Option<Quantity> {
    let wide = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    // Some characters are enough, and a description may be a whole page.
    let near: String = rest.chars().take(24).map(wide).collect();
    let near = near.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '：' | '=' | '格' | '为' | '约' | '装' | '有' | '是')
    });
    let (digits, behind) = near.split_at(near.bytes().take_while(u8::is_ascii_digit).count());
    let units: u32 = digits.parse().ok().filter(|units| (1..=100_000).contains(units))?;
    let behind = behind.trim_start().to_lowercase();
    let measures = [
        "*", "×", "x", "✕", ".", "-", "~", "～", "至", "cm", "mm", "m", "kg", "g", "公斤", "千克", "斤",
        "厘米",
    ];
    if measures.iter().any(|sign| behind.starts_with(sign)) { None } else { Some(Quantity::whole(units)) }
}

/// Where an order stands (GATEWAY.md 2.8); `freight_open`: the seller has not set the freight.
pub fn order_state(status: &str, freight_open: bool) -> OrderState {
    match status.trim().to_ascii_lowercase().as_str() {
        "waitbuyerpay" if freight_open => OrderState::ToPayFreightOpen,
        "waitbuyerpay" => OrderState::ToPay,
        "waitsellersend" => OrderState::ToShip,
        "waitbuyerreceive" => OrderState::Shipped,
        "confirm_goods" | "success" | "confirm_goods_and_has_subsidy" => OrderState::Done,
        "cancel" | "terminated" => OrderState::Closed,
        _ => OrderState::Other,
    }
}

/// Whether an offer of this status is no longer on sale. The documented words for that: member expired, auto
/// expired, expired, member deleted, deleted; with spaces or underscores.
pub fn is_gone(status: &str) -> bool {
    let status = status.to_ascii_lowercase();
    status.contains("expired") || status.contains("deleted")
}

/// Values of a SKU as one name: `白色 / XL`.
pub fn joined<'a>(values: impl Iterator<Item = &'a str>) -> Clean {
    let values: Vec<&str> = values.map(str::trim).filter(|value| !value.is_empty()).take(12).collect();
    Clean::capped(&values.join(" / "), 200)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_of_matches_goes_and_signs_stay() {
        for (raw, shown) in [
            ("<font color=red>保温杯</font>304", "保温杯304"),
            ("a<FONT color='red'>b</FONT>c<em>d</em>", "abcd"),
            ("承重<5kg 尺寸A<B", "承重<5kg 尺寸A<B"),
            ("<fontana> <font", "<fontana> <font"),
            ("<b>x</b><br>", "x<br>"),
        ] {
            assert_eq!(subject(raw).as_str(), shown, "{raw}");
        }
    }

    #[test]
    fn fee_links_are_short_and_named_after_the_fee() {
        let kind = |title: &str| kind_of(&Clean::new(title));
        for fee in [
            "开版费 印LOGO制版费 定金专拍",
            "定制专拍 打样费 单拍不发货",
            "补运费补差价专用链接 拍前联系客服",
            "补差价",
            "【补差价】专用链接 拍下请联系客服",
            "运费",
            "差价链接",
            "客户专拍",
            "代发费用",
            "邮费补拍链接",
        ] {
            assert_eq!(kind(fee), OfferKind::Fee, "{fee}");
        }
        for goods in [
            "304不锈钢保温杯大容量男女学生便携水杯 支持一件代发包邮费",
            "运费险包邮夏季新款凉鞋",
            "包运费 玻璃杯",
            "杯",
        ] {
            assert_eq!(kind(goods), OfferKind::Goods, "{goods}");
        }
    }

    #[test]
    fn units_in_a_carton() {
        let units = |text: &str| per_carton(text).map(|units| units.to_string());
        for (text, wanted) in [
            ("<p>箱规 40本/件</p><p>最低零售限价：22.9元</p>", "40"),
            ("材质：不锈钢\n箱规 120个/件，毛重约12.5kg", "120"),
            ("箱规：５０ PCS", "50"),
            ("装箱数:24", "24"),
            ("每箱装12套", "12"),
            ("箱规:60*40*50cm 每箱48个", "48"),
        ] {
            assert_eq!(units(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "",
            "箱规",
            "箱规 60x40cm",
            "箱规 0个",
            "箱规 12.5kg",
            "箱规 详询客服",
            "箱规 99999999个",
            "每箱20-30个",
            "每箱 15kg",
        ] {
            assert_eq!(units(text), None, "{text}");
        }
    }

    #[test]
    fn promises_in_hours() {
        let hours =
            ["shipIn24Hours", "shipIn48Hours", "shipInToday", "shipIn7Days", "", "shipIn", "9999999999"];
        assert_eq!(hours.map(lead_time_hours), [Some(24), Some(48), Some(24), Some(168), None, None, None]);
    }

    #[test]
    fn the_smallest_place_named() {
        let place = |text: &str| place(text).map(|place| place.to_string());
        assert_eq!(place("广东省广州市").unwrap(), "广州");
        assert_eq!(place("浙江省 金华市 永康市").unwrap(), "永康");
        assert_eq!(place("上海市").unwrap(), "上海");
        assert_eq!(place("广西壮族自治区玉林市").unwrap(), "玉林");
        for unclear in ["", "浙江 金华", "省", "市", "市区"] {
            assert_eq!(place(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn certifications_are_merged_and_unknown_ones_kept() {
        let merged =
            identities(["powerful_merchants", "yx", "tp_member", "powerful_merchants", " ", "new_badge"]);
        let words: Vec<&str> = merged.iter().map(Identity::as_str).collect();
        assert_eq!(words, ["powerful_merchant", "yanxuan", "trust_pass", "new_badge"]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[<>/font em=red省市县区补差价运费]{0,40}") {
            let _ = (subject(&text), kind_of(&Clean::new(&text)), lead_time_hours(&text), place(&text));
            let _ = (per_carton(&text), per_carton(&format!("箱规{text}")));
        }
    }
}
