//! Runs a comparison over generated cases, and proves that it can fail.

use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

/// One seed for the whole process, so that one number repeats a run.
fn seed() -> u64 {
    static SEED: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *SEED.get_or_init(|| {
        let given = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|text| text.parse().ok());
        given.unwrap_or_else(|| RandomState::new().hash_one("seed"))
    })
}

fn runner(cases: u32, seed: u64, shrink: u32) -> TestRunner {
    let raised = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    TestRunner::new(Config {
        cases: cases.max(raised),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: shrink,
        ..Config::default()
    })
}

fn compare<C: Debug, T: PartialEq + Debug>(
    runner: &mut TestRunner,
    strategy: &impl Strategy<Value = C>,
    product: &impl Fn(&C) -> T,
    oracle: &impl Fn(&C) -> T,
) -> Result<(), String> {
    runner
        .run(strategy, |case| {
            let (product, oracle) = (product(&case), oracle(&case));
            if product == oracle {
                Ok(())
            } else {
                Err(TestCaseError::fail(format!("\n product {product:?}\n oracle  {oracle:?}")))
            }
        })
        .map_err(|error| error.to_string())
}

/// The product says what the oracle says, for every case.
#[track_caller]
pub fn holds<C: Debug, T: PartialEq + Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = C>,
    product: impl Fn(&C) -> T,
    oracle: impl Fn(&C) -> T,
) {
    let seed = seed();
    if let Err(error) = compare(&mut runner(cases, seed, 4096), strategy, &product, &oracle) {
        panic!("{error}\nrepeat with PROPTEST_RNG_SEED={seed}");
    }
}

/// The same comparison does notice this broken oracle within as many cases. The seed is fixed: whether
/// the check can fail does not depend on luck.
#[track_caller]
pub fn notices<C: Debug, T: PartialEq + Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = C>,
    product: impl Fn(&C) -> T,
    broken: impl Fn(&C) -> T,
) {
    notices_as("a broken oracle", cases, strategy, product, broken);
}

/// [`notices`], naming what went unnoticed.
#[track_caller]
pub fn notices_as<C: Debug, T: PartialEq + Debug>(
    name: &str,
    cases: u32,
    strategy: &impl Strategy<Value = C>,
    product: impl Fn(&C) -> T,
    broken: impl Fn(&C) -> T,
) {
    let outcome = compare(&mut runner(cases, 1688, 0), strategy, &product, &broken);
    assert!(outcome.is_err(), "{name} went unnoticed in {cases} cases");
}
