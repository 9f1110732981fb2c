//! pifa (批发): buy wholesale on 1688 from the keyboard.
//!
//! This page is the map: what each module is for, and who may use whom. The arrows are enforced by
//! `tests/it/imports.rs`, which reads the `use crate::` lines of the tree.
//!
//! | module | job | may use |
//! |---|---|---|
//! | [`domain`] | the rules and nothing else: money, offers, minimums, freight, orders | nothing of ours |
//! | [`row_sum`] | sums that tell a changed row of SQLite's | nothing of ours |
//! | [`wire`] | what both sides of the socket agree on: signing, form encoding, gateway dates | nothing of ours |
//! | [`query`] | text folding and the search grammar, pure | domain |
//! | [`i18n`] | typed strings in zh-CN, zh-TW and en | domain |
//! | [`config`] | settings, keymap, theme, where files live | domain |
//! | [`ledger`] | precious SQLite: carts and their undo, orders, outbox | row_sum, domain |
//! | [`catalog`] | the cache of listings, and search over it | table, query, row_sum, domain |
//! | [`market`] | the port to a marketplace, and its 1688 Open Platform adapter | wire, domain |
//! | [`table`] | tables of other programs: CSV in any encoding, XLSX, in and out | domain |
//! | [`sandbox`] | the embedded marketplace server, judged by its own rules | wire, `domain::money` |
//! | [`procure`] | the workflows: sync, cart, submit, orders, groups | catalog, ledger, market, table, query, domain |
//! | [`app`] | the model and `update`: pure | query, config, i18n, domain |
//! | [`ui`] | the model drawn | app, config, i18n, domain |
//! | [`runtime`] | event loop, terminal, effect executor | ui, app, procure, config, `sandbox::start` |
//! | [`cli`] | headless verbs with JSON twins | procure, config, i18n, table, query, domain, `sandbox::start` |

pub mod app;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod domain;
pub mod i18n;
pub mod ledger;
pub mod market;
pub mod procure;
pub mod query;
pub mod row_sum;
pub mod runtime;
pub mod sandbox;
pub mod table;
pub mod ui;
pub mod wire;
