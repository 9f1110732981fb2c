//! The world's only source of chance: counter-based, so that offer N never depends on offer N-1.
//!
//! Nothing here keeps state. A [`Source`] names a thing (seed, kind of thing, number); a [`Draw`] is one
//! 64-bit value of that source, found by hashing a counter (the splitmix64 finisher, twice). Whoever wants
//! three numbers asks for three counters, in any order. All arithmetic is on integers, so every platform
//! builds the same world.
//!
//! Three tools keep proportions honest where plain hashing would scatter too much: [`weyl`] walks the unit
//! interval evenly, [`reflect`] couples two uniform values and leaves both uniform, and [`Permutation`] is a
//! bijection that is cheap both ways (ids, dealing offers out to suppliers).

/// Parts per million: the unit interval in whole numbers, `0..1_000_000`.
pub type Ppm = u32;

/// One million.
pub const MILLION: Ppm = 1_000_000;

/// The splitmix64 finisher (Steele, Lea, Flood 2014): each input bit reaches each output bit.
pub const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A named stream of draws.
#[derive(Debug, Clone, Copy)]
pub struct Source(u64);

impl Source {
    /// The stream of thing `number` of a kind (`topic`) in the world `seed`.
    pub const fn new(seed: u64, topic: u64, number: u64) -> Self {
        Source(mix(mix(mix(seed) ^ topic.wrapping_mul(0xD6E8_FEB8_6659_FD93)) ^ number))
    }

    /// The draw at a counter.
    pub const fn at(self, counter: u64) -> Draw {
        Draw(mix(self.0 ^ mix(counter.wrapping_mul(0xA24B_AED4_963E_E407))))
    }
}

/// One uniform 64-bit value.
#[derive(Debug, Clone, Copy)]
pub struct Draw(pub u64);

impl Draw {
    /// Uniform in `0..n`; 0 when `n` is 0.
    pub const fn below(self, n: u64) -> u64 {
        ((self.0 as u128 * n as u128) >> 64) as u64
    }

    /// Uniform in `low..=high`; `low` when the range is empty.
    pub const fn between(self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        low + self.below((high - low) as u64 + 1) as i64
    }

    /// As a fraction of one.
    pub const fn ppm(self) -> Ppm {
        self.below(MILLION as u64) as Ppm
    }

    /// Whether the fraction lies below `share` (parts per million).
    pub const fn chance(self, share: Ppm) -> bool {
        self.ppm() < share
    }

    /// A member of a list, all alike.
    pub fn pick<T>(self, list: &[T]) -> Option<&T> {
        list.get(self.below(list.len() as u64) as usize)
    }

    /// A rank in `0..n` after Zipf's law (rank k weighs 1/(k+1)); 0 when `n` is 0.
    pub fn zipf(self, n: usize) -> usize {
        let n = n.min(ZIPF_RANKS);
        let total = harmonic(n);
        let target = self.below(u64::from(total));
        HARMONIC.get(1..=n).map_or(0, |sums| sums.partition_point(|sum| u64::from(*sum) <= target))
    }

    /// A member of a list, earlier ones more often (Zipf's law).
    pub fn zipf_pick<T>(self, list: &[T]) -> Option<&T> {
        list.get(self.zipf(list.len()))
    }
}

/// Longest list [`Draw::zipf`] tells apart.
const ZIPF_RANKS: usize = 256;

/// Sums of 1/k in parts of 10^7.
static HARMONIC: [u32; ZIPF_RANKS + 1] = {
    let mut sums = [0_u32; ZIPF_RANKS + 1];
    let mut k = 1;
    #[allow(clippy::indexing_slicing)] // evaluated by the compiler: out of bounds does not build
    while k <= ZIPF_RANKS {
        sums[k] = sums[k - 1] + 10_000_000 / k as u32;
        k += 1;
    }
    sums
};

fn harmonic(n: usize) -> u32 {
    HARMONIC.get(n).copied().unwrap_or(0)
}

/// Step `k` of an additive sequence that fills the unit interval evenly: any run of n steps puts a share
/// p of them, give or take one, into an interval of length p. `sequence` picks one of several that do not
/// move together, `offset` where it starts.
pub fn weyl(k: u64, sequence: Sequence, offset: u64) -> Draw {
    Draw(k.wrapping_mul(sequence as u64).wrapping_add(offset))
}

/// Multipliers of [`weyl`]: 2^64 times the roots that spread best in one, two and three dimensions.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub enum Sequence {
    Trade = 0x9E37_79B9_7F4A_7C15,
    Mix = 0xC13F_A9A9_02A6_328F,
    Repeat = 0x91E1_0DA5_C79E_7B1D,
    Freight = 0xD1B5_4A32_D192_ED03,
    Level = 0xABC9_8388_FB8F_AC03,
}

/// Moves a uniform fraction by `step` (negative, too) and folds it back at 0 and 1. If both the fraction
/// and the symmetric step are uniform the result is uniform again, yet leans on the fraction: this is how
/// cheap goods get large minimums while the shares of the minimums stay as promised.
pub const fn reflect(fraction: Ppm, step: i64) -> Ppm {
    let full = MILLION as i64;
    let mut moved = (fraction as i64 + step) % (2 * full);
    if moved < 0 {
        moved = -moved;
    }
    if moved >= full {
        moved = 2 * full - 1 - moved;
    }
    moved as Ppm
}

/// A value by a table of `(fraction, value)` points in ascending order, straight between them.
pub fn quantile(points: &[(Ppm, i64)], fraction: Ppm) -> i64 {
    let mut last = points.first().copied().unwrap_or((0, 0));
    for &(at, value) in points {
        if fraction < at {
            let (from, low) = last;
            let width = i64::from(at.saturating_sub(from)).max(1);
            return low + (value - low) * i64::from(fraction.saturating_sub(from)) / width;
        }
        last = (at, value);
    }
    last.1
}

/// A seeded bijection of `0..range` onto itself: four Feistel rounds over the next even number of bits,
/// walked until the value falls into the range (under four walks on average). Inverse at the same cost.
#[derive(Debug, Clone, Copy)]
pub struct Permutation {
    range: u64,
    half: u32,
    keys: [u64; 4],
}

impl Permutation {
    /// Of `0..range`, for ranges up to 2^62.
    pub fn new(seed: u64, topic: u64, range: u64) -> Self {
        let bits = u64::BITS - range.saturating_sub(1).leading_zeros();
        let source = Source::new(seed, topic, range);
        Permutation {
            range,
            half: bits.div_ceil(2).clamp(1, 31),
            keys: [source.at(0).0, source.at(1).0, source.at(2).0, source.at(3).0],
        }
    }

    /// Where `value` goes; `None` outside the range.
    pub fn forward(&self, value: u64) -> Option<u64> {
        self.walk(value, false)
    }

    /// Where `value` came from; `None` outside the range.
    pub fn inverse(&self, value: u64) -> Option<u64> {
        self.walk(value, true)
    }

    fn walk(&self, value: u64, backwards: bool) -> Option<u64> {
        if value >= self.range {
            return None;
        }
        let mask = (1_u64 << self.half) - 1;
        let round = |half: u64, key: u64| mix(half ^ key) & mask;
        let [k0, k1, k2, k3] = self.keys;
        let mut at = value;
        // The walk follows one cycle of a bijection that holds `value`, so it comes back into the range.
        loop {
            let (mut left, mut right) = (at >> self.half, at & mask);
            if backwards {
                for key in [k3, k2, k1, k0] {
                    (left, right) = (right ^ round(left, key), left);
                }
            } else {
                for key in [k0, k1, k2, k3] {
                    (left, right) = (right, left ^ round(right, key));
                }
            }
            at = (left << self.half) | right;
            if at < self.range {
                return Some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_is_a_bijection_with_its_inverse() {
        for range in [1_u64, 2, 3, 7, 40, 1000, 4097] {
            let permutation = Permutation::new(9, 1, range);
            let mut seen = vec![false; range as usize];
            for value in 0..range {
                let there = permutation.forward(value).unwrap();
                assert!(!std::mem::replace(&mut seen[there as usize], true), "{there} twice in {range}");
                assert_eq!(permutation.inverse(there), Some(value));
            }
            assert_eq!(permutation.forward(range), None);
            assert_eq!(permutation.inverse(range), None);
        }
        assert_eq!(Permutation::new(9, 1, 0).forward(0), None);
    }

    #[test]
    fn zipf_follows_its_law() {
        let source = Source::new(1, 2, 3);
        let mut counts = [0_u32; 10];
        for counter in 0..29_290 {
            counts[source.at(counter).zipf(10)] += 1;
        }
        // H(10) = 2.929, so rank k is expected 10000 / (k + 1) times.
        for (rank, count) in counts.iter().enumerate() {
            let expected = 10_000 / (rank as u32 + 1);
            assert!(count.abs_diff(expected) < 250, "rank {rank}: {count} for {expected}");
        }
        assert_eq!(source.at(0).zipf(0), 0);
        assert_eq!(source.at(0).zipf(1), 0);
    }

    #[test]
    fn reflection_keeps_uniform_values_uniform() {
        let source = Source::new(5, 5, 5);
        let mut tenths = [0_u32; 10];
        for counter in 0..20_000 {
            let step = source.at(2 * counter).between(-600_000, 600_000);
            let moved = reflect(source.at(2 * counter + 1).ppm(), step);
            assert!(moved < MILLION);
            tenths[(moved / 100_000) as usize] += 1;
        }
        assert!(tenths.iter().all(|n| n.abs_diff(2_000) < 200), "{tenths:?}");
    }

    #[test]
    fn weyl_steps_fill_evenly() {
        for sequence in [Sequence::Trade, Sequence::Mix, Sequence::Repeat, Sequence::Freight, Sequence::Level]
        {
            let hits = (0..1_000).filter(|k| weyl(*k, sequence, 77).chance(350_000)).count();
            assert!(hits.abs_diff(350) <= 8, "{sequence:?}: {hits}");
        }
    }

    #[test]
    fn quantiles_go_straight_between_points() {
        let points = [(0, 0), (500_000, 18), (1_000_000, 100)];
        assert_eq!(quantile(&points, 0), 0);
        assert_eq!(quantile(&points, 250_000), 9);
        assert_eq!(quantile(&points, 500_000), 18);
        assert_eq!(quantile(&points, 999_999), 99);
    }
}
