//! The model, its messages and `update`. Pure: no I/O, no clock, no randomness.
