//! Badges the buyer knows of and the market's calls do not tell: 宝藏工厂, 产地王牌, TOP100, from lists that go round.
//!
//! A list is text. A line names a supplier, by id or by company name, and a badge, with a tab, a comma or a semicolon
//! between them. `[宝藏工厂]` on a line of its own gives its badge to the lines below that name only a supplier. What
//! stands behind `#` at the beginning of a line is a remark.

use std::collections::HashMap;

use crate::domain::id::SupplierId;
use crate::domain::text::Clean;

/// Longest badge, in characters.
const LONGEST: usize = 24;
/// Most rows of one list.
pub const MOST_ROWS: usize = 100_000;

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgeRow {
    /// 1-based line.
    pub line: u64,
    /// Id or company name.
    pub supplier: Clean,
    /// What it is given.
    pub badge: Clean,
}

/// A row that is none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadBadge {
    /// 1-based line.
    pub line: u64,
    /// In words.
    pub reason: &'static str,
}

/// Reads a list: its rows, and what is wrong with the others.
pub fn read(text: &str) -> (Vec<BadgeRow>, Vec<BadBadge>) {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let mut of_section: Option<Clean> = None;
    for (line, written) in (1_u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let written = written.trim();
        if written.is_empty() || written.starts_with('#') {
            continue;
        }
        let mut wrong = |reason| bad.push(BadBadge { line, reason });
        if let Some(section) = written.strip_prefix(['[', '【']) {
            let name = section.strip_suffix([']', '】']).map(|name| Clean::capped(name.trim(), LONGEST + 1));
            match name {
                Some(name) if is_badge(&name) => of_section = Some(name),
                _ => wrong("a heading that names no badge of at most 24 characters"),
            }
            continue;
        }
        if rows.len() >= MOST_ROWS {
            wrong("beyond the 100,000 rows one list may have");
            break;
        }
        let (supplier, badge) = match written.split_once(['\t', ',', '，', ';', '；']) {
            Some((supplier, badge)) => {
                (unquoted(supplier), Some(Clean::capped(unquoted(badge), LONGEST + 1)))
            }
            None => (unquoted(written), of_section.clone()),
        };
        let supplier = Clean::capped(supplier, 120);
        match badge {
            // The heading of a table.
            Some(badge) if line == 1 && is_heading(&supplier) && is_heading(&badge) => {}
            _ if supplier.is_empty() => wrong("no supplier"),
            Some(badge) if is_badge(&badge) => rows.push(BadgeRow { line, supplier, badge }),
            Some(badge) if badge.is_empty() => wrong("no badge"),
            Some(_) => wrong("a badge of more than 24 characters"),
            None => wrong("no badge, and no heading above that names one"),
        }
    }
    (rows, bad)
}

fn is_badge(text: &Clean) -> bool {
    !text.is_empty() && text.as_str().chars().count() <= LONGEST
}

fn is_heading(text: &Clean) -> bool {
    let plain = text.as_str().to_lowercase();
    [
        "supplier",
        "supplier_id",
        "company",
        "name",
        "badge",
        "供应商",
        "公司名称",
        "公司",
        "名称",
        "编号",
        "标签",
        "榜单",
        "称号",
    ]
    .contains(&plain.as_str())
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim()
}

/// Who has which badges, over all lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Badges {
    by_supplier: HashMap<String, Vec<Clean>>,
}

impl Badges {
    /// Adds the rows of a list.
    pub fn add(&mut self, rows: &[BadgeRow]) {
        for row in rows {
            let badges = self.by_supplier.entry(plain(row.supplier.as_str())).or_default();
            if !badges.contains(&row.badge) {
                badges.push(row.badge.clone());
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_supplier.is_empty()
    }

    /// Those of one supplier, by its id and its name, each once.
    pub fn of(&self, id: &SupplierId, name: &str) -> Vec<Clean> {
        let mut found: Vec<Clean> = Vec::new();
        if self.is_empty() {
            return found;
        }
        for key in [plain(id.as_str()), plain(name)] {
            for badge in self.by_supplier.get(&key).into_iter().flatten() {
                if !found.contains(badge) {
                    found.push(badge.clone());
                }
            }
        }
        found
    }

    /// Whether a list names this supplier.
    pub fn names(&self, supplier: &str) -> bool {
        self.by_supplier.contains_key(&plain(supplier))
    }
}

/// How suppliers of a list are compared with those of the catalog: without blanks and case, full-width brackets as
/// narrow ones.
pub fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '（' => '(',
        '）' => ')',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_headings_and_what_is_wrong() {
        let text = "\u{feff}供应商,称号\n# 2026-08-20\nBBB1,宝藏工厂\n\"永康市恒致杯业有限公司\"\t产地王牌\n\n[TOP100]\n义乌（百汇）商行\nx,\n,y\n[]\nz,aaaaaaaaaaaaaaaaaaaaaaaaa\n";
        let (rows, bad) = read(text);
        let shown: Vec<String> =
            rows.iter().map(|row| format!("{}:{}={}", row.line, row.supplier, row.badge)).collect();
        assert_eq!(
            shown,
            ["3:BBB1=宝藏工厂", "4:永康市恒致杯业有限公司=产地王牌", "7:义乌（百汇）商行=TOP100"]
        );
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [8, 9, 10, 11]);
        let (none, bad) = read("永康市恒致杯业有限公司");
        assert_eq!(
            (none.len(), bad.first().map(|bad| bad.reason)),
            (0, Some("no badge, and no heading above that names one"))
        );
        let mut badges = Badges::default();
        badges.add(&rows);
        badges.add(&rows);
        let of = |id: &str, name: &str| {
            badges.of(&SupplierId::new(id), name).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("BBB1", "永康市恒致杯业 有限公司"), ["宝藏工厂", "产地王牌"]);
        assert_eq!(of("BBB9", "义乌(百汇)商行"), ["TOP100"]);
        assert!(of("BBB9", "别家").is_empty() && badges.names("bbb1"));
    }

    proptest! {
        #[test]
        fn every_line_is_a_row_a_remark_or_told(text in "[a,;\\t#\\[\\]宝 \\n\"]{0,60}") {
            let (rows, bad) = read(&text);
            let told: std::collections::BTreeSet<u64> =
                rows.iter().map(|row| row.line).chain(bad.iter().map(|bad| bad.line)).collect();
            prop_assert_eq!(told.len(), rows.len() + bad.len());
            for row in rows {
                prop_assert!(!row.supplier.is_empty() && !row.badge.is_empty());
            }
        }
    }
}
