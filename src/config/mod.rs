//! Settings, keymap, theme, and where files live.

pub mod paths;
pub mod settings;

pub use paths::{NoHome, Paths};
pub use settings::{ConfigError, Settings};
