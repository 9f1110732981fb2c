//! Over the socket: the sandbox marketplace and the gateway client, each by itself and together.

// A test that cannot go on has failed: here panicking is how that is said.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout
)]

mod after_order;
mod bad_input;
mod bench;
mod by_hand;
mod carts;
mod changing;
mod contract;
mod exactly_once;
#[path = "../filled.rs"]
mod filled;
mod fix;
mod flows;
#[path = "../folder.rs"]
mod folder;
mod following;
mod history;
mod hostile;
mod job;
mod kept;
mod killed;
mod life;
mod lists;
mod marks;
mod money;
mod money_verbs;
mod moving;
mod objecting;
mod paying;
mod reordering;
mod resumed;
mod samples;
mod sandbox;
mod sandbox_calls;
mod suppliers;
mod together;
mod transport;
