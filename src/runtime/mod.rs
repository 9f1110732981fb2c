//! Event loop, terminal guard and signals, effect executor, busy counter.
