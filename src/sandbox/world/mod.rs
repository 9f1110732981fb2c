//! The believable world behind the sandbox: offers, suppliers, categories and groups as pure functions
//! of `(seed, number)`, so nothing has to be stored and every process sees the same goods.

pub mod types;
