//! `config.toml`: the user's sparse overrides. Unknown keys are errors with file:line and a suggestion;
//! the file is never rewritten by us.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::domain::cart::Rules;
use crate::domain::fx::{BadFx, Fx};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::search::RankWeights;
use crate::domain::written::{explain, line_of};

/// A theme made for a background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThemeName {
    /// Light text on a dark background.
    Dark,
    /// Dark text on a light one.
    Light,
}

/// Everything that can be set, with the defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Language tag, not checked, and the line it stands on; `None` = by the environment.
    pub lang: Option<(String, usize)>,
    /// ASCII marks only.
    pub ascii: bool,
    /// Theme; `None` = by the background, as far as the terminal tells it.
    pub theme: Option<ThemeName>,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
    /// Cells a mark of ambiguous width takes on this terminal, 1 or 2; `None` = as the terminal tells.
    pub ambiguous_width: Option<u8>,
    /// Market origin; `None` = the profile's own sandbox.
    pub market: Option<String>,
    /// Quantity everything is priced at until another is chosen.
    pub quantity: Quantity,
    /// How far goods may rise before a submit, in percent.
    pub accept_drift_percent: Decimal,
    /// Most freight an order may have, yuan.
    pub max_freight: Option<Money>,
    /// Seconds between two empty look-ups that together mean "not placed"; `None` = 60, 3 on loopback.
    pub quiet_seconds: Option<u64>,
    /// A second currency shown beside yuan, never sent.
    pub fx: Option<Fx>,
    /// Rules that depend on the gateway.
    pub rules: Rules,
    /// How much each reason of the static rank counts.
    pub rank: RankWeights,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            lang: None,
            ascii: false,
            theme: None,
            mouse: true,
            ambiguous_width: None,
            market: None,
            quantity: Quantity::whole(100),
            accept_drift_percent: Decimal::ZERO,
            max_freight: None,
            quiet_seconds: None,
            fx: None,
            rules: Rules::default(),
            rank: RankWeights::default(),
        }
    }
}

/// A mistake in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", path.display(), at(*line))]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// 1-based line; 0 when the file as a whole cannot be read.
    pub line: usize,
    /// What is wrong, with a suggestion where there is one.
    pub message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    lang: Option<toml::Spanned<String>>,
    ascii: Option<bool>,
    theme: Option<toml::Spanned<String>>,
    mouse: Option<bool>,
    ambiguous_width: Option<toml::Spanned<u8>>,
    market: Option<String>,
    search: Search,
    rank: Rank,
    orders: Orders,
    fx: Option<FxTable>,
}

/// All of it or none: a rate without its day or currency means nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FxTable {
    currency: toml::Spanned<String>,
    rate: toml::Spanned<String>,
    date: toml::Spanned<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Search {
    quantity: Option<toml::Spanned<u32>>,
}

/// Percent of the points each reason has, see [`RankWeights`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rank {
    sales: Option<toml::Spanned<u32>>,
    repeat: Option<toml::Spanned<u32>>,
    identities: Option<toml::Spanned<u32>>,
    years: Option<toml::Spanned<u32>>,
    factory: Option<toml::Spanned<u32>>,
    freshness: Option<toml::Spanned<u32>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Orders {
    accept_drift: Option<toml::Spanned<String>>,
    max_freight: Option<toml::Spanned<String>>,
    quiet_seconds: Option<u64>,
    line_cap: Option<toml::Spanned<u32>>,
    mix_waives_moq: Option<bool>,
}

impl Settings {
    /// Reads the file; the defaults when there is none.
    pub fn load(path: &Path) -> Result<Settings, ConfigError> {
        let fail = |line, message| Err(ConfigError { path: path.to_owned(), line, message });
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(error) => return fail(0, error.to_string()),
        };
        match str::from_utf8(&bytes) {
            Ok(text) => Settings::parse(text, path),
            Err(error) => {
                let breaks = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
                fail(breaks + 1, "not UTF-8 text: save the file as UTF-8".to_owned())
            }
        }
    }

    /// Reads the text of a file; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Settings, ConfigError> {
        let fail = |span: Option<std::ops::Range<usize>>, message: String| ConfigError {
            path: path.to_owned(),
            line: line_of(text, span.map_or(0, |span| span.start)),
            message,
        };
        let file: File =
            toml::from_str(text).map_err(|error| fail(error.span(), explain(error.message())))?;
        let lang = file.lang.map(|lang| (lang.get_ref().clone(), line_of(text, lang.span().start)));
        let mut settings = Settings { lang, market: file.market, ..Settings::default() };
        settings.ascii = file.ascii.unwrap_or_default();
        settings.mouse = file.mouse.unwrap_or(settings.mouse);
        if let Some(cells) = file.ambiguous_width {
            if !matches!(*cells.get_ref(), 1 | 2) {
                return Err(fail(Some(cells.span()), "ambiguous_width is 1 or 2".to_owned()));
            }
            settings.ambiguous_width = Some(*cells.get_ref());
        }
        if let Some(quantity) = file.search.quantity {
            if *quantity.get_ref() == 0 {
                return Err(fail(Some(quantity.span()), "search.quantity must be above 0".to_owned()));
            }
            settings.quantity = Quantity::whole(*quantity.get_ref());
        }
        let rank = &mut settings.rank;
        for (weight, told, name) in [
            (&mut rank.sales, file.rank.sales, "sales"),
            (&mut rank.repeat, file.rank.repeat, "repeat"),
            (&mut rank.identities, file.rank.identities, "identities"),
            (&mut rank.years, file.rank.years, "years"),
            (&mut rank.factory, file.rank.factory, "factory"),
            (&mut rank.freshness, file.rank.freshness, "freshness"),
        ] {
            let Some(told) = told else { continue };
            if *told.get_ref() > RankWeights::MOST {
                let words = format!("rank.{name} is a percentage from 0 to {}", RankWeights::MOST);
                return Err(fail(Some(told.span()), words));
            }
            *weight = *told.get_ref();
        }
        if let Some(percent) = file.orders.accept_drift {
            settings.accept_drift_percent = percent
                .get_ref()
                .trim_end_matches('%')
                .trim()
                .parse()
                .ok()
                .filter(|percent: &Decimal| !percent.is_sign_negative())
                .ok_or_else(|| {
                    fail(Some(percent.span()), "orders.accept_drift is a percentage such as \"3\"".to_owned())
                })?;
        }
        if let Some(freight) = file.orders.max_freight {
            let money: Option<Money> =
                freight.get_ref().parse().ok().filter(|money: &Money| !money.is_negative());
            let words = "orders.max_freight is an amount of yuan such as \"50.00\"";
            settings.max_freight = Some(money.ok_or_else(|| fail(Some(freight.span()), words.to_owned()))?);
        }
        if let Some(theme) = file.theme {
            settings.theme = match theme.get_ref().as_str() {
                "dark" => Some(ThemeName::Dark),
                "light" => Some(ThemeName::Light),
                "auto" => None,
                _ => {
                    return Err(fail(
                        Some(theme.span()),
                        "theme is \"dark\", \"light\" or \"auto\"".to_owned(),
                    ));
                }
            };
        }
        if let Some(fx) = file.fx {
            let (currency, rate, date) = (fx.currency.get_ref(), fx.rate.get_ref(), fx.date.get_ref());
            settings.fx = Some(Fx::new(currency, rate, date).map_err(|error| {
                let (key, span) = match error {
                    BadFx::Currency | BadFx::Home => ("fx.currency", fx.currency.span()),
                    BadFx::Rate => ("fx.rate", fx.rate.span()),
                    BadFx::Date => ("fx.date", fx.date.span()),
                };
                fail(Some(span), format!("{key}: {error}"))
            })?);
        }
        settings.quiet_seconds = file.orders.quiet_seconds;
        if let Some(cap) = file.orders.line_cap {
            if *cap.get_ref() == 0 {
                return Err(fail(Some(cap.span()), "orders.line_cap must be above 0".to_owned()));
            }
            settings.rules.line_cap = *cap.get_ref() as usize;
        }
        settings.rules.mix_waives_moq = file.orders.mix_waives_moq.unwrap_or(settings.rules.mix_waives_moq);
        Ok(settings)
    }
}

/// `:line`, where there is one.
fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, ConfigError> {
        Settings::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_one() {
        let error = parse("lang = \"zh-CN\"\n[orders]\nquiet_secs = 3\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "config.toml:3: unknown key `quiet_secs`: did you mean `quiet_seconds`?"
        );
    }

    #[test]
    fn a_wrong_value_names_its_line() {
        let error = parse("\n\n[orders]\naccept_drift = \"cheap\"\n").unwrap_err();
        assert_eq!(error.line, 4);
        assert!(parse("[search]\nquantity = 0").is_err());
        assert!(parse("lang = ").is_err());
    }

    #[test]
    fn weights_of_the_rank_are_percentages() {
        let settings = parse("[rank]\nsales = 0\nfactory = 300\n").unwrap();
        assert_eq!(settings.rank, RankWeights { sales: 0, factory: 300, ..RankWeights::default() });
        let error = parse("[rank]\nsales = 5\nyears = 1001\n").unwrap_err().to_string();
        assert_eq!(error, "config.toml:3: rank.years is a percentage from 0 to 1000");
        assert!(parse("[rank]\nsale = 5\n").unwrap_err().to_string().contains("did you mean `sales`"));
    }

    #[test]
    fn a_second_currency_is_whole_and_dated() {
        let settings = parse("[fx]\ncurrency = \"usd\"\nrate = \"7.12\"\ndate = \"2026-11-20\"\n").unwrap();
        assert_eq!(settings.fx, Some(Fx::new("USD", "7.12", "2026-11-20").unwrap()));
        let wrong = |currency: &str, rate: &str, date: &str| {
            let text = format!("[fx]\ncurrency = {currency}\nrate = {rate}\ndate = {date}\n");
            parse(&text).unwrap_err().to_string()
        };
        let (usd, rate, date) = ("\"USD\"", "\"7.12\"", "\"2026-11-20\"");
        assert!(
            wrong("\"dollar\"", rate, date).starts_with("config.toml:2: fx.currency: a currency is three")
        );
        assert!(wrong(usd, "\"0\"", date).starts_with("config.toml:3: fx.rate: a rate is yuan"));
        assert!(wrong(usd, "7.12", date).starts_with("config.toml:3: "), "{}", wrong(usd, "7.12", date));
        assert!(
            wrong(usd, rate, "\"2026-02-30\"").starts_with("config.toml:4: fx.date: a date is a real day")
        );
        let missing = parse("lang = \"en\"\n[fx]\ncurrency = \"USD\"\n").unwrap_err();
        assert!(missing.line == 2 && missing.message.contains("`rate`"), "{missing}");
        let misspelt = parse("[fx]\ncurency = \"USD\"\n").unwrap_err().to_string();
        assert_eq!(misspelt, "config.toml:2: unknown key `curency`: did you mean `currency`?");
    }

    #[test]
    fn a_theme_is_one_of_two() {
        assert_eq!(parse("theme = \"light\"").unwrap().theme, Some(ThemeName::Light));
        assert_eq!(parse("theme = \"dark\"").unwrap().theme, Some(ThemeName::Dark));
        assert_eq!(parse("theme = \"auto\"").unwrap().theme, None);
        let error = parse("\ntheme = \"solarized\"").unwrap_err().to_string();
        assert_eq!(error, "config.toml:2: theme is \"dark\", \"light\" or \"auto\"");
    }

    #[test]
    fn what_is_not_said_stays_as_it_was() {
        let settings = parse("[orders]\naccept_drift = \"3 %\"\nline_cap = 30").unwrap();
        assert_eq!(settings.accept_drift_percent, Decimal::from(3));
        assert_eq!((settings.rules.line_cap, settings.rules.mix_waives_moq), (30, true));
        assert_eq!(parse("").unwrap(), Settings::default());
    }
}
