//! Fixed words, the three languages side by side.

use crate::i18n::Lang;

macro_rules! words {
    ($($name:ident: $zh:literal, $tw:literal, $en:literal;)*) => {
        /// Every fixed word of the screens in one language.
        #[derive(Debug)]
        #[allow(missing_docs)]
        pub struct Text {
            $(pub $name: &'static str,)*
        }

        static ZH_CN: Text = Text { $($name: $zh,)* };
        static ZH_TW: Text = Text { $($name: $tw,)* };
        static EN: Text = Text { $($name: $en,)* };
    };
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Text {
    match lang {
        Lang::ZhCn => &ZH_CN,
        Lang::ZhTw => &ZH_TW,
        Lang::En => &EN,
    }
}

words! {
    or: "或 ", "或 ", " or ";
}
