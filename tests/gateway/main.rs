//! Over the socket: the sandbox marketplace and the gateway client, each by itself and together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bench;
mod job;
mod sandbox;
mod sandbox_calls;
