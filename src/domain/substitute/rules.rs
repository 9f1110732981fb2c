//! The three files a buyer may edit: brands (a foreign one -> domestic ones), purposes (洞洞板 -> 不锈钢冲孔板) and names of
//! goods (牵引绳/狗绳). The ones that ship are read by the same code as the buyer's.
//!
//! One rule a line: words, `->`, words. Words that mean the same stand with `/` between them, alternatives with a comma;
//! blanks within a word part it into words that must all be there. `#` begins a comment.

use crate::domain::text::Clean;

/// Most rules of a file; a longer file is a mistake.
pub const MOST_RULES: usize = 5_000;
/// Most characters of a word.
const MOST_CHARS: usize = 60;

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// 1-based line.
    pub line: u64,
    /// What it is called: one of these.
    pub from: Vec<Clean>,
    /// What it leads to: alternatives, each with its other names.
    pub to: Vec<Vec<Clean>>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// There is no `->` in it.
    #[error("no -> in it: 洞洞板 -> 不锈钢冲孔板")]
    NoArrow,
    /// There is a second one.
    #[error("more than one ->")]
    ManyArrows,
    /// Nothing stands before the arrow.
    #[error("nothing before the ->")]
    NothingBefore,
    /// Nothing stands behind it.
    #[error("nothing behind the ->")]
    NothingBehind,
    /// One character says too little: half the catalog has it.
    #[error("a word of one character finds too much")]
    TooShort,
    /// No title is that long.
    #[error("a word of more than {MOST_CHARS} characters")]
    TooLong,
    /// It leads to where it begins.
    #[error("leads to itself")]
    ToItself,
    /// There are more rules than anybody writes.
    #[error("more than {MOST_RULES} rules; the rest is not read")]
    TooMany,
}

/// Reads a file: the rules that can be used, and each line that cannot with its reason.
pub fn read(text: &str) -> (Vec<RuleLine>, Vec<(u64, BadRule)>) {
    let mut rules = Vec::new();
    let mut bad = Vec::new();
    for (line, said) in (1_u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let said = said.split('#').next().unwrap_or_default().trim();
        if said.is_empty() {
            continue;
        }
        if rules.len() >= MOST_RULES {
            bad.push((line, BadRule::TooMany));
            break;
        }
        match read_line(said) {
            Ok((from, to)) => rules.push(RuleLine { line, from, to }),
            Err(wrong) => bad.push((line, wrong)),
        }
    }
    (rules, bad)
}

/// Reads a file of names: each thing with its names, and each line that cannot be used. `,` parts things, `/` names of one.
pub fn read_names(text: &str) -> (Vec<Vec<Clean>>, Vec<(u64, BadRule)>) {
    let mut things = Vec::new();
    let mut bad = Vec::new();
    for (line, said) in (1_u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
        for thing in said.split('#').next().unwrap_or_default().split([',', '，', '、']) {
            if things.len() >= MOST_RULES {
                bad.push((line, BadRule::TooMany));
                return (things, bad);
            }
            match names(thing) {
                Ok(names) if names.is_empty() => {}
                Ok(names) => things.push(names),
                Err(wrong) => bad.push((line, wrong)),
            }
        }
    }
    (things, bad)
}

type Sides = (Vec<Clean>, Vec<Vec<Clean>>);

fn read_line(said: &str) -> Result<Sides, BadRule> {
    let said = said.replace('→', "->").replace("=>", "->");
    let (before, behind) = said.split_once("->").ok_or(BadRule::NoArrow)?;
    if behind.contains("->") {
        return Err(BadRule::ManyArrows);
    }
    let from = names(before)?;
    if from.is_empty() {
        return Err(BadRule::NothingBefore);
    }
    let mut to = Vec::new();
    for alternative in behind.split([',', '，', '、']) {
        let names = names(alternative)?;
        if !names.is_empty() {
            to.push(names);
        }
    }
    if to.is_empty() {
        return Err(BadRule::NothingBehind);
    }
    if to.iter().flatten().any(|name| from.contains(name)) {
        return Err(BadRule::ToItself);
    }
    Ok((from, to))
}

fn names(side: &str) -> Result<Vec<Clean>, BadRule> {
    let mut names = Vec::new();
    for name in side.split(['/', '／']) {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        match name.chars().count() {
            0 => {}
            1 => return Err(BadRule::TooShort),
            length if length > MOST_CHARS => return Err(BadRule::TooLong),
            _ => names.push(Clean::new(&name)),
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_with_aliases_alternatives_and_comments() {
        let text = "\u{feff}# head\n\n洞洞板/打孔板 -> 不锈钢 冲孔板, 金属网板 # both\n  沙发套→珊瑚绒布料\n";
        let (rules, bad) = read(text);
        assert!(bad.is_empty(), "{bad:?}");
        let clean = |words: &[&str]| words.iter().map(|word| Clean::new(word)).collect::<Vec<_>>();
        assert_eq!(
            rules,
            [
                RuleLine {
                    line: 3,
                    from: clean(&["洞洞板", "打孔板"]),
                    to: vec![clean(&["不锈钢 冲孔板"]), clean(&["金属网板"])]
                },
                RuleLine { line: 4, from: clean(&["沙发套"]), to: vec![clean(&["珊瑚绒布料"])] },
            ]
        );
    }

    #[test]
    fn names_of_things_stand_between_commas_and_names_of_one_between_strokes() {
        let (things, bad) = read_names("# head\n牵引绳/狗绳/遛狗绳, 项圈 # both\n\n杯\n太阳镜／墨镜，\n");
        let told: Vec<Vec<&str>> =
            things.iter().map(|names| names.iter().map(Clean::as_str).collect()).collect();
        assert_eq!(told, [vec!["牵引绳", "狗绳", "遛狗绳"], vec!["项圈"], vec!["太阳镜", "墨镜"]]);
        assert_eq!(bad, [(4, BadRule::TooShort)]);
        let (things, bad) = read_names(&"甲乙,".repeat(MOST_RULES + 5));
        assert_eq!((things.len(), bad), (MOST_RULES, vec![(1, BadRule::TooMany)]));
    }

    #[test]
    fn every_mistake_is_named_with_its_line_and_the_rest_is_read() {
        let long = "长".repeat(61);
        let text = format!(
            "洞洞板\n洞洞板 -> 不锈钢 -> 网\n -> 网板\n洞洞板 ->\n洞洞板 -> 网\n{long} -> 网板\n洞洞板 -> 洞洞板\n好的 -> 网板"
        );
        let (rules, bad) = read(&text);
        assert_eq!(
            bad,
            [
                (1, BadRule::NoArrow),
                (2, BadRule::ManyArrows),
                (3, BadRule::NothingBefore),
                (4, BadRule::NothingBehind),
                (5, BadRule::TooShort),
                (6, BadRule::TooLong),
                (7, BadRule::ToItself),
            ]
        );
        assert_eq!(rules.len(), 1);
        let many = "甲乙 -> 丙丁\n".repeat(MOST_RULES + 5);
        let (rules, bad) = read(&many);
        assert_eq!((rules.len(), bad.len()), (MOST_RULES, 1));
    }
}
