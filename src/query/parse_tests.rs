//! The language by example, its mistakes, and that whatever is read can be written down and read again.

use crate::query::terms::Asks;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::offer::OfferKind;
use crate::domain::search::{Flag, Sort};
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;
use crate::query::terms::Seller;

fn terms(text: &str) -> Vec<Term> {
    let query = Query::parse(text);
    assert_eq!(query.problems, [], "{text}");
    query.terms
}

fn says(is: Is) -> Term {
    Term { negated: false, is }
}

fn not(is: Is) -> Term {
    Term { negated: true, is }
}

fn text(word: &str) -> Is {
    Is::Text(word.to_owned())
}

fn number(field: Field, op: Op, value: &str) -> Is {
    Is::Number { field, op, value: value.parse().unwrap(), at: None }
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn sold_by(sellers: &[(&str, &str)]) -> Is {
    let seller = |(id, name): &(&str, &str)| Seller {
        id: if id.is_empty() { SupplierId::default() } else { SupplierId::new(id) },
        name: (*name).to_owned(),
    };
    Is::Supplier(sellers.iter().map(seller).collect())
}

fn market(ids: &[i64]) -> Is {
    Is::Offer(ids.iter().map(|id| OfferKey::Market(*id)).collect())
}

fn attribute(name: &str, asks: Asks) -> Is {
    Is::Attribute { name: name.to_owned(), asks: vec![asks] }
}

#[test]
fn every_predicate_of_the_language() {
    let at = |quantity: u32| Some(Quantity::whole(quantity));
    let price = |op, value: i64, at| Is::Number { field: Field::Price, op, value: Decimal::from(value), at };
    let cases: Vec<(&str, Is)> = vec![
        ("price<8", price(Op::Less, 8, None)),
        ("价格<=８", price(Op::AtMost, 8, None)),
        ("單價≤¥8", price(Op::AtMost, 8, None)),
        ("price > 8", price(Op::More, 8, None)),
        ("price >=8元", price(Op::AtLeast, 8, None)),
        ("price:8", price(Op::Equal, 8, None)),
        ("price@300<8", price(Op::Less, 8, at(300))),
        ("价格@300 < 8", price(Op::Less, 8, at(300))),
        ("moq<=10", number(Field::Moq, Op::AtMost, "10")),
        ("起批<=10", number(Field::Moq, Op::AtMost, "10")),
        ("lot:12", number(Field::Lot, Op::Equal, "12")),
        ("stock>=500", number(Field::Stock, Op::AtLeast, "500")),
        ("庫存>=500", number(Field::Stock, Op::AtLeast, "500")),
        ("sold>=1000", number(Field::Sold, Op::AtLeast, "1000")),
        ("销量>=1万", number(Field::Sold, Op::AtLeast, "10000")),
        ("repeat>=30%", number(Field::Repeat, Op::AtLeast, "0.3")),
        ("复购>=0.3", number(Field::Repeat, Op::AtLeast, "0.3")),
        ("pickup48>=95%", number(Field::Pickup48, Op::AtLeast, "0.95")),
        ("ship<=48h", number(Field::ShipHours, Op::AtMost, "48")),
        ("发货<=2天", number(Field::ShipHours, Op::AtMost, "48")),
        ("age<7d", number(Field::AgeHours, Op::Less, "168")),
        ("years>=3", number(Field::Years, Op::AtLeast, "3")),
        ("belt:义乌", Is::Belt(list(&["义乌"]))),
        ("belt:義烏,永康", Is::Belt(list(&["义乌", "永康"]))),
        ("产地：义乌、永康", Is::Belt(list(&["义乌", "永康"]))),
        ("产业带:\"义乌 小商品\"，永康", Is::Belt(list(&["义乌 小商品", "永康"]))),
        ("city:金华", Is::City(list(&["金华"]))),
        ("cat:1031919,保温杯", Is::Category(list(&["1031919", "保温杯"]))),
        ("supplier:甲厂", sold_by(&[("", "甲厂")])),
        ("supplier:BBBspz8Z", sold_by(&[("BBBspz8Z", "bbbspz8z")])),
        ("ＳＵＰＰＬＩＥＲ：ＢＢＢ", sold_by(&[("BBB", "bbb")])),
        ("supplier:甲厂、BBB,甲厂", sold_by(&[("", "甲厂"), ("BBB", "bbb")])),
        ("supplier:\"Acme, Ltd\"", sold_by(&[("", "acme, ltd")])),
        ("id:676651652931", market(&[676_651_652_931])),
        ("id:1,２、1", market(&[1, 2])),
        ("id:L:uci:85123A", Is::Offer(vec!["L:uci:85123A".parse().unwrap()])),
        ("id:超级工厂", Is::Identity(vec![Identity::SuperFactory])),
        ("identity:super_factory", Is::Identity(vec![Identity::SuperFactory])),
        (
            "identity:超級工廠,实力商家,tp_New",
            Is::Identity(vec![
                Identity::SuperFactory,
                Identity::PowerfulMerchant,
                Identity::Other(Clean::new("tp_New")),
            ]),
        ),
        (
            "身份:诚信通、严选、跨境",
            Is::Identity(vec![Identity::TrustPass, Identity::Yanxuan, Identity::Crossborder]),
        ),
        ("kind:fee", Is::Kind(OfferKind::Fee)),
        ("kind:补差价", Is::Kind(OfferKind::Fee)),
        ("factory", Is::Flag(Flag::Factory)),
        ("是:工厂", Is::Flag(Flag::Factory)),
        ("is:factory", Is::Flag(Flag::Factory)),
        ("yanxuan", Is::Flag(Flag::Yanxuan)),
        ("mix", Is::Flag(Flag::Mix)),
        ("dropship", Is::Flag(Flag::Dropship)),
        ("freeship", Is::Flag(Flag::FreeShip)),
        ("return7", Is::Flag(Flag::Return7)),
        ("invoice", Is::Flag(Flag::Invoice)),
        ("有:发票", Is::Flag(Flag::Invoice)),
        ("custom", Is::Flag(Flag::Custom)),
        ("pay-later", Is::Flag(Flag::PayLater)),
        ("ad", Is::Flag(Flag::Advertised)),
        ("ＦＡＶ", Is::Favourite),
        ("是:收藏", Is::Favourite),
        ("bought", Is::Bought),
        ("blocked", Is::Blocked),
        ("tag:禮品", Is::Tag(list(&["礼品"]))),
        ("tag:a:b,c", Is::Tag(list(&["a:b", "c"]))),
        ("note:快,好", Is::Note(list(&["快", "好"]))),
        ("note:\"快,好\"", Is::Note(list(&["快,好"]))),
        ("note:\"发货 快\"", Is::Note(list(&["发货 快"]))),
        ("材质:304", attribute("材质", Asks::Contains("304".into()))),
        ("材质=304不锈钢", attribute("材质", Asks::Contains("304不锈钢".into()))),
        ("color:red", attribute("color", Asks::Contains("red".into()))),
        ("ra>=90", attribute("ra", Asks::Number(Op::AtLeast, 90.into()))),
        ("容量=500", attribute("容量", Asks::Number(Op::Equal, 500.into()))),
        ("棉>=95%", attribute("棉", Asks::Number(Op::AtLeast, 95.into()))),
        ("比例:1:2", attribute("比例", Asks::Contains("1:2".into()))),
        (
            "材質：ABS、PP,ABS",
            Is::Attribute {
                name: "材质".into(),
                asks: vec![Asks::Contains("abs".into()), Asks::Contains("pp".into())],
            },
        ),
        (
            "容量=300,500,大,\"304\"",
            Is::Attribute {
                name: "容量".into(),
                asks: vec![
                    Asks::Number(Op::Equal, 300.into()),
                    Asks::Number(Op::Equal, 500.into()),
                    Asks::Contains("大".into()),
                    Asks::Contains("304".into()),
                ],
            },
        ),
        ("孔径 > 8", attribute("孔径", Asks::Number(Op::More, 8.into()))),
        ("孔徑> 8", attribute("孔径", Asks::Number(Op::More, 8.into()))),
        ("容量 ≤ 250", attribute("容量", Asks::Number(Op::AtMost, 250.into()))),
        ("容量 <=250", attribute("容量", Asks::Number(Op::AtMost, 250.into()))),
        ("ra = 90", attribute("ra", Asks::Number(Op::Equal, 90.into()))),
        ("容量>=500ml", attribute("容量", Asks::Measure(Op::AtLeast, 500.into(), "ml".into()))),
        ("孔径 < 8ＭＭ", attribute("孔径", Asks::Measure(Op::Less, 8.into(), "mm".into()))),
        ("长度<=1.5米", attribute("长度", Asks::Measure(Op::AtMost, "1.5".parse().unwrap(), "米".into()))),
    ];
    for (typed, is) in cases {
        assert_eq!(terms(typed), [says(is.clone())], "{typed}");
        for turned in [format!("-{typed}"), format!("！{typed}"), format!("−{typed}")] {
            assert_eq!(terms(&turned), [not(is.clone())], "{turned}");
        }
        if !matches!(is, Is::Attribute { .. }) {
            assert_eq!(terms(&format!("非{typed}")), [not(is)], "非{typed}");
        }
    }
}

#[test]
fn predicates_and_text_stand_side_by_side() {
    let query = Query::parse("保溫杯 fav -bought tag:禮品 price < 8 304 sort:price -红");
    assert_eq!(query.problems, []);
    assert_eq!(query.sort, Some(Sort::Price));
    assert_eq!(query.words(), ["保温杯", "304"]);
    assert_eq!(query.predicates().count(), 5);
    assert_eq!(query.terms.len(), 7);
    for (typed, sort) in
        [("排序:含运价", Sort::Landed), ("sort:AGE", Sort::Age), ("sort:rank sort:sold", Sort::Sold)]
    {
        assert_eq!(Query::parse(typed).sort, Some(sort), "{typed}");
    }
}

#[test]
fn what_is_no_predicate_is_text() {
    for word in [
        "favourites",
        "工厂",
        "包邮",
        "跨境",
        "收藏",
        "-500ml",
        "--fav",
        "http://x.com/a",
        ":",
        "-",
        "tag",
        "belt",
        "12:30",
        "1:2",
        "3<4",
        "<script>",
        "a<b",
        ":)",
        "!",
        "24\"显示器",
        "非洲",
        "非红",
        "５００ml",
        "50%",
        "a@b.com",
        "price@300",
        "x=",
        "(价格)",
    ] {
        let folded = fold(word);
        let read = Query::parse(word);
        if word == "x=" {
            assert_eq!(read.problems.len(), 1);
            continue;
        }
        assert_eq!((read.terms, read.problems), (vec![says(text(&folded))], vec![]), "{word}");
    }
    assert_eq!(terms("-红"), [not(text("红"))]);
    assert_eq!(terms("!雙層"), [not(text("双层"))]);
    assert_eq!(terms("-\"500ml\""), [not(text("500ml"))]);
    for word in ["led", "500", "pvc", "é"] {
        assert_eq!(terms(&format!("!{word}")), [not(text(word))]);
        assert_eq!(terms(&format!("！{word} -{word}")), [not(text(word)), says(text(&format!("-{word}")))]);
    }
    // Without a number behind it a sign between words compares nothing.
    assert_eq!(terms("家居 > 杯"), [says(text("家居")), says(text(">")), says(text("杯"))]);
    assert_eq!(terms("杯 \">8\""), [says(text("杯")), says(text(">8"))]);
    assert!(terms(" \u{3000}\t").is_empty());
}

#[test]
fn quotes_keep_blanks_and_make_text_of_predicates() {
    assert_eq!(terms("\"不锈钢  杯\" factory"), [says(text("不锈钢 杯")), says(Is::Flag(Flag::Factory))]);
    assert_eq!(
        terms("“fav” 「price<8」 ＂a b＂"),
        [says(text("fav")), says(text("price<8")), says(text("a b"))]
    );
    assert_eq!(terms("\"a\"b \"\""), [says(text("a")), says(text("b"))]);
    let open = Query::parse("杯 \"a b");
    assert_eq!(open.terms, [says(text("杯")), says(text("a b"))]);
    assert_eq!(open.problems, [Problem { at: 2..6, kind: Wrong::OpenQuote }]);
}

#[test]
fn a_pasted_link_or_share_text_is_its_offer() {
    let link = "https://detail.1688.com/offer/676651652931.html";
    let offer = says(market(&[676_651_652_931]));
    for typed in [
        link.to_owned(),
        format!("id:{link}"),
        format!("【厂家直销 保温杯】{link} 点击链接，或复制整段话打开1688"),
        format!("304保温杯（白色 / 500ml）\n{link}?spm=1\n300 个 × ¥9.80 = ¥2940.00"),
        format!("价格:9.8元包邮 {link}"),
    ] {
        assert_eq!(terms(&typed), std::slice::from_ref(&offer), "{typed}");
    }
    assert_eq!(terms(&format!("-{link}")), [not(offer.is.clone())]);
    assert_eq!(
        terms(&format!("{link} https://m.1688.com/offer/5.html")),
        [says(market(&[676_651_652_931, 5]))]
    );
    assert_eq!(
        terms(&format!("{link} -blocked")),
        [offer, not(Is::Blocked)],
        "predicates beside a link count"
    );
    let short = Query::parse("杯 https://qr.1688.com/s/abc");
    assert_eq!(short.problems, [Problem { at: 2..27, kind: Wrong::NoOfferInLink }]);
    assert_eq!(short.terms, [says(text("杯"))]);
}

#[test]
fn a_quoted_sign_stays_text() {
    for typed in ["ra \"!=8\"", "ra \"=8\"", "ra \"≠8\"", "ra \"!8\"", "ra \"OR\" \"|\""] {
        let read = Query::parse(typed);
        assert!(read.terms.iter().all(|term| matches!(term.is, Is::Text(_))), "{typed}");
        assert_eq!(Query::parse(&read.to_string()), read, "{typed} as {read}");
    }
}

#[test]
fn unequal_is_the_contrary_of_equal() {
    for (typed, plain) in [
        ("price!=8", "-price=8"),
        ("price != 8", "-price=8"),
        ("price@300!=8", "-price@300=8"),
        ("价格≠8元", "-price=8"),
        ("lot ≠ 12", "-lot=12"),
        ("belt!=义乌,永康", "-belt:义乌,永康"),
        ("材质!=304", "-材质=304"),
        ("容量≠500ml", "-容量=500ml"),
        ("-price!=8", "price=8"),
        ("kind!=fee", "-kind:fee"),
    ] {
        let (read, wanted) = (Query::parse(typed), Query::parse(plain));
        assert_eq!(read, wanted, "{typed}");
        assert!(read.problems.is_empty() && read.terms.len() == 1, "{typed}");
        assert_eq!(Query::parse(&read.to_string()), read, "{typed}");
    }
    // Only as somebody writes it who means it.
    for typed in ["for men or women", "or", "\"OR\"", "ORR", "-OR"] {
        assert_eq!(Query::parse(typed).problems, [], "{typed}");
    }
    // Nothing before the sign, or nothing behind it.
    for typed in ["!=8", "!", "!=", "a! =b", "price!8", "8!=9"] {
        assert_eq!(Query::parse(typed).problems, [], "{typed}");
    }
    assert_eq!(
        Query::parse("price!=").problems,
        [Problem { at: 0..7, kind: Wrong::NoValue { like: "price<8" } }]
    );
}

#[test]
fn mistakes_are_pointed_at_and_the_rest_counts() {
    let like = |like| Wrong::NoValue { like };
    for (typed, at, kind) in [
        ("杯 price<x", 8..9, Wrong::NotANumber { like: "price<8" }),
        ("杯 價格＜八 盘", 5..6, Wrong::NotANumber { like: "price<8" }),
        ("price<", 0..6, like("price<8")),
        ("price< 杯", 0..6, like("price<8")),
        ("price@<8", 5..6, Wrong::NotAQuantity { like: "price@300<8" }),
        ("price@x<8", 6..7, Wrong::NotAQuantity { like: "price@300<8" }),
        ("price@0<8", 6..7, Wrong::NotAQuantity { like: "price@300<8" }),
        ("moq@3<8", 0..7, Wrong::WrongSign { like: "moq<=10" }),
        ("belt:", 0..5, like("belt:义乌")),
        ("belt:,", 0..6, like("belt:义乌")),
        ("-tag:", 0..5, like("tag:礼品")),
        ("材质:", 0..3, like("材质:304")),
        ("ra>=", 0..4, like("ra>=90")),
        ("孔径 > 8x9", 5..8, Wrong::NotANumber { like: "ra>=90" }),
        ("prise < 8", 0..5, Wrong::NotOneOf(vec!["price"])),
        ("kind:fee,goods", 5..14, Wrong::NotOneOf(vec!["goods", "fee"])),
        ("sort:price,sold", 5..15, Wrong::NotOneOf(vec!["rank", "price", "landed", "sold", "repeat", "age"])),
        ("ra>=9.x", 4..7, Wrong::NotANumber { like: "ra>=90" }),
        ("belt<3", 0..6, Wrong::WrongSign { like: "belt:义乌" }),
        ("fav:yes", 0..7, Wrong::WrongSign { like: "fav" }),
        ("-sort:price", 0..11, Wrong::WrongSign { like: "sort:price" }),
        ("sort:cheap", 5..10, Wrong::NotOneOf(vec!["rank", "price", "landed", "sold", "repeat", "age"])),
        ("kind:x", 5..6, Wrong::NotOneOf(vec!["goods", "fee"])),
        ("prise<8", 0..5, Wrong::NotOneOf(vec!["price"])),
        ("id:abc", 3..6, Wrong::NotAnOffer { like: "id:676651652931" }),
        ("id:0", 3..4, Wrong::NotAnOffer { like: "id:676651652931" }),
        ("note:\"a b", 5..9, Wrong::OpenQuote),
        ("杯 OR 碗", 2..4, Wrong::NoOr),
        ("杯 | 碗", 2..3, Wrong::NoOr),
        ("红 || 蓝", 2..4, Wrong::NoOr),
    ] {
        let read = Query::parse(typed);
        assert_eq!(read.problems, [Problem { at, kind }], "{typed}");
        let with = Query::parse(&format!("杯 {typed}"));
        assert_eq!(with.words().first().map(String::as_str), Some("杯"), "{typed}");
    }
    let identity = Query::parse("identity:super_factroy,yanxuan");
    assert_eq!(identity.problems.len(), 1);
    assert_eq!(identity.terms, [says(Is::Identity(vec![Identity::Yanxuan]))]);
}

#[test]
fn what_is_still_being_typed_is_not_called_wrong() {
    let unfinished = |text: &str, cursor: usize| {
        let query = Query::parse(text);
        let [problem] = query.problems.as_slice() else { panic!("{text} {:?}", query.problems) };
        Query::is_unfinished(text, problem, cursor)
    };
    for text in [
        "price<",
        "belt:",
        "杯 \"a b",
        "sort:pr",
        "price<8.",
        "price@<8",
        "identity:super",
        "id:L:uci",
        "prise<8",
    ] {
        let end = text.chars().count();
        let going_on = !matches!(text, "price@<8" | "prise<8");
        assert_eq!(unfinished(text, end), going_on, "{text}");
        assert!(!unfinished(text, 0), "{text}");
    }
    assert!(!unfinished("price<x", 7));
    assert!(!unfinished("sort:prx", 8));
}

#[test]
fn terms_are_distinct_and_so_many_at_most() {
    assert_eq!(terms("fav 杯 FAV 杯 -fav 是:收藏").len(), 3);
    let long: String = (0..100).map(|n| format!("w{n} tag:{n} ")).collect();
    let query = Query::parse(&long);
    assert_eq!(query.terms.len(), MAX_WORDS);
    assert_eq!(query.problems.len(), 1);
    assert_eq!(query.problems[0].kind, Wrong::TooMany);
}

#[test]
fn a_pasted_page_is_cut_at_a_blank_and_said_to_be() {
    let page = "保温杯 ".repeat(200_000);
    let query = Query::parse(&page);
    assert_eq!(query.terms, [says(text("保温杯"))]);
    assert_eq!(query.problems, [Problem { at: 1_999..800_000, kind: Wrong::TooLong }]);
    let word = "a".repeat(1_000_000);
    let query = Query::parse(&word);
    assert_eq!(query.terms.len(), 1);
    assert_eq!(query.problems, [Problem { at: MAX_CHARS..1_000_000, kind: Wrong::TooLong }]);
}

#[test]
fn the_canonical_text_is_as_people_write() {
    for (typed, written) in [
        ("保溫杯　－ＦＡＶ", "保温杯 -fav"),
        ("價格＠３００＜８元 复购≥30", "price@300<8 repeat>=30%"),
        ("发货<=48 更新<7 age<12h", "ship<=2d age<7d age<12h"),
        ("belt:\"义乌 市\"、永康", "belt:\"义乌 市\",永康"),
        ("sort:price 杯", "杯 sort:price"),
        ("\"fav\" \"price\" -\"500ml\"", "\"fav\" \"price\" -\"500ml\""),
        ("!led 杯 \">8\"", "-\"led\" 杯 \">8\""),
        (
            "supplier:甲厂、\"a,b\" 材质:\"x,y\"，z note:快、好",
            "supplier:甲厂,\"a,b\" 材质:\"x,y\",z note:快,好",
        ),
        ("孔径 > 8 容量=300,\"304\"", "孔径>8 容量=300,\"304\""),
        ("-红 !\"a b\" 是:工厂 id:超级工厂", "-红 -\"a b\" factory identity:super_factory"),
        ("【杯】https://detail.1688.com/offer/5.html 看看", "id:5"),
        ("“a\"b c”", "“a\"b c”"),
        ("price<x 杯", "杯"),
    ] {
        assert_eq!(Query::parse(typed).to_string(), written, "{typed}");
    }
    for flag in Flag::ALL {
        let query = Query { terms: vec![says(Is::Flag(flag))], ..Query::default() };
        assert_eq!(Query::parse(&query.to_string()).terms.len(), 1, "{flag:?}");
    }
}

#[test]
fn every_row_of_the_table_reads_as_its_example() {
    for row in &grammar::PREDICATES {
        let query = Query::parse(row.like);
        assert!(
            query.problems.is_empty() && (query.terms.len() == 1 || query.sort.is_some()),
            "{}",
            row.like
        );
        assert!(!row.says.iter().any(|says| says.is_empty()), "{}", row.name);
        let names = || std::iter::once(&row.name).chain(row.also);
        for name in names() {
            assert_eq!(fold(name), **name, "{name} is folded");
            let rows =
                grammar::PREDICATES.iter().filter(|other| other.name == *name || other.also.contains(name));
            assert_eq!(rows.count(), 1, "{name} stands once");
        }
    }
    for remark in &grammar::REMARKS {
        assert_eq!(Query::parse(remark.like).problems, [], "{}", remark.like);
    }
    assert_eq!(
        value_names(),
        grammar::PREDICATES.iter().filter(|row| matches!(row.reads, Reads::Number(_))).count()
    );
}

/// Commas work where the help says they do, and a name for which they do not says so.
#[test]
fn alternatives_are_told_of_where_they_work() {
    let remark = grammar::REMARKS.iter().find(|remark| remark.like.contains(',')).unwrap();
    let [_, _, says] = remark.says;
    let named: Vec<&str> = says.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    for row in &grammar::PREDICATES {
        assert_eq!(named.contains(&row.name), row.takes_alternatives(), "{}", row.name);
        let is_colon_only = row.like.contains(':') && !matches!(row.reads, Reads::Number(_));
        if is_colon_only && !row.takes_alternatives() {
            let read = Query::parse(&format!("{},x", row.like));
            assert_eq!((read.terms.len(), read.problems.len()), (0, 1), "{}", row.like);
        }
    }
}

/// Every field of numbers has its row under its own name.
fn value_names() -> usize {
    let rows = grammar::PREDICATES.iter().filter(|row| match row.reads {
        Reads::Number(field) => row.name == field.name(),
        _ => false,
    });
    rows.count()
}

/// Pieces of queries, right and wrong, to be thrown together.
const PIECES: [&str; 64] = [
    "price",
    "<",
    ">=",
    "=",
    ":",
    "8",
    "30%",
    "@300",
    " ",
    "　",
    "-",
    "!",
    "非",
    "\"",
    "“",
    "”",
    "「",
    "」",
    ",",
    "、",
    "belt",
    "产地",
    "义乌",
    "fav",
    "factory",
    "是:工厂",
    "tag:",
    "note:",
    "supplier:",
    "BBB",
    "id:",
    "L:a:B",
    "5",
    "sort:",
    "price",
    "identity:",
    "超级工厂",
    "super_factory",
    "Foo_bar",
    "材质:",
    "ra",
    "304",
    "不锈钢",
    "保溫杯",
    "//",
    "http://",
    "https://detail.1688.com/offer/5.html",
    "qr.1688.com/s/x",
    "5\u{301}",
    "\u{338}",
    "´",
    "ﾞ",
    "㎏",
    "İ",
    "\u{feff}",
    "1:2",
    "sold",
    "1万",
    "ship",
    "48h",
    "age",
    "2d",
    "(",
    "＂",
];

/// How many random cases the long form takes: `PIFA_QUERIES=100000`.
fn cases() -> ProptestConfig {
    let cases = std::env::var("PIFA_QUERIES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(400), ..ProptestConfig::default() }
}

fn written_and_read_again(typed: &str) -> Result<(), TestCaseError> {
    let query = Query::parse(typed);
    prop_assert!(query.terms.len() <= MAX_WORDS);
    let count = typed.chars().count();
    for problem in &query.problems {
        prop_assert!(
            problem.at.start <= problem.at.end && problem.at.end <= count,
            "{:?} {:?}",
            typed,
            problem
        );
        prop_assert!(problem.at.start < problem.at.end, "{:?} {:?}", typed, problem);
    }
    let written = query.to_string();
    let again = Query::parse(&written);
    prop_assert_eq!(&again.terms, &query.terms, "{:?} {:?}", typed, written);
    prop_assert_eq!(again.sort, query.sort);
    prop_assert_eq!(&again.problems, &vec![], "{:?} {:?}", typed, written);
    prop_assert_eq!(again.to_string(), written);
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_was_read_is_written_and_read_again(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14)) {
        written_and_read_again(&pieces.concat())?;
    }

    #[test]
    fn any_text_reads(typed in "\\PC{0,60}") {
        written_and_read_again(&typed)?;
    }

    #[test]
    fn any_bytes_read(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        written_and_read_again(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn plain_words_are_found_as_they_stand(typed in "[a-eX温杯工厂包邮0-9. -]{0,30}") {
        let query = Query::parse(&typed);
        if query.predicates().count() == 0 {
            prop_assert_eq!(query.words(), crate::query::words(&typed));
        }
    }

    #[test]
    fn predicates_among_words_leave_the_words_alone(
        text in "[a-c杯盘 ]{0,20}",
        mark in prop::sample::select(vec!["fav", "-bought", "tag:q", "-note:q", "supplier:q", "price<8", "-红"]),
    ) {
        let with = Query::parse(&format!("{mark} {text} {mark}"));
        prop_assert_eq!(with.words(), Query::parse(&text).words());
        prop_assert_eq!(with.predicates().count(), 1);
    }
}
