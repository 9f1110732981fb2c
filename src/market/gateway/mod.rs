//! The 1688 Open Platform adapter.
