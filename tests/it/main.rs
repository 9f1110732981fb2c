//! Rules against oracles, flows as messages, screens as snapshots, and the shape of the house.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod dice;
mod find_fixtures;
mod flows;
mod flows_algebra;
mod flows_deals_orders;
mod flows_entry;
mod flows_find;
mod flows_fix;
mod flows_grid;
mod flows_interrupted;
mod flows_marked;
mod flows_news;
mod flows_search;
mod flows_substitute;
#[path = "../folder.rs"]
mod folder;
mod imports;
mod journal;
mod keys_page;
mod oracle;
mod own_fixtures;
mod properties;
mod query_page;
mod reorder;
mod saved;
mod screens;
mod screens_cart_compare;
mod screens_compare_more;
mod screens_confirm_sent;
mod screens_deals_orders;
mod screens_find;
mod screens_query;
mod screens_search;
mod screens_waiting;
mod shell;
mod storm;
mod storm_find;
mod storm_payloads;
mod tour;
mod ui_fixtures;
