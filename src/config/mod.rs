//! Settings, keymap, theme, and where files live.

pub mod keymap;
pub mod paths;
pub mod settings;
pub mod theme;

pub use paths::{NoHome, Paths};
pub use settings::{ConfigError, Settings, ThemeName};
