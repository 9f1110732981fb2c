//! Text for the clipboard by way of the terminal (OSC 52): it reaches the buyer's own machine also from a remote one.
//!
//! Whether the terminal takes it, it never says. tmux passes it on with `set -g set-clipboard on` or
//! `allow-passthrough on`; GNU screen takes it in pieces.

/// Most bytes of the encoded text: xterm and others take no more.
const MOST: usize = 74_000;
/// Most bytes GNU screen passes on at once.
const SCREEN_PIECE: usize = 700;

/// What stands between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    Nothing,
    Tmux,
    Screen,
}

impl Around {
    /// As the environment tells.
    pub fn of_env() -> Around {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match (set("TMUX"), set("STY")) {
            (true, _) => Around::Tmux,
            (false, true) => Around::Screen,
            (false, false) => Around::Nothing,
        }
    }
}

/// What to write, and how many characters of the text are in it.
pub fn sequence(text: &str, around: &Around) -> (Vec<u8>, usize) {
    let mut end = text.len().min(MOST / 4 * 3);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let taken = text.get(..end).unwrap_or_default();
    let plain = format!("\x1b]52;c;{}\x07", base64(taken.as_bytes()));
    let wrapped = match around {
        Around::Nothing => plain,
        Around::Tmux => format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Around::Screen => plain
            .as_bytes()
            .chunks(SCREEN_PIECE)
            .map(|piece| format!("\x1bP{}\x1b\\", String::from_utf8_lossy(piece)))
            .collect(),
    };
    (wrapped.into_bytes(), taken.chars().count())
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize);
            out.push(if place > three.len() {
                '='
            } else {
                letter.map_or('=', |letter| char::from(*letter))
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        let encoded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_wrapped_for_what_stands_between() {
        let (bytes, characters) = sequence("保温杯", &Around::Nothing);
        assert_eq!(
            (String::from_utf8(bytes).unwrap().as_str(), characters),
            ("\x1b]52;c;5L+d5rip5p2v\x07", 3)
        );
        let (bytes, characters) = sequence(&"保".repeat(60_000), &Around::Nothing);
        assert!(bytes.len() <= MOST + 16 && bytes.len() > MOST - 16, "{}", bytes.len());
        assert_eq!(characters, MOST / 4 * 3 / 3);
        let (bytes, _) = sequence("x", &Around::Tmux);
        assert_eq!(bytes, b"\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\");
        let (bytes, _) = sequence(&"x".repeat(2_000), &Around::Screen);
        assert!(
            String::from_utf8(bytes).unwrap().split("\x1b\\").all(|piece| piece.len() <= SCREEN_PIECE + 2)
        );
        // Nothing of the text itself is ever written: it cannot end the sequence.
        let (bytes, _) = sequence("\x07\x1b[2J", &Around::Nothing);
        assert!(!bytes.iter().skip(1).any(|byte| *byte == 0x1b));
    }
}
