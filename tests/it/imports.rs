//! Who may use whom: the arrows of the map in `src/lib.rs`, read off the `use crate::` lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Module, and the modules it may use. `sandbox` means `sandbox`'s front door only, `domain::money` that
/// module only.
const ALLOWED: [(&str, &[&str]); 16] = [
    ("domain", &[]),
    ("row_sum", &[]),
    ("wire", &[]),
    ("query", &["domain"]),
    ("i18n", &["domain"]),
    ("config", &["domain"]),
    ("ledger", &["row_sum", "domain"]),
    ("catalog", &["table", "query", "row_sum", "domain"]),
    ("market", &["wire", "domain"]),
    ("table", &["domain"]),
    ("sandbox", &["wire", "domain::money"]),
    ("procure", &["catalog", "ledger", "market", "table", "query", "domain"]),
    ("app", &["query", "config", "i18n", "domain"]),
    ("ui", &["app", "config", "i18n", "domain"]),
    ("runtime", &["ui", "app", "procure", "config", "i18n", "domain", "sandbox::start"]),
    ("cli", &["procure", "config", "i18n", "table", "query", "domain", "sandbox::start"]),
];

/// What the sandbox shows to the rest of the house: starting it, with its options.
const FRONT_DOOR: [&str; 7] = ["self", "start", "Options", "Running", "StartError", "Idempotency", "LotRule"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The paths after `crate::` in a source text, `use` trees opened: `a::{b, c::d}` gives `a::b` and `a::c::d`.
/// Tests inside a file may use what they like.
fn used(text: &str) -> BTreeSet<String> {
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String =
        product.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        open(&code[at + "crate::".len()..], "", &mut found);
    }
    found
}

fn open(text: &str, prefix: &str, found: &mut BTreeSet<String>) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let Some(inside) = text[end..].strip_prefix('{') else {
        found.insert(path.trim_end_matches(':').to_owned());
        return;
    };
    let mut depth = 1;
    let mut start = 0;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            let part = inside[start..at].trim();
            if !part.is_empty() {
                open(part, &path, found);
            }
            start = at + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

fn allows(rule: &str, path: &str) -> bool {
    match rule {
        "sandbox::start" => path.strip_prefix("sandbox").is_some_and(|rest| {
            rest.is_empty() || FRONT_DOOR.contains(&rest.trim_start_matches(':').split("::").next().unwrap())
        }),
        rule => path == rule || path.starts_with(&format!("{rule}::")),
    }
}

#[test]
fn modules_use_only_what_the_map_allows() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 80, "the sources were not found");
    let mut broken = Vec::new();
    for file in files {
        let inner = file.strip_prefix(&src).unwrap();
        let module = inner.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let Some(rules) = allowed.get(module.as_str()) else { continue };
        // Files of tests only are named so.
        if inner.to_str().is_some_and(|name| name.ends_with("tests.rs")) {
            continue;
        }
        for path in used(&std::fs::read_to_string(&file).unwrap()) {
            let own = path == module || path.starts_with(&format!("{module}::"));
            if !own && !rules.iter().any(|rule| allows(rule, &path)) {
                broken.push(format!("{}: crate::{path}", inner.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_check_can_fail() {
    let paths = used("use crate::{domain::id, ledger::{Ledger, cart::Edit}};\nlet x = crate::market::Quote;");
    assert_eq!(
        paths.into_iter().collect::<Vec<_>>(),
        ["domain::id", "ledger::Ledger", "ledger::cart::Edit", "market::Quote"]
    );
    assert!(!allows("domain::money", "domain::price") && allows("domain::money", "domain::money::Fen"));
    assert!(allows("sandbox::start", "sandbox::Options") && !allows("sandbox::start", "sandbox::rules"));
}
