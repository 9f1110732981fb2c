//! How fast listings get into the catalog: `cargo bench --bench ingest -- [OFFERS]` (default 20,000; also
//! PIFA_BENCH_OFFERS). The listings are those of a sandbox (seed PIFA_BENCH_SEED), read once over loopback. Prints
//! offers a second, and processor time an offer: reading pages (the market's share and ours cannot be told apart
//! there), writing them into a new catalog in pages as `sync` does and at once as a file of them, the same again
//! unchanged, with one in a hundred changed; a local export of as many rows: its offers alone, parsed before, and the
//! file from end to end, then the index over them, which makes them searchable in full; the same where the rows come
//! best first; `sync --full` as the program does it, with the sandbox a process of its own; bytes on disk an offer;
//! and microseconds for the facts of one.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pifa::catalog::facts::Facts;
use pifa::catalog::words::Dictionary;
use pifa::catalog::{Catalog, With};
use pifa::domain::money::Money;
use pifa::domain::offer::Offer;
use pifa::domain::supplier::Supplier;
use pifa::market::gateway::{Credentials, Gateway, GatewayOptions};
use pifa::market::{Changes, Marketplace};
use pifa::sandbox;

/// Wall time, and processor time of all threads.
type Took = (Duration, Duration);
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Times a job is repeated; the median counts.
const RUNS: usize = 3;

fn main() -> Outcome<()> {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let offers: u64 = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .or_else(|| number("PIFA_BENCH_OFFERS"))
        .unwrap_or(20_000);
    let seed = number("PIFA_BENCH_SEED").unwrap_or(1);
    let folder = tempfile::tempdir()?;
    let mut read = Vec::new();
    let took = timed(|| {
        read = pages(folder.path(), offers, seed)?;
        Ok(())
    })?;
    let pages = read;
    let count: usize = pages.iter().map(|page| page.offers.len()).sum();
    rate("pages over loopback, parsed", count, took);
    let flat: Vec<Offer> = pages.iter().flat_map(|page| page.offers.iter().cloned()).collect();
    let suppliers: Vec<Supplier> = pages.iter().flat_map(|page| page.suppliers.iter().cloned()).collect();
    bodies(&flat);

    let mut took = Vec::new();
    for run in 0..RUNS {
        let catalog = Catalog::open(&folder.path().join(format!("pages-{run}.db")))?;
        took.push(timed(|| write_pages(&catalog, &pages))?);
        if run + 1 == RUNS {
            rate("sync: new, pages of 1,000", count, median(&mut took));
            catalog.settle()?;
            let bytes = catalog.stats()?.bytes;
            say(&format!(
                "{:<34} {:>9} bytes an offer, {} MB in all",
                "on disk",
                bytes / count as u64,
                bytes >> 20
            ));
            rate("sync: the same again", count, timed(|| write_pages(&catalog, &later(&pages, 60, 0)))?);
            rate(
                "sync: one in a hundred changed",
                count,
                timed(|| write_pages(&catalog, &later(&pages, 90, 100)))?,
            );
            let keys: Vec<_> = flat.iter().map(|offer| offer.key.clone()).collect();
            rate("reading all by key", count, timed(|| Ok(catalog.offers(&keys).map(drop)?))?);
        }
    }
    let mut took = Vec::new();
    for run in 0..RUNS {
        let catalog = Catalog::open(&folder.path().join(format!("batch-{run}.db")))?;
        took.push(timed(|| {
            catalog.upsert(&[], &suppliers)?;
            for batch in flat.chunks(20_000) {
                catalog.upsert(batch, &[])?;
            }
            Ok(())
        })?);
    }
    rate("store: batches of 20,000", count, median(&mut took));
    fill(folder.path(), "store: at once", &flat)?;
    import(folder.path(), &flat)?;
    if std::env::var_os("PIFA_BENCH_NO_SYNC").is_none() {
        sync(folder.path(), offers, seed)?;
    }
    Ok(())
}

/// The rows alone: offers that were parsed before, in parcels, as an import hands them over.
fn fill(folder: &Path, name: &str, offers: &[Offer]) -> Outcome<()> {
    let mut took = Vec::new();
    for run in 0..RUNS {
        let catalog = Catalog::open(&folder.join(format!("fill-{run}.db")))?;
        let parcels: Vec<Vec<Offer>> = offers.chunks(2_000).map(<[Offer]>::to_vec).collect();
        took.push(timed(|| Ok(catalog.fill(offers.len(), parcels).map(drop)?))?);
        drop(catalog);
        remove(folder, &format!("fill-{run}"))?;
    }
    rate(name, offers.len(), median(&mut took));
    Ok(())
}

/// A catalog of the folder, so that the next one begins from nothing.
fn remove(folder: &Path, name: &str) -> Outcome<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)) {
            if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
        }
    }
    Ok(())
}

/// Builds the index, beside which nothing is scanned any more.
fn index(name: &str, catalog: &Catalog, count: usize) -> Outcome<()> {
    let took = timed(|| {
        while catalog.index_some(Duration::from_secs(1), &mut |_| {})? {}
        Ok(())
    })?;
    rate(name, count, took);
    Ok(())
}

/// The program against a sandbox of its own.
fn sync(folder: &Path, offers: u64, seed: u64) -> Outcome<()> {
    let pifa = env!("CARGO_BIN_EXE_pifa");
    let mut sandbox = Command::new(pifa)
        .args(["sandbox", "--offers", &offers.to_string(), "--seed", &seed.to_string(), "--state"])
        .arg(folder.join("market"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let done = sync_with(pifa, folder, &mut sandbox);
    sandbox.kill()?;
    sandbox.wait()?;
    done
}

fn sync_with(pifa: &str, folder: &Path, sandbox: &mut Child) -> Outcome<()> {
    let mut ready = String::new();
    BufReader::new(sandbox.stdout.take().ok_or("no ready line")?).read_line(&mut ready)?;
    let ready: serde_json::Value = serde_json::from_str(&ready)?;
    let said = |name: &str| ready.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let theirs = processor_time_of(&sandbox.id().to_string(), OWN);
    let (started, ours) = (Instant::now(), processor_time_of("self", CHILDREN));
    let output = Command::new(pifa)
        .args(["sync", "--full", "--json"])
        .env("PIFA_MARKET", said("url"))
        .env("PIFA_APP_KEY", said("app_key"))
        .env("PIFA_APP_SECRET", said("app_secret"))
        .env("PIFA_ACCESS_TOKEN", said("access_token"))
        .env("PIFA_DATA_DIR", folder.join("profile"))
        .stderr(Stdio::null())
        .output()?;
    let took = (started.elapsed(), processor_time_of("self", CHILDREN).saturating_sub(ours));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let count = report.get("fetched").and_then(serde_json::Value::as_u64).ok_or("no report")? as usize;
    rate("sync --full, searchable", count, took);
    let theirs = processor_time_of(&sandbox.id().to_string(), OWN).saturating_sub(theirs);
    let each = theirs.as_secs_f64() * 1e6 / count.max(1) as f64;
    say(&format!("{:<34} {each:>9.1} us of the sandbox's processor time each", ""));
    Ok(())
}

/// Every page of a sandbox's export.
fn pages(folder: &Path, offers: u64, seed: u64) -> Outcome<Vec<Changes>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut options = sandbox::Options::new(folder.join("sandbox"));
        (options.offers, options.seed) = (offers, seed);
        let running = sandbox::start(options).await?;
        let credentials = Credentials {
            app_key: running.app_key.clone(),
            app_secret: running.app_secret.clone(),
            access_token: Some(running.access_token.clone()),
        };
        let gateway = Gateway::new(credentials, GatewayOptions::new(&running.url))?;
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = gateway.changes(&cursor, 1_000).await?;
            cursor.clone_from(&page.cursor);
            let last = page.complete;
            pages.push(page);
            if last {
                break;
            }
        }
        running.stop().await;
        Ok(pages)
    })
}

fn write_pages(catalog: &Catalog, pages: &[Changes]) -> Outcome<()> {
    let pass = pages.first().and_then(|page| page.offers.first()).map(|offer| offer.fetched_at);
    for page in pages {
        let notes = [("cursor", Some(page.cursor.as_str()))];
        catalog.upsert_with(
            &page.offers,
            &page.suppliers,
            &With { notes: &notes, pass, ends: page.complete },
        )?;
    }
    Ok(())
}

/// The pages as read some seconds later, every `nth` offer a fen dearer (0 = none).
fn later(pages: &[Changes], seconds: i64, nth: usize) -> Vec<Changes> {
    let mut pages = pages.to_vec();
    for (at, offer) in pages.iter_mut().flat_map(|page| &mut page.offers).enumerate() {
        let then = offer.fetched_at.as_second() + seconds;
        offer.fetched_at = Timestamp::from_second(then).unwrap_or(offer.fetched_at);
        if nth > 0 && at % nth == 0 {
            for tier in &mut offer.tiers {
                tier.price += Money::from_fen(1);
            }
            for sku in &mut offer.skus {
                sku.price = sku.price.map(|price| price + Money::from_fen(1));
            }
        }
    }
    pages
}

fn bodies(offers: &[Offer]) {
    let json: usize = offers.iter().map(|offer| serde_json::to_vec(offer).map_or(0, |json| json.len())).sum();
    let mut words = Dictionary::default();
    let started = Instant::now();
    let facts: Vec<Facts> = offers.iter().map(|offer| Facts::of(offer, None, &mut words)).collect();
    let took = started.elapsed();
    let started = Instant::now();
    let bytes: Vec<Vec<u8>> = facts.iter().map(Facts::to_bytes).collect();
    let packed = started.elapsed();
    let size: usize = bytes.iter().map(Vec::len).sum();
    let steps: usize = facts.iter().map(|facts| facts.steps.len()).sum();
    let started = Instant::now();
    black_box(bytes.iter().filter_map(|bytes| Facts::from_bytes(bytes)).count());
    let unpacked = started.elapsed();
    let each = |took: Duration| took.as_nanos() as f64 / 1_000.0 / offers.len().max(1) as f64;
    let of = |total: usize| total as f64 / offers.len().max(1) as f64;
    say(&format!("{:<34} {:>9.0} bytes an offer", "as JSON", of(json)));
    say(&format!(
        "{:<34} {:>9.2} us an offer, {:.2} us to pack, {:.2} us to unpack; {:.0} bytes, {:.1} steps",
        "facts",
        each(took),
        each(packed),
        each(unpacked),
        of(size),
        of(steps)
    ));
}

/// A file of as many rows with the columns an export has.
fn import(folder: &Path, offers: &[Offer]) -> Outcome<()> {
    let path = folder.join("export.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    for offer in offers {
        let tiers: Vec<_> = offer
            .tiers
            .iter()
            .map(|tier| serde_json::json!({"from_quantity": tier.from_quantity, "unit_price": tier.price}))
            .collect();
        let (least, greatest) = offer.price_range.unzip();
        let price = offer.skus.iter().filter_map(|sku| sku.price).min().or(Some(Money::from_fen(100)));
        let row = serde_json::json!({
            "id": offer.key, "title": offer.title, "title_en": offer.title_en, "unit": offer.unit,
            "moq": offer.moq, "lot": offer.lot, "tiers": tiers, "price": price, "price_min": least,
            "price_max": greatest, "supplier": offer.supplier_name, "belt": offer.belt, "sold_30d": offer.sold_30d,
            "repeat_rate": offer.repeat_rate, "weight_kg": offer.weight_kg, "stock": offer.stock,
        });
        serde_json::to_writer(&mut file, &row)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    let bytes = std::fs::metadata(&path)?.len();
    let (mut took, mut parsed) = (Vec::new(), Vec::new());
    let now = Timestamp::from_second(1_760_000_000)?;
    for run in 0..RUNS {
        let catalog = Catalog::open(&folder.join(format!("import-{run}.db")))?;
        took.push(timed(|| Ok(catalog.import(&path, now, false).map(drop)?))?);
        if run + 1 == RUNS {
            catalog
                .each_offer::<()>(&mut |offer| {
                    parsed.push(offer.clone());
                    Ok(())
                })?
                .map_err(|()| "stopped")?;
            rate(&format!("import of {} MB of JSONL", bytes >> 20), parsed.len(), median(&mut took));
            index("  and the index over them", &catalog, parsed.len())?;
            drop(catalog);
        }
        remove(folder, &format!("import-{run}"))?;
    }
    fill(folder, "  the rows alone", &parsed)?;
    // As a market tells them best first: the index is built in that order.
    let sold = |offer: &Offer| std::cmp::Reverse(offer.sold_30d);
    parsed.sort_by_key(sold);
    let catalog = Catalog::open(&folder.join("ranked.db"))?;
    let count = parsed.len();
    let took = timed(|| Ok(catalog.fill(count, parsed.chunks(2_000).map(<[Offer]>::to_vec)).map(drop)?))?;
    rate("best first", count, took);
    index("  and the index over them", &catalog, count)
}

fn timed(job: impl FnOnce() -> Outcome<()>) -> Outcome<Took> {
    let (started, busy) = (Instant::now(), processor_time());
    job()?;
    Ok((started.elapsed(), processor_time().saturating_sub(busy)))
}

/// Where in /proc/PID/stat a process's own times stand, and those of its children that have ended.
const OWN: usize = 11;
const CHILDREN: usize = 13;

/// Of this process so far: the machine is shared, wall time alone says little.
fn processor_time() -> Duration {
    processor_time_of("self", OWN)
}

/// In hundredths of a second; zero where there is no /proc.
fn processor_time_of(process: &str, at: usize) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(at).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn median(times: &mut [Took]) -> Took {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn rate(name: &str, count: usize, (took, busy): Took) {
    let a_second = count as f64 / took.as_secs_f64().max(1e-9);
    let each = busy.as_secs_f64() * 1e6 / count.max(1) as f64;
    say(&format!(
        "{name:<34} {a_second:>9.0} offers/s   ({count} in {:.2} s; processor {each:.1} us each)",
        took.as_secs_f64()
    ));
}

#[allow(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn say(line: &str) {
    println!("{line}");
}
