//! Typed strings in zh-CN, zh-TW and en: what is missing in one language does not compile.
//!
//! Fixed words are fields of [`Text`]; sentences with numbers in them are functions of [`messages`].
//! Nothing but words for people depends on the language: JSON keys, ids and titles never do.

pub mod algebra;
pub mod buying;
pub mod comparing;
pub mod drift;
pub mod entry;
pub mod fixing;
pub mod follow;
pub mod grid;
pub mod kept;
pub mod messages;
pub mod names;
pub mod objections;
pub mod places;
pub mod prices;
pub mod queries;
pub mod substitutes;
pub mod text;
mod text_orders;
pub mod trouble;

pub use messages::violation_message;
pub use text::Text;

/// A language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese.
    ZhCn,
    /// Traditional Chinese.
    ZhTw,
    /// English.
    #[default]
    En,
}

impl Lang {
    /// All of them.
    pub const ALL: [Lang; 3] = [Lang::ZhCn, Lang::ZhTw, Lang::En];

    /// From a language tag or a locale name (`zh`, `zh_CN.UTF-8`, `zh-Hant-HK`, `en_US`, `C`); `None` for a
    /// language we do not speak.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
        let name = tag.split(['.', '@']).next().unwrap_or_default();
        let mut parts = name.split('-');
        match parts.next()? {
            "zh" => {
                let traditional = parts.any(|part| matches!(part, "tw" | "hk" | "mo" | "hant"));
                Some(if traditional { Lang::ZhTw } else { Lang::ZhCn })
            }
            "en" | "c" | "posix" => Some(Lang::En),
            _ => None,
        }
    }

    /// The flag, else PIFA_LANG, LC_ALL, LC_MESSAGES, LANG: the first that is set decides, as POSIX has
    /// it; a language we do not speak falls to English.
    pub fn detect(flag: Option<&str>, env: impl Fn(&str) -> Option<String>) -> Lang {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        flag.map(str::to_owned)
            .or_else(|| ["PIFA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set))
            .and_then(|tag| Lang::from_tag(&tag))
            .unwrap_or_default()
    }

    /// The tag.
    pub const fn as_tag(self) -> &'static str {
        match self {
            Lang::ZhCn => "zh-CN",
            Lang::ZhTw => "zh-TW",
            Lang::En => "en",
        }
    }

    /// Its fixed words.
    pub fn text(self) -> &'static Text {
        text::of(self)
    }

    /// Whether titles are shown in Chinese.
    pub const fn is_chinese(self) -> bool {
        matches!(self, Lang::ZhCn | Lang::ZhTw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_locale_names() {
        let read =
            ["zh", "zh_CN.UTF-8", "zh-Hans-SG", "zh_TW.UTF-8@stroke", "zh-Hant", "zh_HK", "en_GB", "C"]
                .map(|tag| Lang::from_tag(tag).map(Lang::as_tag).unwrap_or("?"));
        assert_eq!(read, ["zh-CN", "zh-CN", "zh-CN", "zh-TW", "zh-TW", "zh-TW", "en", "en"]);
        assert_eq!(Lang::from_tag("de_DE"), None);
    }

    #[test]
    fn flag_before_environment_before_english() {
        let env = |name: &str| match name {
            "LANG" => Some("zh_CN.UTF-8".to_owned()),
            "LC_ALL" => Some(String::new()),
            _ => None,
        };
        assert_eq!(Lang::detect(Some("zh-TW"), env), Lang::ZhTw);
        assert_eq!(Lang::detect(None, env), Lang::ZhCn);
        assert_eq!(Lang::detect(None, |_| None), Lang::En);
    }
}
