//! The table of predicates: what the parser knows, what the help shows and what the pages in `docs/` say are these
//! rows. Lines are in the order zh-CN, zh-TW, en.
//!
//! Chinese names with a sign behind them (价格<8, 产地:义乌) are synonyms. Chinese words that stand alone are always
//! text, because titles are full of them (工厂直销, 跨境热销, 包邮): 是:工厂 asks for the fact.

use super::terms::{Field, Is};
use crate::domain::offer::OfferKind;
use crate::domain::search::{Flag, Sort};
use crate::domain::supplier::Identity;

/// The same in zh-CN, zh-TW and en.
pub type Three = [&'static str; 3];

/// A part of the language, as the help has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Words, quotes, what turns round.
    Words,
    /// Numbers of an offer.
    Numbers,
    /// Where it comes from and what it is.
    Names,
    /// Yes or no.
    Facts,
    /// The buyer's own.
    Mine,
    /// The order.
    Order,
}

impl Part {
    /// All of them, in the order of the help.
    pub const ALL: [Part; 6] =
        [Part::Words, Part::Numbers, Part::Names, Part::Facts, Part::Mine, Part::Order];

    /// Its heading.
    pub const fn title(self) -> Three {
        match self {
            Part::Words => ["搜索的写法：文字", "搜尋的寫法：文字", "Searching: words"],
            Part::Numbers => [
                "搜索的写法：数字（< <= > >= = !=）",
                "搜尋的寫法：數字（< <= > >= = !=）",
                "Searching: numbers (< <= > >= = !=)",
            ],
            Part::Names => [
                "搜索的写法：哪里、哪家、什么",
                "搜尋的寫法：哪裡、哪家、什麼",
                "Searching: where, who, what",
            ],
            Part::Facts => ["搜索的写法：有没有", "搜尋的寫法：有沒有", "Searching: yes or no"],
            Part::Mine => ["搜索的写法：我的", "搜尋的寫法：我的", "Searching: mine"],
            Part::Order => ["搜索的写法：排序", "搜尋的寫法：排序", "Searching: order"],
        }
    }
}

/// How the value of a predicate is read.
#[derive(Debug, Clone)]
pub(super) enum Reads {
    /// Stands alone.
    Alone(Is),
    /// A comparison with a number.
    Number(Field),
    /// Alternatives after a colon.
    List(fn(Vec<String>) -> Is),
    /// Ids or names of suppliers.
    Supplier,
    /// Numbers of offers, or links.
    Offers,
    /// Identities of a seller.
    Identity,
    /// Goods or fee links.
    Kind,
    /// The order of the rows.
    Sort,
    /// A predicate that stands alone, by any of its names: `is:factory`, 是:工厂.
    Fact,
}

/// A row of the table.
#[derive(Debug)]
pub struct Predicate {
    /// Its name.
    pub name: &'static str,
    /// Other names of it.
    pub also: &'static [&'static str],
    /// A right example.
    pub like: &'static str,
    /// What it asks for.
    pub says: Three,
    /// Where the help has it.
    pub part: Part,
    pub(super) reads: Reads,
}

impl Predicate {
    /// Whether commas behind its colon separate alternatives. They do behind the names of attributes, too.
    pub(super) const fn takes_alternatives(&self) -> bool {
        matches!(self.reads, Reads::List(_) | Reads::Supplier | Reads::Offers | Reads::Identity)
    }
}

/// Something about the language that is no predicate.
#[derive(Debug)]
pub struct Remark {
    /// An example.
    pub like: &'static str,
    /// What it does.
    pub says: Three,
    /// Where the help has it.
    pub part: Part,
}

/// What is no predicate.
pub static REMARKS: [Remark; 9] = [
    Remark {
        like: "保温杯 304",
        says: [
            "每个词都要有，一个字也行；繁体、全角、大小写都一样",
            "每個詞都要有，一個字也行；簡體、全形、大小寫都一樣",
            "every word must occur; traditional, full-width and capitals are the same",
        ],
        part: Part::Words,
    },
    Remark {
        like: "bxgckb",
        says: [
            "拼音：首字母、全拼、混写都行（bao温b），多音字每个音都认；只看标题",
            "拼音：首字母、全拼、混寫都行（bao溫b），多音字每個音都認；只看標題",
            "pinyin of the title: initials, in full or mixed (bao温b); every reading of a character counts",
        ],
        part: Part::Words,
    },
    Remark {
        like: "\"不锈钢 杯\"",
        says: [
            "引号里是原样的一段文字，空格也算，不当作条件；含空格的不按拼音读",
            "引號裡是原樣的一段文字，空格也算，不當作條件；含空格的不按拼音讀",
            "in quotes: one text, blanks included, never a condition; with a blank inside it is not read as pinyin",
        ],
        part: Part::Words,
    },
    Remark {
        like: "-红 -fav !包邮",
        says: [
            "前面加 - 或 ! 是不要（条件前也可写 非）；-500ml 这样的字母数字仍是文字，不要它写 !500ml",
            "前面加 - 或 ! 是不要（條件前也可寫 非）；-500ml 這樣的字母數字仍是文字，不要它寫 !500ml",
            "- or ! in front turns round (非 too, before a condition); -500ml stays text: !500ml for without it",
        ],
        part: Part::Words,
    },
    Remark {
        like: "belt:义乌,永康",
        says: [
            "belt、city、cat、supplier、id、identity、tag、note 和商品属性后，逗号或顿号隔开的有一个就行；引号里的逗号是文字；别处没有「或」和括号",
            "belt、city、cat、supplier、id、identity、tag、note 和商品屬性後，逗號或頓號隔開的有一個就行；引號裡的逗號是文字；別處沒有「或」和括號",
            "after belt, city, cat, supplier, id, identity, tag, note and attributes commas separate alternatives (in quotes they are text); no other OR, no brackets",
        ],
        part: Part::Words,
    },
    Remark {
        like: "保温怀",
        says: [
            "哪里都没有的词，改找最近的词，找不到就略过这个词；用了什么词会写明",
            "哪裡都沒有的詞，改找最近的詞，找不到就略過這個詞；用了什麼詞會寫明",
            "for a word that stands nowhere the nearest one is taken, or it is left out; what was taken is said",
        ],
        part: Part::Words,
    },
    Remark {
        like: "https://detail.1688.com/offer/1.html",
        says: [
            "粘贴商品链接或整段分享文字，就找到那个商品",
            "貼上商品連結或整段分享文字，就找到那個商品",
            "a pasted link, or a whole share text with one, finds its offer",
        ],
        part: Part::Words,
    },
    Remark {
        like: "材质:304",
        says: [
            "其他「名:值」查商品属性：属性里有这些字；可多个，材质:ABS,PP",
            "其他「名:值」查商品屬性：屬性裡有這些字；可多個，材質:ABS,PP",
            "any other name:value asks an attribute of the goods: it contains this; or several, 材质:ABS,PP",
        ],
        part: Part::Names,
    },
    Remark {
        like: "ra>=90",
        says: [
            "其他「名>=数」查商品属性里的第一个数，也查数前的字母：显色指数 Ra90、IP68；等于可多个，容量=300,500；带单位只比同单位的，容量>=500ml",
            "其他「名>=數」查商品屬性裡的第一個數，也查數前的字母：顯色指數 Ra90、IP68；等於可多個，容量=300,500；帶單位只比同單位的，容量>=500ml",
            "any other name and comparison asks the first number of an attribute, or of a value with that sign before it (显色指数 Ra90, IP68); equal to one of several: 容量=300,500; with a unit only figures in it: 容量>=500ml",
        ],
        part: Part::Numbers,
    },
];

const fn number(
    name: &'static str,
    also: &'static [&'static str],
    like: &'static str,
    field: Field,
    says: Three,
) -> Predicate {
    Predicate { name, also, like, says, part: Part::Numbers, reads: Reads::Number(field) }
}

const fn fact(name: &'static str, also: &'static [&'static str], flag: Flag, says: Three) -> Predicate {
    Predicate { name, also, like: name, says, part: Part::Facts, reads: Reads::Alone(Is::Flag(flag)) }
}

const fn mine(name: &'static str, also: &'static [&'static str], is: Is, says: Three) -> Predicate {
    Predicate { name, also, like: name, says, part: Part::Mine, reads: Reads::Alone(is) }
}

const fn named(
    name: &'static str,
    also: &'static [&'static str],
    like: &'static str,
    reads: Reads,
    says: Three,
) -> Predicate {
    Predicate { name, also, like, says, part: Part::Names, reads }
}

/// Every predicate, in the order of the help.
pub static PREDICATES: [Predicate; 34] = [
    number(
        "price",
        &["价格", "单价", "价"],
        "price<8",
        Field::Price,
        [
            "数量 Q 时的单价，元；Q 买不到的不算；规格价不同时，取库存够 Q 的规格的中位价；price@300<8 按 300 件看",
            "數量 Q 時的單價，元；Q 買不到的不算；規格價不同時，取庫存夠 Q 的規格的中位價；price@300<8 按 300 件看",
            "unit price at Q, yuan, only what can be bought at Q; of unlike SKUs the median of those with stock for Q; price@300<8 looks at 300",
        ],
    ),
    number(
        "moq",
        &["起批", "起批量", "起订", "起订量"],
        "moq<=10",
        Field::Moq,
        [
            "页面上写的起批量；按首档和整批倍数实际起买的数可能更大",
            "頁面上寫的起批量；按首檔和整批倍數實際起買的數可能更大",
            "least quantity as listed; the first tier and the lot may ask for more",
        ],
    ),
    number(
        "lot",
        &["整批", "倍数"],
        "lot:12",
        Field::Lot,
        [
            "几个起卖的倍数，没有就是 1",
            "幾個起賣的倍數，沒有就是 1",
            "sold in multiples of this; 1 where there is no lot",
        ],
    ),
    number("stock", &["库存"], "stock>=500", Field::Stock, ["库存", "庫存", "in stock over all SKUs"]),
    number(
        "sold",
        &["销量", "月销", "成交"],
        "sold>=1000",
        Field::Sold,
        [
            "30 天销量，可写 1万、1.5k",
            "30 天銷量，可寫 1万、1.5k",
            "sold in 30 days; 1万 and 1.5k are numbers too",
        ],
    ),
    number(
        "repeat",
        &["复购", "复购率", "回头率"],
        "repeat>=30%",
        Field::Repeat,
        [
            "复购率：30%、30 或 0.3，1 是 1%",
            "復購率：30%、30 或 0.3，1 是 1%",
            "share of buyers who came back: 30%, 30 or 0.3; 1 is 1%",
        ],
    ),
    number(
        "ship",
        &["发货"],
        "ship<=48h",
        Field::ShipHours,
        [
            "承诺发货时间：48h、2d；不写单位是小时",
            "承諾出貨時間：48h、2d；不寫單位是小時",
            "promised hours to ship: 48h, 2d; without a unit, hours",
        ],
    ),
    number(
        "pickup48",
        &["揽收", "48小时揽收"],
        "pickup48>=95%",
        Field::Pickup48,
        [
            "供应商 48 小时揽收率",
            "供應商 48 小時攬收率",
            "supplier's share of orders collected within 48 hours",
        ],
    ),
    number(
        "years",
        &["年限", "年数"],
        "years>=3",
        Field::Years,
        ["供应商诚信通年限", "供應商誠信通年限", "supplier's TrustPass years"],
    ),
    number(
        "age",
        &["更新", "时效"],
        "age<7d",
        Field::AgeHours,
        [
            "本地数据多旧：12h、7d、2w；不写单位是天",
            "本機資料多舊：12h、7d、2w；不寫單位是天",
            "how old our reading is: 12h, 7d, 2w; without a unit, days",
        ],
    ),
    named(
        "belt",
        &["产业带", "产地"],
        "belt:义乌",
        Reads::List(Is::Belt),
        [
            "产业带里有这些字，也认拼音",
            "產業帶裡有這些字，也認拼音",
            "industrial belt contains this, by pinyin too",
        ],
    ),
    named(
        "city",
        &["城市", "所在地"],
        "city:金华",
        Reads::List(Is::City),
        [
            "卖家所在城市里有这些字，也认拼音",
            "賣家所在城市裡有這些字，也認拼音",
            "seller's city contains this, by pinyin too",
        ],
    ),
    named(
        "cat",
        &["category", "类目", "分类"],
        "cat:保温杯",
        Reads::List(Is::Category),
        [
            "类目名字里有这些字（也认拼音），或类目编号；上级类目也行",
            "類目名字裡有這些字（也認拼音），或類目編號；上級類目也行",
            "category, or one above it: its name contains this (by pinyin too), or its number",
        ],
    ),
    named(
        "supplier",
        &["供应商", "店铺", "厂家"],
        "supplier:甲厂",
        Reads::Supplier,
        [
            "供应商编号，或名字里有这些字；导入商品看它自己写的供应商",
            "供應商編號，或名字裡有這些字；匯入商品看它自己寫的供應商",
            "supplier's id, or this in the name; of imported goods the name they came with",
        ],
    ),
    named(
        "id",
        &["offer", "编号"],
        "id:676651652931",
        Reads::Offers,
        [
            "商品编号，可多个；导入的是 L:来源:货号；屏蔽的和费用链接照样不列",
            "商品編號，可多個；匯入的是 L:來源:貨號；封鎖的和費用連結照樣不列",
            "offer's number, or several; imported goods L:source:item; what is blocked and fee links stay hidden",
        ],
    ),
    named(
        "identity",
        &["身份", "认证"],
        "identity:super_factory",
        Reads::Identity,
        [
            "身份：super_factory 超级工厂、powerful_merchant 实力商家、trust_pass 诚信通、yanxuan 严选、crossborder 跨境",
            "身分：super_factory 超級工廠、powerful_merchant 實力商家、trust_pass 誠信通、yanxuan 嚴選、crossborder 跨境",
            "super_factory 超级工厂, powerful_merchant 实力商家, trust_pass 诚信通, yanxuan 严选, crossborder 跨境",
        ],
    ),
    named(
        "kind",
        &["链接"],
        "kind:fee",
        Reads::Kind,
        [
            "fee 补差价、运费这类链接（平时不列），goods 商品",
            "fee 補差價、運費這類連結（平時不列），goods 商品",
            "fee: links that only collect a fee (else hidden); goods",
        ],
    ),
    Predicate {
        name: "is",
        also: &["是", "有"],
        like: "是:工厂",
        says: [
            "下面这些条件的中文写法：是:工厂、有:发票、是:收藏；单写 工厂 是找文字",
            "下面這些條件的中文寫法：是:工廠、有:發票、是:收藏；單寫 工廠 是找文字",
            "the conditions below by any of their names: is:factory, 是:工厂",
        ],
        part: Part::Facts,
        reads: Reads::Fact,
    },
    fact(
        "factory",
        &["工厂", "源头工厂"],
        Flag::Factory,
        ["源头工厂", "源頭工廠", "certified source factory"],
    ),
    fact("yanxuan", &["严选"], Flag::Yanxuan, ["严选", "嚴選", "picked by the platform (严选)"]),
    fact("mix", &["混批"], Flag::Mix, ["可混批", "可混批", "counts for its supplier's mixed minimum"]),
    fact(
        "dropship",
        &["代发", "一件代发"],
        Flag::Dropship,
        ["一件代发", "一件代發", "shipped singly to your customer"],
    ),
    fact(
        "freeship",
        &["包邮", "代发包邮"],
        Flag::FreeShip,
        ["代发包邮", "代發包郵", "dropshipped free of freight"],
    ),
    fact(
        "return7",
        &["七天无理由", "7天无理由", "无理由退货"],
        Flag::Return7,
        ["七天无理由退货", "七天無理由退貨", "returns within 7 days"],
    ),
    fact("invoice", &["发票", "开票"], Flag::Invoice, ["可开发票", "可開發票", "an invoice can be had"]),
    fact("custom", &["定制"], Flag::Custom, ["可定制", "可客製", "made to order"]),
    fact("pay-later", &["paylater", "账期", "先采后付"], Flag::PayLater, ["账期", "帳期", "paid later"]),
    fact(
        "ad",
        &["广告"],
        Flag::Advertised,
        ["广告；-ad 不看广告", "廣告；-ad 不看廣告", "an advertisement; -ad hides them"],
    ),
    mine(
        "fav",
        &["favourite", "favorite", "收藏"],
        Is::Favourite,
        ["收藏的商品或供应商", "收藏的商品或供應商", "kept in sight, it or its supplier"],
    ),
    mine(
        "bought",
        &["买过"],
        Is::Bought,
        [
            "买过的，已关闭的订单不算",
            "買過的，已關閉的訂單不算",
            "ordered before; closed orders do not count",
        ],
    ),
    mine(
        "blocked",
        &["屏蔽", "拉黑"],
        Is::Blocked,
        ["屏蔽的（平时不列）", "封鎖的（平時不列）", "blocked, it or its supplier (else hidden)"],
    ),
    Predicate {
        name: "tag",
        also: &["标签"],
        like: "tag:礼品",
        says: ["有这个标签", "有這個標籤", "has this tag, or its supplier has"],
        part: Part::Mine,
        reads: Reads::List(Is::Tag),
    },
    Predicate {
        name: "note",
        also: &["备注"],
        like: "note:发货快",
        says: ["备注里有这些字", "備註裡有這些字", "this stands in its note, or its supplier's"],
        part: Part::Mine,
        reads: Reads::List(Is::Note),
    },
    Predicate {
        name: "sort",
        also: &["排序"],
        like: "sort:price",
        says: [
            "rank 综合、price 单价、landed 含运价（单位不同不混排：最常见的单位在前）、sold 销量、repeat 复购、age 更新",
            "rank 綜合、price 單價、landed 含運價（單位不同不混排：最常見的單位在前）、sold 銷量、repeat 復購、age 更新",
            "rank, price or landed (unlike units are not mixed: the commonest comes first), sold, repeat or age",
        ],
        part: Part::Order,
        reads: Reads::Sort,
    },
];

/// The row of this name, folded.
pub(super) fn predicate(name: &str) -> Option<&'static Predicate> {
    PREDICATES.iter().find(|row| row.name == name || row.also.contains(&name))
}

/// Words for identities, the canonical one first.
pub(super) static IDENTITIES: [(&[&str], Identity); 5] = [
    (&["super_factory", "super-factory", "superfactory", "超级工厂"], Identity::SuperFactory),
    (&["powerful_merchant", "powerful-merchant", "powerfulmerchant", "实力商家"], Identity::PowerfulMerchant),
    (&["trust_pass", "trust-pass", "trustpass", "诚信通"], Identity::TrustPass),
    (&["yanxuan", "严选"], Identity::Yanxuan),
    (&["crossborder", "cross-border", "跨境"], Identity::Crossborder),
];

/// Words for kinds.
pub(super) static KINDS: [(&[&str], OfferKind); 2] =
    [(&["goods", "商品"], OfferKind::Goods), (&["fee", "fees", "费用", "补差价", "运费"], OfferKind::Fee)];

/// Words for orders.
pub(super) static SORTS: [(&[&str], Sort); 6] = [
    (&["rank", "综合", "默认"], Sort::Rank),
    (&["price", "价格", "单价"], Sort::Price),
    (&["landed", "含运价", "到手价"], Sort::Landed),
    (&["sold", "销量"], Sort::Sold),
    (&["repeat", "复购", "复购率"], Sort::Repeat),
    (&["age", "更新", "时间"], Sort::Age),
];

/// What a word of one of these lists stands for.
pub(super) fn meant<'a, T>(list: &'a [(&[&str], T)], word: &str) -> Option<&'a T> {
    list.iter().find(|(words, _)| words.contains(&word)).map(|(_, meant)| meant)
}

/// The canonical words of one of these lists.
pub(super) fn choices<T>(list: &[(&'static [&'static str], T)]) -> Vec<&'static str> {
    list.iter().filter_map(|(words, _)| words.first().copied()).collect()
}
