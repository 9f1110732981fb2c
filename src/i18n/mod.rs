//! Typed strings in the languages we speak.
