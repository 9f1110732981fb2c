//! The program as a buyer has it: on a terminal of 24 by 80, against its own marketplace.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod again;
mod again_changed;
#[path = "../filled.rs"]
mod copies;
#[path = "../folder.rs"]
mod folder;
mod harness;
mod lists;
mod market;
mod minimums;
mod pick;
mod shell;
mod steps;
mod stories;
mod substitutes;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::Session;
use rustix::process::Signal;

/// Runs a verb on the same profile and gives its JSON.
fn verb(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_pifa"))
        .args(["--json", "--data-dir"])
        .arg(folder)
        .args(arguments)
        .env_remove("PIFA_MARKET")
        .output()
        .expect("the verb runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr));
    })
}

/// A folder whose catalog is filled, so that a test need not wait for it.
fn filled() -> tempfile::TempDir {
    let folder = crate::folder::folder().unwrap();
    copies::copy(&copies::profile("filled"), folder.path());
    folder
}

/// A folder whose catalog holds enough to show, and which a session goes on filling: its workers are busy.
fn begun() -> tempfile::TempDir {
    let folder = crate::folder::folder().unwrap();
    copies::copy(&copies::profile("begun"), folder.path());
    folder
}

/// An offer without SKUs whose minimum is above 12 and not enough for a single piece: picked from the
/// catalog by its own words, since the world is generated.
fn short_offer(folder: &Path) -> (String, u64, u64) {
    let found = verb(folder, &["search", "--qty", "12", "--limit", "2000", "不锈钢"]);
    let offers = found["offers"].as_array().unwrap();
    for offer in offers {
        let moq = offer["moq"].as_u64().unwrap_or(0);
        let lot = offer["lot"].as_u64().unwrap_or(1);
        if !(13..=500).contains(&moq) || offer["spec_id"].is_string() {
            continue;
        }
        let id = offer["offer_id"].as_str().unwrap();
        let shown = verb(folder, &["show", id]);
        let skus = shown["skus"].as_array().map_or(0, Vec::len);
        let no_mix = shown["mix_rule"].is_null();
        let alone = verb(folder, &["search", offer["title"].as_str().unwrap()])["total"].as_u64() == Some(1);
        let tiers_ok = shown["tiers"].as_array().is_some_and(|tiers| !tiers.is_empty());
        let nearest = offer["nearest_quantity"].as_u64().unwrap_or(0);
        if skus == 0 && no_mix && alone && tiers_ok && nearest >= moq {
            let title = offer["title"].as_str().unwrap().to_owned();
            return (title, nearest.max(moq.div_ceil(lot) * lot), moq);
        }
    }
    panic!("no offer of the kind among {}", offers.len());
}

#[test]
fn the_job_of_a_buyer() {
    let folder = filled();
    let (title, legal, moq) = short_offer(folder.path());
    let mut pifa = Session::start(folder.path(), &["--lang", "zh-CN"], 24, 80);
    pifa.wait_for("找货");
    pifa.wait_for("▌");
    let all = pifa.contents().lines().nth(1).map(str::to_owned);
    // A Chinese word typed into the list searches; more words narrow it down.
    pifa.type_text("不锈钢");
    pifa.wait("fewer hits", |shown| shown.contains("不锈钢") && shown.lines().nth(1) != all.as_deref());
    pifa.type_text("\u{15}");
    pifa.type_text(&title);
    pifa.wait(&title, |shown| shown.lines().nth(1).is_some_and(|row| row.contains(" 1 条")));
    pifa.type_text("\r");
    pifa.wait_for("Enter 加入采购车");
    // The quantity everything is priced at.
    pifa.type_text("q12\r");
    pifa.wait_for("Q 12");
    pifa.wait_for("¥@12");
    pifa.settle(Duration::from_millis(300));
    pifa.type_text("\r");
    pifa.wait_for("已加入采购车");
    pifa.wait_for(&format!("起批量 {moq}"));
    // The cart names what is broken and does not let it through.
    pifa.type_text("3");
    pifa.wait_for("1 个问题");
    pifa.wait_for("还差");
    pifa.type_text("S");
    pifa.wait_for("有不合规则的行");
    // Mended by hand.
    pifa.type_text(&format!("{legal}\r"));
    pifa.wait_for("可以提交");
    pifa.type_text("S");
    pifa.wait_for("现在付 ¥0.00");
    let confirmed = pifa.wait_for("市场报价");
    assert!(confirmed.contains("沙盒：不花真钱"), "{confirmed}");
    // Deaf at first; the screen then says so, and the next press counts.
    pifa.settle(Duration::from_millis(400));
    pifa.type_text("y");
    pifa.wait_for("已下 1 单");
    pifa.wait_for("待付款");
    pifa.type_text("3");
    pifa.wait_for("采购车是空的");
    pifa.type_text("Q");
    let (code, _) = pifa.wait_for_end(Duration::from_secs(10));
    assert_eq!(code, 0);
    pifa.assert_restored();
    // Judged by the market's own books.
    let books = verb(folder.path(), &["sandbox", "ledger"]);
    let orders = books["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 1, "{books}");
    assert_eq!(orders[0]["lines"][0]["quantity"].as_u64(), Some(legal));
    assert_eq!(
        books["requests"]["com.alibaba.trade:alibaba.trade.fastCreateOrder-1"].as_u64().unwrap_or(1),
        1
    );
}

#[test]
fn signals_give_the_terminal_back() {
    let folder = begun();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
        pifa.wait_for("▌");
        pifa.signal(signal);
        let (left, took) = pifa.wait_for_end(Duration::from_secs(10));
        assert_eq!(left, code, "{signal:?}");
        assert!(took < Duration::from_secs(3), "{signal:?} took {took:?}");
        pifa.assert_restored();
    }
}

#[test]
fn a_stop_gives_the_terminal_back_and_going_on_draws_anew() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    pifa.settle(Duration::from_millis(200));
    pifa.signal(Signal::TSTP);
    pifa.wait("the normal screen", |shown| !shown.contains(" cached"));
    pifa.assert_restored();
    // The terminal is given back a moment before the process stops: what comes too early stops nothing,
    // so it is told to go on until it does.
    let until = std::time::Instant::now() + harness::DEADLINE;
    while !pifa.contents().contains(" cached") {
        assert!(std::time::Instant::now() < until, "it never went on\n{}", pifa.contents());
        pifa.signal(Signal::CONT);
        pifa.listen(Duration::from_millis(200));
    }
    pifa.type_text("3");
    pifa.wait_for("the cart is empty");
    pifa.type_text("\x03");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
    pifa.assert_restored();
}

#[test]
fn a_vanished_terminal_ends_the_program() {
    let folder = begun();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    pifa.hang_up();
    let (_, took) = pifa.wait_for_end(Duration::from_secs(10));
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_burst_of_twenty_thousand_bytes_is_handled_whole() {
    let folder = begun();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    // Up and down a list, then one key that shows on the screen.
    let burst = "jk".repeat(10_000);
    pifa.type_text(&burst);
    pifa.type_text("3");
    pifa.wait_for("the cart is empty");
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(20)).0, 0);
}

#[test]
fn sizes_change_and_too_small_says_so() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    pifa.resize(10, 40);
    pifa.wait_for("60x16");
    pifa.resize(36, 120);
    pifa.wait_for("repeat");
    pifa.type_text("?");
    pifa.wait_for("help: Search");
    pifa.type_text("\x1b");
    pifa.wait("the help closed", |shown| !shown.contains("help: Search"));
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
}

#[test]
fn without_a_terminal_it_says_what_to_use() {
    let folder = crate::folder::folder().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pifa"))
        .arg("--data-dir")
        .arg(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("need a terminal"));
    assert!(output.stdout.is_empty());
}

/// Wake-ups of all threads so far.
#[cfg(target_os = "linux")]
fn switches(pid: u32) -> u64 {
    let mut sum = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
        sum += counts.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum::<u64>();
    }
    sum
}

#[test]
#[cfg(target_os = "linux")]
fn idle_wakes_nobody_and_writes_nothing() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    // Deals in view are looked at again now and then, as they should; left, nothing of that stays.
    pifa.type_text("4");
    pifa.wait_for("[4 Deals]");
    pifa.type_text("3");
    pifa.wait_for("the cart is empty");
    // The workers of the first seconds have gone by then.
    pifa.settle(Duration::from_secs(5));
    let before = switches(pifa.pid());
    let written = pifa.settle(Duration::from_secs(20));
    assert_eq!(written, 0, "idle wrote {written} bytes");
    let woken = switches(pifa.pid()) - before;
    assert!(woken < 3, "{woken} context switches in 20 idle seconds");
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
}

/// Quitting while another program has the ledger locked: what was typed last is there again at the next start.
#[test]
fn a_locked_ledger_does_not_lose_where_the_buyer_was() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    pifa.settle(Duration::from_millis(300));
    let other = rusqlite::Connection::open(folder.path().join("ledger.db")).unwrap();
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let locked = std::time::Instant::now();
    pifa.type_text("/steel\r");
    pifa.wait_for("steel");
    pifa.type_text("Q");
    // The terminal is given back at once; only the process stays for the lock of three seconds.
    let left = String::from_utf8_lossy(b"\x1b[?1049l").into_owned();
    while !String::from_utf8_lossy(&pifa.raw).contains(&left) {
        assert!(locked.elapsed() < Duration::from_secs(2), "the terminal was not given back");
        pifa.listen(Duration::from_millis(50));
    }
    while locked.elapsed() < Duration::from_secs(3) {
        pifa.listen(Duration::from_millis(50));
    }
    other.execute_batch("COMMIT").unwrap();
    let (code, _) = pifa.wait_for_end(Duration::from_secs(10));
    assert_eq!(code, 0);
    pifa.assert_restored();
    let kept: String =
        other.query_row("SELECT value FROM meta WHERE key LIKE 'session:%'", [], |row| row.get(0)).unwrap();
    assert!(kept.contains("steel"), "{kept}");
}
