//! What both sides of the socket must agree on, and nothing more: how a request is signed, how its
//! form is encoded and how dates are written. There are no body structs here: client and sandbox
//! each keep their own, so that neither can inherit the other's misreading of the protocol.

pub mod date;
pub mod form;
pub mod sign;
