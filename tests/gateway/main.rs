//! The gateway adapter against documented bodies and against servers that misbehave.

// A test that cannot go on has failed: here panicking is how that is said.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod contract;
mod hostile;
mod transport;
