//! Headless verbs, one file a verb; every screen has a `--json` twin here.
