//! The rules of buying wholesale and nothing else. No I/O, no async, no names of the wire.

pub mod money;
