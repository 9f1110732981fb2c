//! The rules of buying wholesale and nothing else. No I/O, no async, no names of the wire.

pub mod break_even;
pub mod cart;
pub mod category;
pub mod compare;
pub mod deal;
pub mod freight;
pub mod fx;
pub mod group_buy;
pub mod id;
pub mod link;
pub mod mark;
pub mod minimum;
pub mod mistake;
pub mod money;
pub mod offer;
pub mod order;
pub mod parcel;
pub mod pasted;
pub mod price;
pub mod proposal;
pub mod quantity;
pub mod search;
pub mod session;
pub mod supplier;
pub mod text;
pub mod trouble;
