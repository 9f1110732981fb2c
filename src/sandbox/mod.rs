//! The embedded marketplace server.

pub mod world;
