//! tests
mod oracle;
mod properties;
