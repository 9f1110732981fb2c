//! docs/QUERY.md and docs/QUERY.zh-CN.md are made from the table that the parser reads. After a change of it:
//! `PIFA_BLESS=1 cargo test --test it query_page`.

use std::path::Path;

use pifa::app::query_line::described;
use pifa::i18n::Lang;
use pifa::query::Query;

/// What stands around the tables.
struct Frame {
    file: &'static str,
    lang: Lang,
    head: &'static str,
    columns: [&'static str; 3],
    tail: &'static str,
}

const FRAMES: [Frame; 2] = [
    Frame {
        file: "QUERY.md",
        lang: Lang::En,
        head: "# Searching\n\n[中文](QUERY.zh-CN.md)\n\nOne language for the search line, `pifa search` and saved searches. Made from the program's own table; `?` shows the same inside it, `pifa search --help` on the command line.\n\nA query is words and conditions between blanks; all of them must hold.\n\n```\n保温杯 304 price<8 moq<=100 belt:永康 factory -红 sort:sold\n```\n",
        columns: ["Example", "What it asks", "Other names"],
        tail: "## Good to know\n\n- A Chinese name with a sign behind it is a condition (`价格<8`, `产地:义乌`). A Chinese word alone is always text, because titles are full of 工厂, 包邮 and 跨境: `是:工厂` asks for the fact. An English word of the tables alone is a condition; in quotes it is text: `\"custom\"`.\n- A name the tables do not have asks an attribute of the goods. It begins with a letter, so `12:30` and `1:2` are text, and so are web addresses.\n- Blanks may stand around the sign of a number (`price < 8`, `孔径 >= 8`), not behind a colon. A sign between words with no number behind it is text. `≤`, `≥` and full-width signs are the same as the plain ones.\n- `-` in front of Latin letters or digits is part of the text (`-500ml` is in many titles): `!500ml` or `-\"500ml\"` is without it.\n- What is not known meets no comparison, whichever way it goes; with `-` in front a term finds exactly what the term itself does not.\n- Words are looked for in the title, the translated title, the names of supplier and belt, and in your notes and tags. Pinyin looks at the title alone; `xi'an` parts 西安 from 线. A word of one letter is no pinyin.\n- When nothing is found and a word stands nowhere at all, the nearest word is taken in its place (保温怀: 保温杯), or it is left out (`杯 龘`: 杯). The words taken are told above the list, and in `instead` under `--json`; it is null where everything was found as typed. Words that each stand somewhere, but never together, find nothing.\n- Commas separate alternatives after `belt:`, `city:`, `cat:`, `supplier:`, `id:`, `identity:`, `tag:`, `note:` and the names of attributes (`材质:ABS,PP`, `容量=300,500`); in quotes a comma is part of the text (`supplier:\"Acme, Ltd\"`). After `kind:`, `is:` and `sort:` a list is pointed out as a mistake. In a comparison `1,000` is a thousand. There is no other OR, and there are no brackets.\n- Belts, cities, categories, suppliers, notes and attributes need only contain what is asked; tags have to be it.\n- `price` is what the list shows at the quantity: the tier reached, or, where SKUs cost differently, the median of the SKUs with enough stock (of two in the middle their mean). `moq` is the minimum as the listing says it; the least that can be bought may be more, because of the first tier or the lot.\n- `bought` leaves out orders that were closed. Fee links and what you blocked stay hidden even when asked for by `id:` or a pasted link; `kind:fee` and `blocked` show them.\n- At most 32 terms and 2,000 characters count.\n- A mistake is underlined where it is, and the bottom line says what was expected; the rest of the query counts all the same. On the command line it is said on stderr, and in `problems` (`from`, `to`, `message`; characters of the query) under `--json`.\n- Share texts: with a link of the marketplace in it, all of a pasted text is that offer; conditions alone beside a link count (`-blocked`). Short links (`qr.1688.com`) name no offer; nothing is ever opened.\n",
    },
    Frame {
        file: "QUERY.zh-CN.md",
        lang: Lang::ZhCn,
        head: "# 搜索的写法\n\n[English](QUERY.md)\n\n搜索框、`pifa search`、保存的搜索用同一种写法。本页由程序自己的表生成；程序里按 `?` 看到的是同一张表，命令行是 `pifa search --help`。\n\n文字和条件用空格隔开，都要满足。\n\n```\n保温杯 304 价格<8 起批<=100 产地:永康 是:工厂 -红 排序:销量\n```\n",
        columns: ["例子", "找什么", "别的写法"],
        tail: "## 须知\n\n- 中文名后面跟着符号才是条件（`价格<8`、`产地:义乌`）。单独的中文词都是文字，因为标题里到处是工厂、包邮、跨境；`是:工厂` 才是问是不是工厂。表里的英文词单独写就是条件，加引号才是文字：`\"custom\"`。\n- 表里没有的名字查商品属性。名字以字母或汉字开头，所以 `12:30`、`1:2` 和网址都是文字。\n- 数字的符号两边可以有空格（`price < 8`、`孔径 >= 8`），冒号后面不行。符号后面不是数字的，是文字。`≤`、`≥` 和全角符号都认。\n- 字母数字前的 `-` 算文字（标题里常有 `-500ml`）；不要 500ml 写成 `!500ml` 或 `-\"500ml\"`。\n- 不知道的数，怎么比都不满足；前面加 `-` 找的正好是其余的。\n- 文字在标题、译名、供应商名、产业带名和你的备注、标签里找；拼音只看标题，`xi'an` 把西安和线分开。单个字母不算拼音。\n- 什么都没找到、又有词哪里都没有时，改用最近的词（保温怀：保温杯），没有相近的就略过（`杯 龘`：杯）。改用了什么词写在列表上方，`--json` 时在 `instead`；都按原样找到时是 null。每个词都有、只是不在一起的，就是没有。\n- 逗号或顿号表示「或」，用在 `belt:`、`city:`、`cat:`、`supplier:`、`id:`、`identity:`、`tag:`、`note:` 和属性名后面（`材质:ABS,PP`、`容量=300,500`）；引号里的逗号是文字（`supplier:\"Acme, Ltd\"`）。`kind:`、`is:`、`sort:` 后面写几个会指出有误。比较里的 `1,000` 是一千。此外没有「或」，也没有括号。\n- 产业带、城市、类目、供应商、备注、属性只要里面有这些字；标签要完全一样。\n- `price` 就是列表里该数量的单价：到达的那一档；规格价不同时，取库存够的规格的中位价（中间有两个取平均）。`moq` 是页面上写的起批量；因为首档或整批倍数，实际起买的数可能更大。\n- `bought` 不算已关闭的订单。费用链接和你屏蔽的，按 `id:` 或粘贴链接也不列；`kind:fee`、`blocked` 才列。\n- 最多算 32 个条件、2000 个字。\n- 写错的地方有下划线，最下一行说应该写什么；其余条件照算。命令行里写在 stderr，`--json` 时在 `problems`（`from`、`to`、`message`，按字数）。\n- 分享文字：里面有商品链接时，整段就是那个商品；链接旁只有条件时条件也算（`-blocked`）。短链接（`qr.1688.com`）不带商品编号；程序从不打开链接。\n",
    },
];

fn page(frame: &Frame) -> String {
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let mut page = format!("{}\n", frame.head);
    for part in described(frame.lang) {
        page.push_str(&format!(
            "## {}\n\n| {} |\n|---|---|---|\n",
            part.title.replace('<', "&lt;").replace('>', "&gt;"),
            frame.columns.join(" | ")
        ));
        for (like, also, says) in part.rows {
            let also: Vec<String> = also.iter().map(|name| code(name)).collect();
            page.push_str(&format!(
                "| {} | {} | {} |\n",
                code(like),
                says.replace('|', "\\|"),
                also.join(" ")
            ));
        }
        page.push('\n');
    }
    page.push_str(frame.tail);
    page
}

#[test]
fn the_pages_are_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for frame in &FRAMES {
        let (path, wanted) = (docs.join(frame.file), page(frame));
        if std::env::var_os("PIFA_BLESS").is_some() {
            std::fs::create_dir_all(&docs).unwrap();
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "docs/{} is out of date: PIFA_BLESS=1 cargo test --test it query_page",
            frame.file
        );
    }
}

#[test]
fn what_the_pages_show_in_full_reads_without_a_mistake() {
    for frame in &FRAMES {
        let shown = frame.head.split("```").nth(1).unwrap().trim();
        let query = Query::parse(shown);
        assert_eq!(query.problems, [], "{shown}");
        assert_eq!(query.terms.len(), 7, "{shown}");
        assert!(query.sort.is_some());
    }
}

/// What others wrote to break things: none of it stops the reader, and what was read is written and read again.
#[test]
fn hostile_texts_read() {
    let awkward = [
        "\u{1b}[2J商品",
        "price<\u{0}8",
        "\u{2067}עברית 批发",
        "👨‍👩‍👧‍👦:x",
        "tag:\u{202e}abc",
        "'; DROP TABLE offers;--",
        "${jndi:ldap://x}",
    ];
    let more = std::env::var("PIFA_HOSTILE").ok().map(|folder| {
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        files.flat_map(|text| strings(&serde_json::from_str(&text).unwrap())).collect::<Vec<_>>()
    });
    for text in awkward.iter().map(|text| (*text).to_owned()).chain(more.unwrap_or_default()) {
        for typed in
            [text.clone(), format!("price<{text}"), format!("tag:{text} -{text}"), format!("\"{text}")]
        {
            let query = Query::parse(&typed);
            let written = query.to_string();
            let again = Query::parse(&written);
            assert_eq!((again.terms, again.problems), (query.terms, vec![]), "{typed:?} {written:?}");
        }
    }
}

fn strings(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(values) => values.iter().flat_map(strings).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
