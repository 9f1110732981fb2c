//! What a buyer may write where a quantity is asked for: `300`, `+12`, `*1.2 ceil`, `=moq`, `>`.
//!
//! An expression is read once ([`Expr`], from text) and worked out over any lines of a cart ([`evaluate`]): exact
//! decimals, all or nothing. The screens, the verb `cart set` and the repeat key share it, so they cannot differ.

mod evaluate;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

pub use evaluate::{Change, Outcome, Refusal, Refused, evaluate};

use crate::domain::text::Clean;

/// Longest expression that is read, in characters.
pub const MOST_CHARS: usize = 60;
/// Decimals of a number that is added or set: no goods are measured finer.
const PLACES: u32 = 3;
/// Decimals of a factor.
const FACTOR_PLACES: u32 = 6;
/// Digits before the point.
const MOST_DIGITS: usize = 12;

/// Up to what a quantity is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpTo {
    /// The lot; and the minimum, where no met mix rule lets the line go below it.
    Orderable,
    /// Only the lot.
    Lot,
    /// The lot and the minimum, whatever the mix rule says.
    Minimum,
}

/// One step of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `300`, `=300`
    Set(Decimal),
    /// `+12`, `-12`
    Add(Decimal),
    /// `*1.2`, `+20%`. Of counted goods the result is rounded up to whole units.
    Times(Decimal),
    /// `ceil`, `ceil lot`, `ceil moq`
    Ceil(UpTo),
    /// `=moq`: the chosen lines of an offer together are its minimum.
    Moq,
    /// `>`: up to the next cheaper tier.
    NextTier,
    /// One lot, or one unit, more (`true`) or less. Not written: the keys `+` and `-`.
    Step(bool),
}

/// A change of quantities, to be worked out over lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    ops: Vec<Op>,
}

/// Text that is no such change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadExpr {
    /// Nothing was written.
    #[error("a quantity is missing")]
    Empty,
    /// It ends after a sign; the sign.
    #[error("a number is missing after {0}")]
    Unfinished(char),
    /// Not a word or sign of the algebra.
    #[error("not understood: {0}")]
    Unknown(Clean),
    /// A number with too many digits.
    #[error("not a number that can be used: {0}")]
    Number(Clean),
    /// A new quantity, where there is one already.
    #[error("{0} has to stand first")]
    NotFirst(Clean),
}

impl Expr {
    /// Up to the next cheaper tier.
    pub fn next_tier() -> Self {
        Expr { ops: vec![Op::NextTier] }
    }

    /// One lot, or one unit, more or less.
    pub fn step(up: bool) -> Self {
        Expr { ops: vec![Op::Step(up)] }
    }

    /// Its steps, from the left.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, op) in self.ops.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            match op {
                Op::Set(number) => write!(f, "{}", number.normalize())?,
                Op::Add(number) if number.is_sign_negative() => write!(f, "{}", number.normalize())?,
                Op::Add(number) => write!(f, "+{}", number.normalize())?,
                Op::Times(factor) => write!(f, "*{}", factor.normalize())?,
                Op::Ceil(UpTo::Orderable) => f.write_str("ceil")?,
                Op::Ceil(UpTo::Lot) => f.write_str("ceil lot")?,
                Op::Ceil(UpTo::Minimum) => f.write_str("ceil moq")?,
                Op::Moq => f.write_str("=moq")?,
                Op::NextTier => f.write_str(">")?,
                Op::Step(true) => f.write_str("+1 lot")?,
                Op::Step(false) => f.write_str("-1 lot")?,
            }
        }
        Ok(())
    }
}

/// Full-width forms and the signs an input method makes of `*` and `-`, as their ASCII ones.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '×' | '✕' => '*',
        '−' | '–' => '-',
        '》' | '〉' => '>',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other.to_ascii_lowercase(),
    }
}

impl FromStr for Expr {
    type Err = BadExpr;

    /// Reads `300`, `=300`, `+12`, `-12`, `+20%`, `*1.2` (`x1.2`), `ceil` (`c`, `^`, 取整), `ceil lot`, `ceil moq`,
    /// `=moq` (`moq`, `m`, 起批), `>`, and several of them one after another, worked out from the left. Full-width
    /// forms count as ASCII ones.
    fn from_str(text: &str) -> Result<Self, BadExpr> {
        let narrowed: Vec<char> = text.chars().take(MOST_CHARS + 1).map(narrow).collect();
        if narrowed.len() > MOST_CHARS {
            return Err(BadExpr::Unknown(Clean::capped(text, 20)));
        }
        let mut reader = Reader { rest: &narrowed, ops: Vec::new() };
        reader.all()?;
        if reader.ops.is_empty() { Err(BadExpr::Empty) } else { Ok(Expr { ops: reader.ops }) }
    }
}

struct Reader<'a> {
    rest: &'a [char],
    ops: Vec<Op>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.first().copied()
    }

    fn skip(&mut self) {
        self.rest = self.rest.split_first().map_or(&[], |(_, rest)| rest);
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.skip();
        }
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.peek().filter(|c| wanted(*c)) {
            taken.push(c);
            self.skip();
        }
        taken
    }

    fn all(&mut self) -> Result<(), BadExpr> {
        loop {
            self.skip_blanks();
            let Some(c) = self.peek() else { return Ok(()) };
            match c {
                '=' => {
                    self.skip();
                    self.skip_blanks();
                    match self.peek() {
                        None => return Err(BadExpr::Unfinished('=')),
                        Some(c) if is_digit(c) => self.set()?,
                        Some(_) => {
                            let word = self.take(is_letter);
                            if !is_moq(&word) {
                                return Err(self.unknown(&word));
                            }
                            self.first(Op::Moq, &word)?;
                        }
                    }
                }
                '+' | '-' => {
                    self.skip();
                    let number = self.number(c, PLACES)?;
                    let number = if c == '-' { -number } else { number };
                    self.skip_blanks();
                    if self.peek() == Some('%') {
                        self.skip();
                        self.ops.push(Op::Times(Decimal::ONE + number / Decimal::ONE_HUNDRED));
                    } else {
                        self.ops.push(Op::Add(number));
                    }
                }
                '*' => self.times()?,
                '>' => {
                    self.skip();
                    self.ops.push(Op::NextTier);
                }
                '^' => {
                    self.skip();
                    self.ops.push(Op::Ceil(UpTo::Orderable));
                }
                c if is_digit(c) => self.set()?,
                // A sign of multiplication, unless it begins a word.
                'x' if self.rest.get(1).is_none_or(|next| !is_letter(*next)) => self.times()?,
                c if is_letter(c) => self.word()?,
                other => return Err(self.unknown(&other.to_string())),
            }
        }
    }

    fn times(&mut self) -> Result<(), BadExpr> {
        self.skip();
        let factor = self.number('*', FACTOR_PLACES)?;
        self.ops.push(Op::Times(factor));
        Ok(())
    }

    fn set(&mut self) -> Result<(), BadExpr> {
        let number = self.number('=', PLACES)?;
        self.first(Op::Set(number), &number.to_string())
    }

    fn first(&mut self, op: Op, said: &str) -> Result<(), BadExpr> {
        if !self.ops.is_empty() {
            return Err(BadExpr::NotFirst(Clean::new(said)));
        }
        self.ops.push(op);
        Ok(())
    }

    fn word(&mut self) -> Result<(), BadExpr> {
        let word = self.take(is_letter);
        let after_ceil = matches!(self.ops.last(), Some(Op::Ceil(UpTo::Orderable)));
        match word.as_str() {
            "ceil" | "c" | "取整" | "凑整" | "湊整" => self.ops.push(Op::Ceil(UpTo::Orderable)),
            "lot" | "l" | "批量" if after_ceil => self.narrow_ceil(UpTo::Lot),
            word if is_moq(word) && after_ceil => self.narrow_ceil(UpTo::Minimum),
            word if is_moq(word) => self.first(Op::Moq, word)?,
            other => return Err(self.unknown(other)),
        }
        Ok(())
    }

    fn narrow_ceil(&mut self, up_to: UpTo) {
        if let Some(last) = self.ops.last_mut() {
            *last = Op::Ceil(up_to);
        }
    }

    fn unknown(&self, said: &str) -> BadExpr {
        // Something is always named.
        let next = self.peek().map(String::from).unwrap_or_default();
        BadExpr::Unknown(Clean::capped(if said.is_empty() { &next } else { said }, 20))
    }

    /// The number that follows `sign`.
    fn number(&mut self, sign: char, places: u32) -> Result<Decimal, BadExpr> {
        self.skip_blanks();
        let text = self.take(|c| is_digit(c) || c == '.');
        if text.is_empty() {
            return Err(match self.peek() {
                None => BadExpr::Unfinished(sign),
                Some(_) => self.unknown(""),
            });
        }
        let bad = || BadExpr::Number(Clean::capped(&text, 20));
        let whole = text.split('.').next().unwrap_or_default();
        if whole.is_empty() || whole.len() > MOST_DIGITS {
            return Err(bad());
        }
        let number = Decimal::from_str_exact(&text).map_err(|_| bad())?;
        if number.normalize().scale() > places { Err(bad()) } else { Ok(number) }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

fn is_moq(word: &str) -> bool {
    matches!(word, "moq" | "m" | "起批" | "起批量")
}
