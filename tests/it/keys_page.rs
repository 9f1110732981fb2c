//! docs/KEYS.md and docs/KEYS.zh-CN.md are made from the action table and the shipped keymap. After a change of either:
//! `PIFA_BLESS=1 cargo test --test it keys_page`.

use std::path::Path;

use pifa::app::Keys;
use pifa::app::action::{ACTIONS, SECTIONS, listed_keys};
use pifa::i18n::Lang;

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
        file: "KEYS.md",
        lang: Lang::En,
        head: "# Keys\n\n[中文](KEYS.zh-CN.md)\n\nMade from the program's own table of actions; `?` shows the same inside it, and `:` finds an action by its name.\n",
        columns: ["Keys", "What", "Name in keymap.toml"],
        tail: "## Good to know\n\n- Digits switch panes, except on a line of Cart and Compare, where they open its quantity. `g` and a digit always switches.\n- A Chinese character typed into the list begins a search. Full-width keys count as their ASCII ones.\n- The mouse: a click on a pane's name, a row, the query or a hint does what its key does; the wheel scrolls; a click beside a window closes it. Orders are sent and groups joined by key only. With Shift the terminal selects text as ever; `mouse = false` in `config.toml` leaves the mouse to the terminal altogether.\n- Copying goes through the terminal (OSC 52), so it works over SSH. In tmux it needs `set -g set-clipboard on` (or `allow-passthrough on`).\n\n## Your own keys\n\n`keymap.toml` in the data folder overrides the shipped keymap line by line: an action you name there answers to your keys only.\n\n```toml\n\"cart.submit\" = \"F9\"          # one key\n\"page_down\" = [\"space\", \"ctrl-f\"]\n\"pane.cart\" = \"g c\"           # two keys, one after the other\n\"sync\" = []                   # no key: by name only\n```\n\nKeys: a character, `enter esc tab backtab backspace del up down left right pgup pgdn home end space F1`..`F12`, with `ctrl-` or `alt-` in front. A mistake (an action that does not exist, one key for two actions of a part, a key that begins another's sequence) is told at the start as `keymap.toml:LINE`. Where two parts have the same key, the nearer one wins: the pane before what holds everywhere.\n\n## Colours and marks\n\n`theme = \"dark\"` or `\"light\"` in `config.toml`; without it the terminal's background decides where it is told (`COLORFGBG`). Both use the terminal's own sixteen colours. `theme.toml` in the data folder sets roles (`accent dim head selected bad warn good badge`) by `fg`, `bold`, `dim`, `reversed`, `underlined`. `NO_COLOR` does without colours.\n\nSome Chinese terminals draw marks such as `… × │ █` two cells wide. At the start the terminal is asked once, without waiting; one that says so gets ASCII marks. `--ascii` asks for them always, `ambiguous_width = 1` or `2` in `config.toml` answers in the terminal's place.\n",
    },
    Frame {
        file: "KEYS.zh-CN.md",
        lang: Lang::ZhCn,
        head: "# 按键\n\n[English](KEYS.md)\n\n本页由程序自己的动作表生成；程序里按 `?` 看到的是同一张表，按 `:` 可以按名字找动作。\n",
        columns: ["按键", "作用", "keymap.toml 里的名字"],
        tail: "## 须知\n\n- 数字键切换窗格；在采购车和比价的行上则直接改数量。`g` 加数字在哪里都能切换。\n- 在列表里直接打中文就开始搜索；全角按键等同半角。\n- 鼠标：点窗格名、行、搜索框、提示，等同按键；滚轮滚动；点弹出层外面即关闭。下单、参团、付款只认键盘。按住 Shift 可用终端自己的选择；`config.toml` 里 `mouse = false` 则完全不用鼠标。\n- 复制经过终端（OSC 52），SSH 里也能用。tmux 需要 `set -g set-clipboard on`（或 `allow-passthrough on`）。\n\n## 自己的按键\n\n数据文件夹里的 `keymap.toml` 逐行覆盖自带的按键表：写了的动作只认你写的键。\n\n```toml\n\"cart.submit\" = \"F9\"          # 一个键\n\"page_down\" = [\"space\", \"ctrl-f\"]\n\"pane.cart\" = \"g c\"           # 先后两个键\n\"sync\" = []                   # 没有键，只按名字\n```\n\n键名：一个字符，或 `enter esc tab backtab backspace del up down left right pgup pgdn home end space F1`..`F12`，前面可加 `ctrl-` 或 `alt-`。写错了（没有这个动作、同一部分里一键两用、一个键正好是别的组合键的开头）启动时会指出 `keymap.toml:行号`。两个部分用同一个键时，近的优先：窗格先于所有窗格。\n\n## 颜色和符号\n\n`config.toml` 里 `theme = \"dark\"` 或 `\"light\"`；不写则看终端是否告知背景色（`COLORFGBG`）。两套都只用终端自己的十六色。数据文件夹里的 `theme.toml` 可改各角色（`accent dim head selected bad warn good badge`）的 `fg`、`bold`、`dim`、`reversed`、`underlined`。`NO_COLOR` 则不用颜色。\n\n有的中文终端把 `… × │ █` 这类符号画成两格宽。启动时会问终端一次（不等待），答两格的就改用 ASCII 符号。`--ascii` 总用 ASCII；`config.toml` 里 `ambiguous_width = 1` 或 `2` 代替终端回答。\n",
    },
];

fn page(frame: &Frame) -> String {
    let words = frame.lang.text();
    let keys = Keys::preset();
    let code = |keys: &str| -> String {
        // Two blanks stand between the keys of an action, one within a sequence.
        let each = keys
            .split("  ")
            .filter(|key| !key.is_empty())
            .map(|key| format!("`{}`", key.replace('|', "\\|")));
        each.collect::<Vec<_>>().join(" ")
    };
    let mut page = format!("{}\n", frame.head);
    for section in SECTIONS {
        page.push_str(&format!(
            "## {}\n\n| {} |\n|---|---|---|\n",
            (section.title)(words),
            frame.columns.join(" | ")
        ));
        for action in section.actions() {
            let what = (action.text)(words);
            page.push_str(&format!(
                "| {} | {what} | `{}` |\n",
                code(&listed_keys(&keys, action.id)),
                action.name
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
            "docs/{} is out of date: PIFA_BLESS=1 cargo test --test it keys_page",
            frame.file
        );
    }
}

#[test]
fn every_action_is_in_exactly_one_part() {
    for action in ACTIONS {
        let parts = SECTIONS.iter().filter(|section| section.scopes.contains(&action.scope)).count();
        assert_eq!(parts, 1, "{}", action.name);
    }
}
