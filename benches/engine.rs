//! The engine's part of `benches/million.py`: asks a filled catalog the questions of a JSON file
//! (`{"kind":["query",...]}`) and prints one line of JSON, microseconds by kind:
//! `cargo bench --bench engine -- CATALOG.db QUESTIONS.json`.
//!
//! `-- CATALOG.db QUESTIONS.json --random N --seed S [--hostile FOLDER]` asks random texts instead, made of pieces of the
//! questions, of the language's signs and of anything at all, and each text of the files of the folder; it tells the
//! longest time until the first page (or the message that there is none) was there, and how many took over 50 ms: those
//! that did once are asked again, and the middle one of five counts.
//!
//! `p50`/`p99` are the first 50 offers in the order asked for, found and ordered and not yet read (for an order other
//! than the rank: the page, which is where such an order is made); `page_*` with the 50 listings read and priced and
//! the fuzzy score; `cancel` the longest time from a cancelling to the return of a search that was running (the middle
//! one of several tries of each, `cancel_worst` the longest of all), `resident` what the process holds afterwards in MB,
//! the mapped files in and out of it.

// A bench speaks on standard output, stops at the first thing that is wrong, and draws when it cancels.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pifa::catalog::Catalog;
use pifa::domain::freight::Destination;
use pifa::domain::mark::Marks;
use pifa::domain::quantity::Quantity;
use pifa::domain::search::{Cancel, SearchRequest};

const PAGE: usize = 50;
/// Each question is asked once before it is timed: the page cache is warm, as BARS wants it; nothing else is kept.
const ROUNDS: usize = 3;
/// How often is asked what a machine that stands still now and then must not be blamed for; the middle one counts.
const TRIES: usize = 5;
/// No text may take longer.
const SLOW: Duration = Duration::from_millis(50);

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [catalog, questions, options @ ..] = given.as_slice() else {
        // `cargo bench` without arguments runs every bench: there is nothing to measure then.
        println!("engine: give a catalog.db and a file of questions, see benches/million.py");
        return;
    };
    let questions = std::fs::read(questions).expect("the questions can be read");
    let questions: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&questions).expect("the questions are lists of text by kind");
    let catalog = Catalog::open(Path::new(catalog)).expect("the catalog opens");
    while catalog
        .index_some(Duration::from_secs(60), &mut |_| {})
        .expect("the index can be brought up to date")
    {}

    let option = |name: &str| {
        let at = options.iter().position(|word| word == name)?;
        options.get(at + 1).map(String::as_str)
    };
    if let Some(count) = option("--random") {
        let seed = option("--seed").expect("a seed").parse().expect("the seed is a number");
        let texts = questions.into_values().flatten().collect();
        let hostile = option("--hostile").map(Path::new);
        println!("{}", anything(&catalog, texts, count.parse().expect("a number"), seed, hostile));
        return;
    }

    let marks: Arc<Marks> = Arc::default();
    let nowhere = Destination::default();
    let mut said = serde_json::Map::new();
    let mut longest = Cancelled::default();
    for (kind, texts) in &questions {
        let is_by_rank = !texts.iter().any(|text| text.contains("sort:"));
        let (mut first, mut page, mut hits) = (Vec::new(), Vec::new(), 0);
        for text in texts {
            let request = SearchRequest {
                text: text.clone(),
                quantity: Quantity::whole(300),
                limit: PAGE,
                ..SearchRequest::default()
            };
            // Apart: what reading rows leaves behind in the allocator is not the engine's.
            for round in 0..=ROUNDS {
                let began = Instant::now();
                let led = catalog.leading(&request, &marks, PAGE).expect("the engine answers");
                let took = began.elapsed();
                if round > 0 && is_by_rank {
                    first.push(took);
                }
                hits = hits.max(led.len());
            }
            for round in 0..=ROUNDS {
                let began = Instant::now();
                let rows = catalog
                    .search_rows(&request, &nowhere, &marks, &Cancel::default())
                    .expect("the catalog answers")
                    .expect("nobody cancelled");
                let read = began.elapsed();
                if round > 0 {
                    page.push(read);
                    if !is_by_rank {
                        first.push(read);
                    }
                    hits = hits.max(rows.rows.len());
                }
            }
        }
        let cancel = cancelled(&catalog, texts, &marks);
        longest.middle = longest.middle.max(cancel.middle);
        longest.worst = longest.worst.max(cancel.worst);
        let figures = serde_json::json!({
            "p50": micros(&mut first, 50), "p99": micros(&mut first, 99),
            "page_p50": micros(&mut page, 50), "page_p99": micros(&mut page, 99),
            "queries": texts.len(), "most_rows": hits, "cancel": cancel.middle.as_secs_f64() * 1e6,
            "cancel_worst": cancel.worst.as_secs_f64() * 1e6,
        });
        said.insert(kind.clone(), figures);
    }
    said.insert("cancel".to_owned(), serde_json::json!(longest.middle.as_secs_f64() * 1e6));
    said.insert("cancel_worst".to_owned(), serde_json::json!(longest.worst.as_secs_f64() * 1e6));
    said.insert("resident".to_owned(), resident());
    println!("{}", serde_json::Value::Object(said));
}

/// What the language is made of.
const SIGNS: [&str; 44] = [
    "price<",
    "price@300<=8",
    "price@",
    "moq<=",
    "moq:",
    "lot:",
    "belt:",
    "city:",
    "cat:",
    "supplier:",
    "id:",
    "factory",
    "identity:",
    "yanxuan",
    "mix",
    "fav",
    "-",
    "blocked",
    "tag:",
    "note:",
    "bought",
    "pickup48>=",
    "kind:fee",
    "stock>=",
    "sold>=",
    "repeat>=",
    "ship<=48h",
    "age<7d",
    "ra>=",
    "sort:price",
    "sort:landed",
    "sort:age",
    "new:suppliers",
    "(",
    ")",
    "\"",
    "'",
    ":",
    ",",
    "<=",
    "%",
    "1e999",
    "https://detail.1688.com/offer/",
    "99999999999999999999",
];

fn strings(json: &serde_json::Value, into: &mut Vec<String>) {
    match json {
        serde_json::Value::String(text) => into.push(text.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|json| strings(json, into)),
        serde_json::Value::Object(all) => all.values().for_each(|json| strings(json, into)),
        _ => {}
    }
}

/// Asks random texts and those of files; the longest answer.
fn anything(
    catalog: &Catalog,
    texts: Vec<String>,
    count: usize,
    seed: u64,
    hostile: Option<&Path>,
) -> serde_json::Value {
    let mut state = seed;
    // SplitMix64.
    let mut next = move |below: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below.max(1) as u64).unwrap_or(0)
    };
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let mut asked: Vec<String> = Vec::new();
    if let Some(folder) = hostile {
        for file in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
            let text = std::fs::read(file.path()).unwrap_or_default();
            match serde_json::from_slice(&text) {
                Ok(json) => strings(&json, &mut asked),
                Err(_) => asked.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned)),
            }
        }
    }
    let of_files = asked.len();
    for _ in 0..count {
        let mut text = String::new();
        for _ in 0..=next(6) {
            match next(8) {
                0..3 => text.push_str(words.get(next(words.len())).copied().unwrap_or_default()),
                3..5 => text.push_str(SIGNS.get(next(SIGNS.len())).copied().unwrap_or_default()),
                5 => text.extend((0..next(9)).filter_map(|_| char::from_u32(0x61 + next(26) as u32))),
                6 => text.extend((0..next(6)).filter_map(|_| char::from_u32(0x4e00 + next(20_000) as u32))),
                _ => text.extend((0..next(6)).filter_map(|_| char::from_u32(next(0x11_0000) as u32))),
            }
            if next(2) == 0 {
                text.push(' ');
            }
        }
        asked.push(text);
    }
    let (marks, nowhere) = (Arc::default(), Destination::default());
    let mut took: Vec<(Duration, String)> = Vec::with_capacity(asked.len());
    let (mut with_rows, mut once_slow) = (0, 0);
    for text in asked {
        let request = SearchRequest {
            text,
            quantity: Quantity::whole(300),
            limit: PAGE,
            now: Some(jiff::Timestamp::UNIX_EPOCH),
            ..SearchRequest::default()
        };
        let mut has_rows = false;
        let mut ask = || {
            let began = Instant::now();
            let page = catalog.search_cancellable(&request, &nowhere, &marks, &Cancel::default());
            has_rows = !page.expect("the catalog answers").expect("nobody cancelled").rows.is_empty();
            began.elapsed()
        };
        let mut tries = vec![ask()];
        // Was it the text, or did the machine stand still?
        if tries.iter().any(|took| *took > SLOW) {
            once_slow += 1;
            tries.extend((1..TRIES).map(|_| ask()));
            tries.sort_unstable();
        }
        took.push((tries.get(tries.len() / 2).copied().unwrap_or_default(), request.text.clone()));
        with_rows += usize::from(has_rows);
    }
    took.sort_unstable_by(|a, b| b.cmp(a));
    let slow = took.iter().filter(|(took, _)| *took > SLOW).count();
    let longest: Vec<_> = took
        .iter()
        .take(24)
        .map(|(took, text)| serde_json::json!([took.as_secs_f64() * 1e3, text]))
        .collect();
    serde_json::json!({
        "seed": seed, "random": count, "of_files": of_files, "with_rows": with_rows, "over_50_ms": slow,
        "once_over_50_ms": once_slow, "longest_ms": longest,
    })
}

/// How long searches go on after they were cancelled in their middle.
#[derive(Default, Clone, Copy)]
struct Cancelled {
    /// The longest there is of one text and moment; each several times, and the middle one counts: a machine that is
    /// shared stands still for some milliseconds now and then, a search that does not look up does so each time.
    middle: Duration,
    /// The longest of all.
    worst: Duration,
}

/// When searches are cancelled, in microseconds after they began; [`TRIES`] times at each.
const MOMENTS: [u64; 4] = [100, 200, 400, 800];

fn cancelled(catalog: &Catalog, texts: &[String], marks: &Arc<Marks>) -> Cancelled {
    let mut longest = Cancelled::default();
    for (text, moment) in texts.iter().take(10).flat_map(|text| MOMENTS.map(|moment| (text, moment))) {
        let request = SearchRequest { text: text.clone(), limit: PAGE, ..SearchRequest::default() };
        let mut tries: Vec<Duration> = Vec::new();
        for _ in 0..TRIES {
            let cancel = Cancel::default();
            let other = cancel.clone();
            std::thread::scope(|scope| {
                let counting = scope.spawn(|| {
                    let counted = catalog.count(&request, marks, &cancel).expect("the catalog answers");
                    (Instant::now(), counted.is_none())
                });
                std::thread::sleep(Duration::from_micros(moment));
                let at = Instant::now();
                other.cancel();
                let (ended, was_cancelled) = counting.join().expect("the counting ends");
                // One that had ended by then kept nobody waiting.
                let took = if was_cancelled { ended.saturating_duration_since(at) } else { Duration::ZERO };
                tries.push(took);
            });
        }
        tries.sort_unstable();
        let worst = tries.last().copied().unwrap_or_default();
        longest.worst = longest.worst.max(worst);
        longest.middle = longest.middle.max(tries.get(tries.len() / 2).copied().unwrap_or_default());
    }
    longest
}

fn micros(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

/// Where the system tells.
fn resident() -> serde_json::Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mb = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kb| (kb / 102.4).round() / 10.0)
    };
    serde_json::json!({ "anonymous": mb("RssAnon:"), "all": mb("VmRSS:") })
}
