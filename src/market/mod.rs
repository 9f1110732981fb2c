//! The port to a marketplace and its adapters.

pub mod gateway;
