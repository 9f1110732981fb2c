//! The wire's words in ours: certifications, shipping promises, states, subjects with markup, links that only
//! collect a fee. All of these are open sets; an unknown word stays what it is.

use crate::domain::offer::{Attribute, OfferKind};
use crate::domain::order::OrderState;
use crate::domain::quantity::Quantity;
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;

/// Most flows of one offer that are kept: the platform names ten.
pub const MOST_FLOWS: usize = 16;

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

/// Cities that are provinces of their own.
const MUNICIPALITIES: [&str; 4] = ["北京市", "上海市", "天津市", "重庆市"];

/// Province and city of an address such as `浙江省金华市永康市`, with their endings: 浙江省, 金华市. What the text
/// does not name is `None`.
pub fn province_and_city(text: &str) -> (Option<Clean>, Option<Clean>) {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).take(60).collect();
    if let Some(city) = MUNICIPALITIES.iter().find(|city| text.starts_with(**city)) {
        return (Some(Clean::new(city)), Some(Clean::new(city)));
    }
    let province = ["特别行政区", "自治区", "省"].iter().find_map(|ending| {
        let (name, rest) = text.split_once(ending)?;
        ((1..=6).contains(&name.chars().count()) && !name.contains('市'))
            .then(|| (format!("{name}{ending}"), rest))
    });
    let (province, rest) = match &province {
        Some((province, rest)) => (Some(Clean::new(province)), *rest),
        None => (None, text.as_str()),
    };
    // The first level below a province is a city, or a prefecture (自治州, 地区, 盟) in its place.
    let city = ["市", "自治州", "地区", "盟"]
        .iter()
        .filter_map(|ending| {
            let (name, _) = rest.split_once(ending)?;
            let letters = name.chars().count();
            ((2..=12).contains(&letters)).then(|| (letters, format!("{name}{ending}")))
        })
        .min();
    (province, city.map(|(_, city)| Clean::new(&city)))
}

/// Most attributes of one offer; pages have up to some dozens.
const MOST_ATTRIBUTES: usize = 100;

/// One thing a page says of its goods; without a name or a value it says nothing.
pub fn attribute(
    name: Option<String>,
    name_en: Option<String>,
    value: Option<String>,
    value_en: Option<String>,
) -> Option<Attribute> {
    let clean = |text: Option<String>, most| {
        text.map(|text| Clean::capped(&text, most)).filter(|text| !text.is_empty())
    };
    Some(Attribute {
        name: clean(name, 40)?,
        name_en: clean(name_en, 60),
        value: clean(value, 120)?,
        value_en: clean(value_en, 160),
    })
}

/// Those that say something, in their order, each once; one name may have several values.
pub fn attributes(found: impl Iterator<Item = Option<Attribute>>) -> Vec<Attribute> {
    let mut kept: Vec<Attribute> = Vec::new();
    for attribute in found.flatten() {
        if kept.len() >= MOST_ATTRIBUTES {
            break;
        }
        if !kept.contains(&attribute) {
            kept.push(attribute);
        }
    }
    kept
}

/// Whether a page says that the goods are made to the buyer's wishes: 是否支持定制 是, 加工定制 否.
pub fn made_to_order(attributes: &[Attribute]) -> Option<bool> {
    attributes.iter().filter(|attribute| attribute.name.as_str().contains("定制")).find_map(|attribute| {
        match attribute.value.as_str() {
            "是" | "支持" | "可定制" | "支持定制" => Some(true),
            "否" | "不支持" | "不可定制" | "不支持定制" => Some(false),
            _ => None,
        }
    })
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
    fn provinces_and_cities_of_addresses() {
        let of = |text: &str| {
            let (province, city) = province_and_city(text);
            (province.map(|p| p.to_string()), city.map(|c| c.to_string()))
        };
        let is = |province: &str, city: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            (some(province), some(city))
        };
        assert_eq!(of("广东省广州市"), is("广东省", "广州市"));
        assert_eq!(of("浙江省 金华市 永康市"), is("浙江省", "金华市"));
        assert_eq!(of("上海市"), is("上海市", "上海市"));
        assert_eq!(of("北京市朝阳区"), is("北京市", "北京市"));
        assert_eq!(of("广西壮族自治区玉林市"), is("广西壮族自治区", "玉林市"));
        assert_eq!(of("云南省西双版纳傣族自治州景洪市"), is("云南省", "西双版纳傣族自治州"));
        assert_eq!(of("义乌市"), is("", "义乌市"));
        for unclear in ["", "浙江 金华", "省", "市", "省市", "一市"] {
            assert_eq!(of(unclear), (None, None), "{unclear}");
        }
    }

    #[test]
    fn attributes_say_each_thing_once_and_whether_goods_are_made_to_order() {
        let some = |text: &str| Some(text.to_owned());
        let one = |name: &str, value: &str| attribute(some(name), None, some(value), None);
        let listed = attributes(
            [
                one("材质", "304不锈钢"),
                one("", "x"),
                one("颜色", ""),
                one("材质", "304不锈钢"),
                one("材质", "PP"),
            ]
            .into_iter(),
        );
        let shown: Vec<String> = listed.iter().map(|a| format!("{}:{}", a.name, a.value)).collect();
        assert_eq!(shown, ["材质:304不锈钢", "材质:PP"]);
        assert_eq!(attributes((0..500).map(|n| one("a", &n.to_string()))).len(), MOST_ATTRIBUTES);
        let made = |name: &str, value: &str| made_to_order(&attributes([one(name, value)].into_iter()));
        assert_eq!(made("是否支持定制", "是"), Some(true));
        assert_eq!(made("加工定制", "否"), Some(false));
        assert_eq!(made("定制周期", "7天"), None);
        assert_eq!(made("材质", "是"), None);
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
            let _ = (per_carton(&text), per_carton(&format!("箱规{text}")), province_and_city(&text));
        }
    }
}
