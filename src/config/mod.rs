//! Settings, keymap, theme, and where files live.
