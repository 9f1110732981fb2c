//! From one style of glyphs to the next in as few bytes as can be: a screen of goods changes its style at every column.

use ratatui::style::{Color, Modifier};

/// How a glyph looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    pub fg: Color,
    pub bg: Color,
    pub modifier: Modifier,
}

/// As a terminal begins.
pub const PLAIN: Style = Style { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// The shorter of changing the style that stands and beginning anew.
pub fn codes(from: Option<Style>, to: Style) -> String {
    let anew = if to == PLAIN {
        String::new()
    } else {
        let mut codes = vec!["0".to_owned()];
        add(PLAIN, to, &mut codes);
        codes.join(";")
    };
    let changed = from.and_then(|from| {
        let mut codes: Vec<String> = Vec::new();
        let mut left = from;
        // Bold and dim are taken back together.
        for (taken, code) in [
            (Modifier::BOLD | Modifier::DIM, "22"),
            (Modifier::ITALIC, "23"),
            (Modifier::UNDERLINED, "24"),
            (Modifier::REVERSED, "27"),
            (Modifier::CROSSED_OUT, "29"),
        ] {
            if from.modifier.intersection(taken).intersects(!to.modifier) {
                left.modifier.remove(taken);
                codes.push(code.to_owned());
            }
        }
        add(left, to, &mut codes);
        to.modifier.contains(left.modifier).then(|| codes.join(";"))
    });
    match changed {
        Some(changed) if changed.len() <= anew.len() => changed,
        _ => anew,
    }
}

/// What is told to come from a style to one that has all its attributes.
fn add(from: Style, to: Style, codes: &mut Vec<String>) {
    let attributes = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::SLOW_BLINK, "5"),
        (Modifier::RAPID_BLINK, "6"),
        (Modifier::REVERSED, "7"),
        (Modifier::HIDDEN, "8"),
        (Modifier::CROSSED_OUT, "9"),
    ];
    for (attribute, code) in attributes {
        if to.modifier.contains(attribute) && !from.modifier.contains(attribute) {
            codes.push(code.to_owned());
        }
    }
    if to.fg != from.fg {
        codes.push(colour(to.fg, 30));
    }
    if to.bg != from.bg {
        codes.push(colour(to.bg, 40));
    }
}

/// A colour's code; `base` is 30 for text and 40 for the ground.
fn colour(colour: Color, base: u8) -> String {
    let plain = |number: u8| (base + number).to_string();
    let bright = |number: u8| (base + 60 + number).to_string();
    match colour {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(number) => format!("{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_told_the_short_way() {
        let style = |modifier, fg| Style { fg, bg: Color::Reset, modifier };
        let (bold, dim) = (style(Modifier::BOLD, Color::Reset), style(Modifier::DIM, Color::Reset));
        let cyan = style(Modifier::BOLD, Color::Cyan);
        let told = |from, to| codes(Some(from), to);
        assert_eq!(
            (told(bold, PLAIN), told(PLAIN, dim), told(bold, dim)),
            (String::new(), "2".into(), "0;2".into())
        );
        assert_eq!((told(bold, cyan), told(cyan, bold)), ("36".to_owned(), "39".to_owned()));
        assert_eq!(told(cyan, style(Modifier::empty(), Color::Cyan)), "22");
        assert_eq!(
            told(style(Modifier::UNDERLINED | Modifier::BOLD, Color::Red), style(Modifier::BOLD, Color::Red)),
            "24"
        );
        assert_eq!((codes(None, PLAIN), codes(None, bold)), (String::new(), "0;1".to_owned()));
    }
}
