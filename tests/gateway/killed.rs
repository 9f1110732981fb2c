//! `pifa sync` killed at random instants and begun again: in the end the catalog is that of a sync nobody disturbed,
//! row for row.

use std::time::Duration;

use serde_json::Value;

use crate::bench::{Buyer, Said, Sandbox, seed};

/// A small generator, so that a run can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most.max(1)
    }
}

fn dump(buyer: &Buyer) -> Vec<String> {
    let said = Said::of(buyer.command().args(["catalog", "dump"])).exits(0);
    String::from_utf8(said.out).unwrap().lines().map(str::to_owned).collect()
}

/// Kills a full sync `kills` times, at instants spread over twice the time a whole one takes.
fn killed_and_resumed(offers: u64, kills: u32) {
    let seed = seed();
    let mut dice = Dice(seed | 1);
    let (world, count) = (seed.to_string(), offers.to_string());
    // Frozen: nothing changes between the two readings.
    let sandbox = Sandbox::start(&["--offers", &count, "--seed", &world, "--speed", "0"]);
    let calm = Buyer::at(&sandbox);
    let began = std::time::Instant::now();
    let said = Said::of(calm.command().args(["sync", "--full"])).exits(0);
    let whole = began.elapsed();
    assert_eq!(said.json()["complete"], true);
    let wanted = dump(&calm);
    assert_eq!(wanted.len() as u64, offers);

    let hunted = Buyer::at(&sandbox);
    let mut cut = 0;
    for _ in 0..kills {
        let mut child = hunted
            .command()
            .args(["sync", "--full"])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // The instant of the kill is what is drawn here: there is nothing to wait for.
        #[allow(clippy::disallowed_methods)]
        std::thread::sleep(Duration::from_micros(dice.below(whole.as_micros() as u64)));
        cut += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(cut * 2 >= kills, "only {cut} of {kills} were cut: the test proves little");
    let said = Said::of(hunted.command().args(["sync"])).exits(0);
    assert_eq!(said.json()["complete"], true);
    let found = dump(&hunted);
    let differing = wanted.iter().zip(&found).filter(|(a, b)| a != b).count();
    assert_eq!((found.len(), differing), (wanted.len(), 0), "killed {cut} times");
    let stats = |buyer: &Buyer| -> Value {
        let said = Said::of(buyer.command().args(["catalog", "stats"])).exits(0);
        said.json()
    };
    let (calm, hunted) = (stats(&calm), stats(&hunted));
    for field in ["offers", "suppliers", "gone"] {
        assert_eq!(calm[field], hunted[field], "{field}");
    }
}

#[test]
fn a_sync_that_is_killed_goes_on_to_the_same_catalog() {
    killed_and_resumed(2_500, 4);
}

/// The long one: `cargo test --test gateway -- --ignored fifty_kills`; PIFA_TEST_OFFERS sets the size.
#[test]
#[ignore = "takes minutes"]
fn fifty_kills_leave_the_same_catalog() {
    let offers = std::env::var("PIFA_TEST_OFFERS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    killed_and_resumed(offers, 50);
}
