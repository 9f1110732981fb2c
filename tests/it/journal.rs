//! The undo journal is the ledger's own: whatever was edited, whatever killed the program, every step can be taken
//! back until the cart is byte for byte what it was, and made again.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use pifa::domain::algebra::{Expr, evaluate};
use pifa::domain::cart::{CartLine, Rules, assess};
use pifa::domain::id::{LineId, MarketId, OfferKey, SpecId};
use pifa::domain::offer::Offer;
use pifa::domain::quantity::Quantity;
use pifa::ledger::{Edit, Ledger};
use sha2::{Digest, Sha256};

use crate::dice::Dice;
use crate::ui_fixtures::{at, bedding, cup, pot, rival, straw};

const OPS: usize = 1000;
const FOLDER: &str = "PIFA_JOURNAL_TEST_FOLDER";
const SEED: &str = "PIFA_JOURNAL_TEST_SEED";

fn market() -> MarketId {
    MarketId::new("1234567/b2b-1")
}

fn goods(number: usize) -> (Offer, Option<SpecId>) {
    let (mut offer, spec) = match number % 7 {
        0 => (cup(), Some("w")),
        1 => (cup(), Some("b")),
        2 => (pot(), Some("m")),
        3 => (pot(), Some("l")),
        4 => (straw(), None),
        5 => (bedding(), None),
        _ => (rival(), None),
    };
    // A dozen of each kind.
    offer.key = OfferKey::Market(700_000_000_000 + (number / 7) as i64 * 10 + (number % 7) as i64 / 2);
    (offer, spec.map(SpecId::new))
}

/// Everything a cart is: ids, goods, quantities and frozen listings, to the byte.
fn hash(ledger: &Ledger) -> String {
    let mut hasher = Sha256::new();
    for line in ledger.cart_lines(&market()).unwrap() {
        let frozen = serde_json::to_string(&line.frozen).unwrap();
        let row =
            format!("{}\t{}\t{:?}\t{}\t{frozen}\n", line.id, line.offer_key, line.spec_id, line.quantity);
        hasher.update(row.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines(ledger: &Ledger) -> Vec<CartLine> {
    let stored = ledger.cart_lines(&market()).unwrap();
    let line = |of: pifa::ledger::StoredLine| CartLine {
        id: of.id,
        offer: Arc::new(of.frozen),
        spec_id: of.spec_id,
        quantity: of.quantity,
    };
    stored.into_iter().map(line).collect()
}

/// One random edit, as the screens and verbs make them; how many steps of undo it added (an undo takes one away).
fn edit(ledger: &Ledger, dice: &mut Dice, depth: usize) -> isize {
    let lines = lines(ledger);
    let some = |dice: &mut Dice| -> Vec<LineId> {
        let one_in = 1 + dice.below(6);
        lines.iter().filter(|_| dice.chance(one_in)).map(|line| line.id).collect()
    };
    let put = |dice: &mut Dice| {
        let (offer, spec_id) = goods(dice.below(84));
        Edit::Add { offer: Box::new(offer), spec_id, quantity: Quantity::whole(1 + dice.below(300) as u32) }
    };
    let (label, edits): (&str, Vec<Edit>) = match dice.below(20) {
        0..=4 => ("add", vec![put(dice)]),
        // The grid: lines set, taken out and added at once.
        5 | 6 => {
            let mut edits: Vec<Edit> = some(dice)
                .into_iter()
                .map(|line| match dice.below(3) {
                    0 => Edit::Remove { line },
                    _ => Edit::Set { line, quantity: Quantity::whole(1 + dice.below(99) as u32) },
                })
                .collect();
            edits.extend((0..=dice.below(3)).map(|_| put(dice)));
            ("grid", edits)
        }
        7..=12 => {
            let text = *dice.pick(&[
                "300",
                "+12",
                "-3",
                "*1.2",
                "*1.2 ceil",
                "=moq",
                ">",
                "*0.5 ceil lot",
                "ceil moq",
                "+20%",
            ]);
            let expr: Expr = text.parse().unwrap();
            let chosen: HashSet<LineId> = some(dice).into_iter().collect();
            let cart = assess(&lines, &Rules::default(), &Default::default());
            let outcome = evaluate(&expr, &cart, &Rules::default(), &chosen);
            if !outcome.refused.is_empty() {
                return 0;
            }
            let set =
                |change: &pifa::domain::algebra::Change| Edit::Set { line: change.line, quantity: change.to };
            ("set", outcome.changes.iter().map(set).collect())
        }
        13 | 14 => ("rm", some(dice).into_iter().map(|line| Edit::Remove { line }).collect()),
        15 if dice.chance(8) => ("clear", lines.iter().map(|line| Edit::Remove { line: line.id }).collect()),
        16 | 17 if depth > 0 => {
            assert!(ledger.undo(&market()).unwrap().is_some());
            return -1;
        }
        18 => return isize::from(ledger.redo(&market()).unwrap().is_some()),
        _ => {
            let Some(line) = lines.get(dice.below(lines.len())) else { return 0 };
            let quantity = Quantity::whole(1 + dice.below(500) as u32);
            ("set", vec![Edit::Set { line: line.id, quantity }])
        }
    };
    let before = hash(ledger);
    if edits.is_empty() || ledger.edit_cart(&market(), label, &edits, at(0)).unwrap().is_none() {
        return 0;
    }
    // What changes nothing is no step; sets that cancel each other out within one step are one.
    let sets = |edit: &Edit| matches!(edit, Edit::Set { .. });
    isize::from(before != hash(ledger) || !edits.iter().all(sets))
}

fn script(path: &Path, seed: u64) -> (String, String, usize) {
    let ledger = Ledger::open(path).unwrap();
    let mut dice = Dice(seed);
    for number in 0..30 {
        let (offer, spec_id) = goods(number);
        let add = Edit::Add { offer: Box::new(offer), spec_id, quantity: Quantity::whole(20) };
        ledger.edit_cart(&market(), "add", &[add], at(0)).unwrap().unwrap();
    }
    let start = hash(&ledger);
    let mut depth = 0usize;
    for _ in 0..OPS {
        depth = depth.checked_add_signed(edit(&ledger, &mut dice, depth)).unwrap();
    }
    (start, hash(&ledger), depth)
}

/// The child of the test below: runs the script, says what it came to, and waits to be killed.
#[test]
#[ignore = "run by a_thousand_edits_killed_and_all_taken_back"]
fn child_that_edits_until_it_is_killed() {
    let (Ok(folder), Ok(seed)) = (std::env::var(FOLDER), std::env::var(SEED)) else { return };
    let (start, end, depth) = script(&Path::new(&folder).join("ledger.db"), seed.parse().unwrap());
    println!("\njournal {start} {end} {depth}");
    loop {
        std::thread::park();
    }
}

#[test]
fn a_thousand_edits_killed_and_all_taken_back() {
    let seed = std::env::var("PIFA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
        u64::from(std::process::id()) ^ std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64
    });
    println!("PIFA_SEED={seed}");
    let folder = crate::folder::folder().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "journal::child_that_edits_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("journal ").map(str::to_owned));
    // SIGKILL: nothing of it can tidy up.
    child.kill().unwrap();
    child.wait().unwrap();
    let said = said.unwrap_or_else(|| panic!("the child of seed {seed} said nothing"));
    let [start, end, depth] = said.split(' ').collect::<Vec<_>>()[..] else { panic!("{said}") };
    let depth: usize = depth.parse().unwrap();
    assert!(depth > 300, "seed {seed}: only {depth} steps");

    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    assert_eq!(hash(&ledger), end, "seed {seed}: what was said is what is there");
    for step in 0..depth {
        assert!(ledger.undo(&market()).unwrap().is_some(), "seed {seed}: step {step} of {depth}");
    }
    assert_eq!(hash(&ledger), start, "seed {seed}: all {depth} steps taken back");
    drop(ledger);
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    // As many as stood at the end: behind them there may be more, which the script itself had taken back last.
    for step in 0..depth {
        assert!(ledger.redo(&market()).unwrap().is_some(), "seed {seed}: step {step} of {depth} again");
    }
    assert_eq!(hash(&ledger), end, "seed {seed}: all made again");
    while ledger.undo(&market()).unwrap().is_some() {}
    assert!(ledger.cart_lines(&market()).unwrap().is_empty(), "seed {seed}: to the empty cart");
}
