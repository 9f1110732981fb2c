//! The engine's part of `benches/million.py`: asks a filled catalog the questions of a JSON file
//! (`{"kind":["query",...]}`) and prints one line of JSON, microseconds by kind:
//! `cargo bench --bench engine -- CATALOG.db QUESTIONS.json`.
//!
//! `p50`/`p99` are the first 50 offers in the order asked for, found and ordered and not yet read (for an order other
//! than the rank: the page, which is where such an order is made); `page_*` with the 50 listings read and priced and
//! the fuzzy score; `cancel` the longest time from a cancelling to the return of a search that was running, `resident`
//! what the process holds afterwards in MB, the mapped files in and out of it.

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

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [catalog, questions] = given.as_slice() else {
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

    let marks: Arc<Marks> = Arc::default();
    let nowhere = Destination::default();
    let mut said = serde_json::Map::new();
    let mut longest = Duration::ZERO;
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
                    .search_cancellable(&request, &nowhere, &marks, &Cancel::default())
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
        longest = longest.max(cancelled(&catalog, texts, &marks));
        let figures = serde_json::json!({
            "p50": micros(&mut first, 50), "p99": micros(&mut first, 99),
            "page_p50": micros(&mut page, 50), "page_p99": micros(&mut page, 99),
            "queries": texts.len(), "most_rows": hits,
        });
        said.insert(kind.clone(), figures);
    }
    said.insert("cancel".to_owned(), serde_json::json!(longest.as_secs_f64() * 1e6));
    said.insert("resident".to_owned(), resident());
    println!("{}", serde_json::Value::Object(said));
}

/// The longest time a search goes on after it was cancelled in its middle.
fn cancelled(catalog: &Catalog, texts: &[String], marks: &Arc<Marks>) -> Duration {
    let mut longest = Duration::ZERO;
    for text in texts.iter().take(10) {
        let request = SearchRequest { text: text.clone(), limit: PAGE, ..SearchRequest::default() };
        let cancel = Cancel::default();
        let other = cancel.clone();
        std::thread::scope(|scope| {
            let counting = scope.spawn(|| {
                let counted = catalog.count(&request, marks, &cancel).expect("the catalog answers");
                (Instant::now(), counted.is_none())
            });
            std::thread::sleep(Duration::from_micros(200));
            let at = Instant::now();
            other.cancel();
            let (ended, was_cancelled) = counting.join().expect("the counting ends");
            if was_cancelled {
                longest = longest.max(ended.saturating_duration_since(at));
            }
        });
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
