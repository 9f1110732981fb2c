//! The stored form of facts: a version, a bit for each number that is known, and the numbers as varints.
//!
//! A reader that meets another version, or bytes that end too early, says so by `None`; the caller then treats the
//! offer as one of which nothing is known, and the next write of it mends the row.

use super::{Facts, Flags, Step};

const VERSION: u8 = 1;
/// Steps kept when reading: a damaged count must not ask for memory.
const MOST_STEPS: u64 = 100_000;

impl Facts {
    /// The compact form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48 + 4 * self.steps.len());
        out.push(VERSION);
        put(&mut out, u64::from(self.flags.0));
        let numbers = self.numbers();
        let known = numbers
            .iter()
            .enumerate()
            .fold(0, |bits, (at, n)| if n.is_some() { bits | 1 << at } else { bits });
        put(&mut out, known);
        for number in numbers.into_iter().flatten() {
            put(&mut out, number);
        }
        // Most quantities are whole and most prices end in fen: dividing first saves half of the bytes.
        let from = divisor(self.steps.iter().map(|step| step.from), &[1000]);
        let price = divisor(self.steps.iter().filter_map(|step| step.price_micro), &[10_000, 1000]);
        put(&mut out, from);
        put(&mut out, price);
        put(&mut out, self.steps.len() as u64);
        let mut before = 0;
        for step in &self.steps {
            put(&mut out, (step.from / from).saturating_sub(before));
            before = step.from / from;
            let known = step.price_micro.map_or(0, |micro| (micro / price).min(u64::MAX >> 2) + 1);
            put(&mut out, known << 1 | u64::from(step.buyable));
        }
        out
    }

    /// Reads the compact form; `None` when it is damaged or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Facts> {
        let (version, mut rest) = bytes.split_first()?;
        if *version != VERSION {
            return None;
        }
        let rest = &mut rest;
        let mut facts = Facts { flags: Flags(u32::try_from(take(rest)?).ok()?), ..Facts::default() };
        let known = take(rest)?;
        if known >> Facts::default().numbers().len() != 0 {
            return None;
        }
        let mut next = |at: u32| if known >> at & 1 == 1 { take(rest).map(Some) } else { Some(None) };
        let small = |number: Option<u64>| match number {
            Some(number) => u32::try_from(number).ok().map(Some),
            None => Some(None),
        };
        facts.moq = next(0)?;
        facts.lot = next(1)?;
        facts.stock = next(2)?;
        facts.sold = next(3)?;
        facts.repeat = small(next(4)?)?;
        facts.ship_hours = small(next(5)?)?;
        facts.pickup = small(next(6)?)?;
        facts.years = small(next(7)?)?;
        facts.factory = small(next(8)?)?;
        facts.category = next(9)?.map(u64::cast_signed);
        facts.supplier = small(next(10)?)?.unwrap_or(0);
        facts.belt = small(next(11)?)?.unwrap_or(0);
        facts.city = small(next(12)?)?.unwrap_or(0);
        facts.unit = small(next(13)?)?.unwrap_or(0);
        facts.freight = small(next(14)?)?.unwrap_or(0);
        facts.weight_g = next(15)?;
        facts.volume_cm3 = next(16)?;
        facts.rating = small(next(17)?)?;
        let (unit, price, count) = (take(rest)?, take(rest)?, take(rest)?);
        if unit == 0 || price == 0 || count > MOST_STEPS || count > rest.len() as u64 {
            return None;
        }
        facts.steps = Vec::with_capacity(count as usize);
        let mut from = 0_u64;
        for _ in 0..count {
            from = from.checked_add(take(rest)?)?;
            let said = take(rest)?;
            let micro = match said >> 1 {
                0 => None,
                known => Some((known - 1).checked_mul(price)?),
            };
            let step = Step { from: from.checked_mul(unit)?, price_micro: micro, buyable: said & 1 == 1 };
            facts.steps.push(step);
        }
        rest.is_empty().then_some(facts)
    }

    /// The numbers in the order they are written; words are known when not 0.
    fn numbers(&self) -> [Option<u64>; 18] {
        let word = |id: u32| (id != 0).then_some(u64::from(id));
        [
            self.moq,
            self.lot,
            self.stock,
            self.sold,
            self.repeat.map(u64::from),
            self.ship_hours.map(u64::from),
            self.pickup.map(u64::from),
            self.years.map(u64::from),
            self.factory.map(u64::from),
            self.category.map(i64::cast_unsigned),
            word(self.supplier),
            word(self.belt),
            word(self.city),
            word(self.unit),
            word(self.freight),
            self.weight_g,
            self.volume_cm3,
            self.rating.map(u64::from),
        ]
    }
}

/// The first of `of` that divides all numbers, else 1.
fn divisor(numbers: impl Iterator<Item = u64> + Clone, of: &[u64]) -> u64 {
    let fits = |divisor: &&u64| numbers.clone().all(|number| number % **divisor == 0);
    of.iter().find(fits).copied().unwrap_or(1)
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        let part = u64::from(byte & 0x7f);
        if shift == 63 && part > 1 {
            return None;
        }
        number |= part << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
