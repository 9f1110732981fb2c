//! What a terminal sends, as facts: keys (xterm, VT, Linux console and the CSI u forms), bracketed pastes, the mouse
//! (SGR and X10), and where the cursor stands after the question how wide doubtful marks are.
//!
//! Bytes may come in any pieces. What is no sequence we know is dropped whole, never taken for typed text.

use crate::app::Fact;
use crate::app::msg::Mouse;
use crate::config::keymap::{Code, Key};

/// Marks some terminals draw two cells wide, written at the first cell, and the question where the cursor is then.
/// Nothing waits for the answer; the first frame is drawn over them.
pub const QUESTION: &[u8] = "\x1b[1;1H\u{d7}\u{b7}\u{2026}\x1b[6n".as_bytes();
/// Column after three marks of one cell each, 1-based.
const NARROW: u16 = 4;

/// An Esc alone and the beginning of a sequence look alike until this has passed, milliseconds.
const ESC_WAIT: u32 = 10;
/// A paste whose end does not come is taken as it is, milliseconds.
const PASTE_WAIT: u32 = 1_000;
/// Longest sequence any terminal sends.
const LONGEST: usize = 64;
/// Most bytes kept of a paste.
const MOST_PASTED: usize = 1 << 20;

/// What ends a string of the terminal: BEL, CAN, SUB, or an ESC, alone or as the beginning of ST.
const STRING_ENDS: [u8; 4] = [0x07, 0x18, 0x1a, 0x1b];

const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// How long to wait for more bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// For ever.
    Endless,
    /// So many milliseconds, then [`Parser::give_up`].
    Short(u32),
}

/// The state between two pieces.
#[derive(Debug, Default)]
pub struct Parser {
    /// Bytes not understood yet.
    held: Vec<u8>,
    /// Text of a paste that has begun.
    paste: Option<Vec<u8>>,
    /// Inside a string of the terminal that is not for us.
    string: bool,
    /// Whether an answer about the cursor is awaited.
    asked: bool,
}

/// What the beginning of the bytes is.
// Taken apart where it is made.
#[allow(clippy::large_enum_variant)]
enum Step {
    /// So many bytes, and what they mean.
    Done(usize, Option<Fact>),
    /// A paste begins behind so many bytes.
    Paste(usize),
    /// A string of the terminal begins behind so many bytes: OSC, DCS, SOS, PM or APC.
    String(usize),
    /// More bytes are needed.
    More,
}

impl Parser {
    /// `asked` = [`QUESTION`] was written.
    pub fn new(asked: bool) -> Self {
        Parser { asked, ..Parser::default() }
    }

    /// How long to wait for the next bytes.
    pub fn patience(&self) -> Patience {
        match (&self.paste, self.held.is_empty()) {
            _ if self.string => Patience::Short(PASTE_WAIT),
            (Some(_), _) => Patience::Short(PASTE_WAIT),
            (None, false) => Patience::Short(ESC_WAIT),
            (None, true) => Patience::Endless,
        }
    }

    /// More bytes came.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Fact> {
        self.held.extend_from_slice(bytes);
        self.parse(false)
    }

    /// Nothing more came in time: what is held stands for itself.
    pub fn give_up(&mut self) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(mut text) = self.paste.take() {
            text.append(&mut self.held);
            facts.extend(pasted(&text));
            return facts;
        }
        facts.extend(self.parse(true));
        self.string = false;
        self.held.clear();
        facts
    }

    fn parse(&mut self, ended: bool) -> Vec<Fact> {
        let held = std::mem::take(&mut self.held);
        let mut rest: &[u8] = &held;
        let mut facts = Vec::new();
        while !rest.is_empty() {
            if self.paste.is_some() {
                rest = self.take_pasted(rest, &mut facts);
                if self.paste.is_some() {
                    break;
                }
                continue;
            }
            if self.string {
                let end = rest.iter().position(|byte| STRING_ENDS.contains(byte));
                let Some(end) = end else {
                    rest = &[];
                    break;
                };
                let behind = rest.get(end..).unwrap_or_default();
                if behind == b"\x1b" && !ended {
                    rest = behind;
                    break;
                }
                self.string = false;
                rest = match behind {
                    [0x1b, b'\\', others @ ..] => others,
                    // Broken off: what begins anew stands for itself.
                    [0x1b, ..] => behind,
                    _ => behind.get(1..).unwrap_or_default(),
                };
                continue;
            }
            match step(rest, &mut self.asked, ended) {
                Step::String(count) => {
                    self.string = true;
                    rest = rest.get(count..).unwrap_or_default();
                }
                Step::Done(count, fact) => {
                    facts.extend(fact);
                    rest = rest.get(count.max(1)..).unwrap_or_default();
                }
                Step::Paste(count) => {
                    self.paste = Some(Vec::new());
                    rest = rest.get(count..).unwrap_or_default();
                }
                Step::More => break,
            }
        }
        self.held = rest.to_vec();
        facts
    }

    /// Takes what belongs to the paste; what may be the beginning of its end stays.
    fn take_pasted<'a>(&mut self, rest: &'a [u8], facts: &mut Vec<Fact>) -> &'a [u8] {
        let Some(text) = &mut self.paste else { return rest };
        let end = rest.windows(PASTE_ENDS.len()).position(|part| part == PASTE_ENDS);
        let taken = end.unwrap_or_else(|| {
            let tail = (1..PASTE_ENDS.len())
                .rev()
                .find(|count| PASTE_ENDS.get(..*count).is_some_and(|begun| rest.ends_with(begun)));
            rest.len() - tail.unwrap_or(0)
        });
        let room = MOST_PASTED.saturating_sub(text.len());
        text.extend(rest.iter().take(taken.min(room)));
        if end.is_none() {
            return rest.get(taken..).unwrap_or_default();
        }
        let text = self.paste.take().unwrap_or_default();
        facts.extend(pasted(&text));
        rest.get(taken + PASTE_ENDS.len()..).unwrap_or_default()
    }
}

fn pasted(text: &[u8]) -> Option<Fact> {
    (!text.is_empty()).then(|| Fact::Pasted(String::from_utf8_lossy(text).into_owned()))
}

fn key(count: usize, key: Key) -> Step {
    Step::Done(count, Some(Fact::KeyPressed(key)))
}

/// Understands the beginning of `bytes`, which is not empty. `ended` = no more will come.
fn step(bytes: &[u8], asked: &mut bool, ended: bool) -> Step {
    let mut rest = bytes.iter().copied();
    match rest.next() {
        Some(0x1b) => {}
        _ => return plain(bytes, ended),
    }
    match rest.next() {
        None if ended => key(1, Key::plain(Code::Esc)),
        None => Step::More,
        Some(b'[') => csi(bytes, asked, ended),
        Some(b'O') => match rest.next() {
            None if ended => key(2, Key { alt: true, ..Key::char('O') }),
            None => Step::More,
            Some(last) => Step::Done(3, ss3(last).map(Key::plain).map(Fact::KeyPressed)),
        },
        // Alone it is a key with Alt held; with more behind it in one piece nobody typed it.
        Some(b']' | b'P' | b'X' | b'^' | b'_') if !ended && rest.next().is_none() => Step::More,
        Some(b']' | b'P' | b'X' | b'^' | b'_') if bytes.len() > 2 => Step::String(2),
        // Two of them: the first is a key, the second may begin something.
        Some(0x1b) => key(1, Key::plain(Code::Esc)),
        Some(_) => match plain(bytes.get(1..).unwrap_or_default(), ended) {
            Step::Done(count, Some(Fact::KeyPressed(pressed))) => {
                key(count + 1, Key { alt: true, ..pressed })
            }
            Step::Done(count, other) => Step::Done(count + 1, other),
            other => other,
        },
    }
}

/// A character or a control, without anything in front.
fn plain(bytes: &[u8], ended: bool) -> Step {
    let Some(first) = bytes.first().copied() else { return Step::More };
    let length = match first {
        b'\r' => return key(1, Key::plain(Code::Enter)),
        b'\t' => return key(1, Key::plain(Code::Tab)),
        0x7f | 0x08 => return key(1, Key::plain(Code::Backspace)),
        0 => return key(1, Key::ctrl(' ')),
        0x01..=0x1a => return key(1, Key::ctrl(char::from(first - 1 + b'a'))),
        0x1b => return key(1, Key::plain(Code::Esc)),
        0x1c..=0x1f => return key(1, Key::ctrl(char::from(first - 0x1c + b'\\'))),
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Step::Done(1, None),
    };
    let glyph = bytes.get(..length).unwrap_or(bytes);
    match str::from_utf8(glyph) {
        Ok(text) => Step::Done(length, text.chars().next().map(|c| Fact::KeyPressed(Key::char(c)))),
        // Cut off, and what is there is a beginning.
        Err(error) if error.error_len().is_none() && !ended => Step::More,
        Err(error) => Step::Done(error.error_len().unwrap_or(glyph.len()), None),
    }
}

/// Keys of the keypad and the function keys of a VT100.
fn ss3(last: u8) -> Option<Code> {
    Some(match last {
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::F(last - b'P' + 1),
        b'j'..=b'o' => Code::Char(char::from(last - b'j' + b'*')),
        b'p'..=b'y' => Code::Char(char::from(last - b'p' + b'0')),
        other => arrow(other)?,
    })
}

fn arrow(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        _ => return None,
    })
}

fn csi(bytes: &[u8], asked: &mut bool, ended: bool) -> Step {
    let body = bytes.get(2..).unwrap_or_default();
    // The Linux console's F1 to F5, and X10's mouse: three more bytes that are no parameters.
    match body.first() {
        Some(b'[') => {
            return match body.get(1) {
                None if ended => Step::Done(bytes.len(), None),
                None => Step::More,
                Some(last @ b'A'..=b'E') => key(4, Key::plain(Code::F(last - b'A' + 1))),
                Some(_) => Step::Done(3, None),
            };
        }
        Some(b'M') => {
            return match body.get(1..4) {
                Some([button, x, y]) => Step::Done(6, x10(*button, *x, *y).map(Fact::Moused)),
                _ if ended => Step::Done(bytes.len(), None),
                _ => Step::More,
            };
        }
        None if ended => return key(2, Key { alt: true, ..Key::char('[') }),
        _ => {}
    }
    let length = body.iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
    let Some(last) = body.get(length).copied() else {
        return if ended || length > LONGEST { Step::Done(bytes.len(), None) } else { Step::More };
    };
    if !matches!(last, 0x40..=0x7e) {
        // Broken off by something else, which stands for itself.
        return Step::Done(2 + length, None);
    }
    let parameters = str::from_utf8(body.get(..length).unwrap_or_default()).unwrap_or_default();
    let whole = 2 + length + 1;
    if last == b'~' && parameters == "200" {
        return Step::Paste(whole);
    }
    if let Some(mouse) = parameters.strip_prefix('<') {
        return Step::Done(whole, sgr(mouse, last).map(Fact::Moused));
    }
    if last == b'R' && *asked {
        let (row, column) = parameters.split_once(';').unwrap_or_default();
        if let (Ok(_), Ok(column)) = (row.parse::<u16>(), column.parse::<u16>()) {
            *asked = false;
            let cells = if column > NARROW { 2 } else { 1 };
            return Step::Done(whole, Some(Fact::AmbiguousWidth(cells)));
        }
    }
    Step::Done(whole, named(parameters, last).map(Fact::KeyPressed))
}

/// A key with a number or a letter of its own, and what was held with it.
fn named(parameters: &str, last: u8) -> Option<Key> {
    let mut numbers = parameters.split(';').map(|part| part.split(':').map(|sub| sub.parse::<u32>().ok()));
    let mut first = numbers.next()?;
    let code = first.next().flatten();
    let mut second = numbers.next();
    let held = second.as_mut().and_then(|part| part.next().flatten()).unwrap_or(1).saturating_sub(1);
    let kind = second.as_mut().and_then(|part| part.next().flatten());
    // 3 = released.
    if kind == Some(3) {
        return None;
    }
    let code = match last {
        b'~' => match code? {
            27 => {
                let typed = numbers.next()?.next().flatten()?;
                return of_character(typed, held);
            }
            number => tilde(number)?,
        },
        b'u' => return of_character(code?, held),
        b'Z' => Code::BackTab,
        b'P'..=b'S' => Code::F(last - b'P' + 1),
        other => arrow(other)?,
    };
    Some(with(code, held))
}

fn tilde(number: u32) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(number as u8 - 10),
        17..=21 => Code::F(number as u8 - 11),
        23 | 24 => Code::F(number as u8 - 12),
        _ => return None,
    })
}

/// A key told by its character.
fn of_character(number: u32, held: u32) -> Option<Key> {
    let code = match number {
        9 if held & 1 != 0 => Code::BackTab,
        9 => Code::Tab,
        13 => Code::Enter,
        27 => Code::Esc,
        8 | 127 => Code::Backspace,
        // The private use area holds keys that have no character.
        0..=31 | 57_344..=63_743 => return None,
        other => {
            let c = char::from_u32(other)?;
            let shifted = held & 1 != 0;
            Code::Char(if shifted { c.to_uppercase().next().unwrap_or(c) } else { c })
        }
    };
    Some(with(code, held))
}

/// With what was held: bit 1 Shift, 2 Alt, 4 Control. Shift is part of the character.
fn with(code: Code, held: u32) -> Key {
    let ctrl = held & 4 != 0;
    let code = match code {
        Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        Code::Tab if held & 1 != 0 => Code::BackTab,
        other => other,
    };
    Key { code, ctrl, alt: held & 2 != 0 }
}

/// `button;x;y`, 1-based; a small `m` at the end is a release.
fn sgr(parameters: &str, last: u8) -> Option<Mouse> {
    let mut numbers = parameters.split(';').map(|part| part.parse::<u16>().ok());
    let (button, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
    (last == b'M').then(|| mouse(button, x.checked_sub(1)?, y.checked_sub(1)?)).flatten()
}

fn x10(button: u8, x: u8, y: u8) -> Option<Mouse> {
    let place = |byte: u8| byte.checked_sub(33).map(u16::from);
    mouse(button.checked_sub(32)?.into(), place(x)?, place(y)?)
}

/// Bits 0, 1 the button, 5 a movement, 6 the wheel; 2 to 4 are what was held.
fn mouse(button: u16, x: u16, y: u16) -> Option<Mouse> {
    match button & !0b1_1100 {
        0 => Some(Mouse::Pressed { x, y }),
        64 => Some(Mouse::Wheel { x, y, up: true }),
        65 => Some(Mouse::Wheel { x, y, up: false }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Facts in short: keys by name, `p:` pastes, `m:` the mouse, `w:` the width of marks.
    fn short(facts: Vec<Fact>) -> Vec<String> {
        facts
            .into_iter()
            .map(|fact| match fact {
                Fact::KeyPressed(key) => key.to_string(),
                Fact::Pasted(text) => format!("p:{text}"),
                Fact::Moused(Mouse::Pressed { x, y }) => format!("m:{x},{y}"),
                Fact::Moused(Mouse::Wheel { x, y, up }) => format!("m:{x},{y}{}", if up { "^" } else { "v" }),
                Fact::AmbiguousWidth(cells) => format!("w:{cells}"),
                other => format!("{other:?}"),
            })
            .collect()
    }

    fn read(bytes: &str) -> Vec<String> {
        let mut parser = Parser::new(false);
        let mut facts = parser.feed(bytes.as_bytes());
        facts.extend(parser.give_up());
        short(facts)
    }

    #[test]
    fn keys_of_many_terminals() {
        for (bytes, names) in [
            ("a保？", "a 保 ？"),
            ("\r\t\x7f\x08", "Enter Tab BkSp BkSp"),
            ("\x03\x12\x1f", "Ctrl-c Ctrl-r Ctrl-_"),
            ("\x1b[A\x1bOB\x1b[1;5C\x1b[H\x1bOF", "Up Down Ctrl-Right Home End"),
            ("\x1b[3~\x1b[5~\x1b[6;3~\x1b[1~\x1b[8~", "Del PgUp Alt-PgDn Home End"),
            ("\x1bOP\x1b[15~\x1b[24~\x1b[[A\x1b[1;5Q\x1b[13~", "F1 F5 F12 F1 Ctrl-F2 F3"),
            ("\x1b[Z\x1b[9;2u\x1b[27;2;13~", "S-Tab S-Tab Enter"),
            ("\x1b[97;5u\x1b[97;2u\x1b[97;1:3u\x1b[27u", "Ctrl-a A Esc"),
            ("\x1bx\x1b保\x1b\r", "Alt-x Alt-保 Alt-Enter"),
            ("\x1bOp\x1bOk\x1bOM", "0 + Enter"),
            // Answers nobody asked for, focus, what no key has: nothing.
            ("\x1b[?1;2c\x1b[I\x1b[O\x1b[200;1~\x1b[5n\x1b[>0;1u", ""),
            ("\x1b", "Esc"),
            ("\x1b\x1b[A", "Esc Up"),
            ("\x1b[", "Alt-["),
            ("\x1bO", "Alt-O"),
            // Without a question `R` is F3.
            ("\x1b[1;5R", "Ctrl-F3"),
        ] {
            assert_eq!(read(bytes).join(" "), names, "{bytes:?}");
        }
    }

    #[test]
    fn strings_of_the_terminal_are_no_typing() {
        for (bytes, names) in [
            // A colour, the clipboard, a version, a title: answers to somebody else's questions.
            ("\x1b]11;rgb:ffff/ffff/yyyy\x1b\\x", "x"),
            ("\x1b]52;c;eQ==\x07x", "x"),
            ("\x1bP>|tmux 3.4y\x1b\\x", "x"),
            ("\x1b_Gi=1;OKy\x1b\\\x1b^y\x1b\\\x1bXy\x1b\\x", "x"),
            // Broken off: what begins anew stands for itself.
            ("\x1b]52;c;eQ\x1b[Ax", "Up x"),
            ("\x1b]yyyy", ""),
            // Keys with Alt held.
            ("\x1b]", "Alt-]"),
            ("\x1bP", "Alt-P"),
        ] {
            assert_eq!(read(bytes).join(" "), names, "{bytes:?}");
        }
        // However long one gets, little of it is held, and none of it is ever typed.
        let mut parser = Parser::new(false);
        assert!(parser.feed(b"\x1b]52;c;").is_empty());
        for _ in 0..400 {
            assert!(parser.feed(&[b'y'; 4096]).is_empty());
            assert!(parser.held.len() < 16_384, "{}", parser.held.len());
        }
        assert_eq!(short(parser.feed(b"\x07q")), ["q"]);
    }

    #[test]
    fn the_mouse_in_both_forms() {
        assert_eq!(
            read("\x1b[<0;3;2M\x1b[<0;3;2m\x1b[<64;120;40M\x1b[<65;1;1M").join(" "),
            "m:2,1 m:119,39^ m:0,0v"
        );
        // Movement, other buttons, cells that are none; what is held with a click counts for nothing.
        assert_eq!(
            read("\x1b[<35;3;2M\x1b[<2;3;2M\x1b[<0;0;0M\x1b[<0;9;9M\x1b[<16;9;9M\x1b[<;;M").join(" "),
            "m:8,8 m:8,8"
        );
        assert_eq!(read("\x1b[M !!\x1b[M`#$x").join(" "), "m:0,0 m:2,3^ x");
    }

    #[test]
    fn pastes_are_text_whatever_is_in_them() {
        assert_eq!(read("\x1b[200~保温\x1b[A\ry\x1b[201~q"), ["p:保温\u{1b}[A\ry", "q"]);
        assert_eq!(read("\x1b[200~\x1b[201~q"), ["q"]);
        // An end that never comes.
        let mut parser = Parser::new(false);
        assert!(parser.feed(b"\x1b[200~abc\x1b[20").is_empty());
        assert_eq!(parser.patience(), Patience::Short(PASTE_WAIT));
        assert_eq!(short(parser.give_up()), ["p:abc\u{1b}[20"]);
        assert_eq!(parser.patience(), Patience::Endless);
        // More than anybody pastes is cut, and what follows is keys again.
        let mut parser = Parser::new(false);
        parser.feed(b"\x1b[200~");
        for _ in 0..300 {
            parser.feed(&[b'x'; 8192]);
        }
        let facts = parser.feed(b"\x1b[201~q");
        let [Fact::Pasted(text), Fact::KeyPressed(_)] = facts.as_slice() else { panic!("{}", facts.len()) };
        assert_eq!(text.len(), MOST_PASTED);
    }

    #[test]
    fn the_answer_about_doubtful_marks_is_heard_once_and_between_keys() {
        let mut parser = Parser::new(true);
        assert_eq!(short(parser.feed(b"a\x1b[1;")), ["a"]);
        assert_eq!(short(parser.feed(b"7Rb")), ["w:2", "b"]);
        assert_eq!(short(parser.feed(b"\x1b[1;4R")), ["Alt-Shift-F3".replace("Shift-", "")]);
        assert_eq!(short(Parser::new(true).feed(b"\x1b[1;4R")), ["w:1"]);
        assert!(short(Parser::new(true).feed(b"\x1b[;R")).iter().all(|fact| !fact.starts_with("w:")));
        assert!(QUESTION.ends_with(b"\x1b[6n"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// In whatever pieces bytes come, they mean the same; and nothing breaks it.
        #[test]
        fn pieces_do_not_matter(
            bytes in proptest::collection::vec(
                prop_oneof![
                    3 => any::<u8>(),
                    3 => proptest::sample::select(b"\x1b[O<;~MRu0123456789AZ ".to_vec()),
                ],
                0..60,
            ),
            cuts in proptest::collection::vec(0..60_usize, 0..6),
            asked in any::<bool>(),
        ) {
            let whole = |bytes: &[u8]| {
                let mut parser = Parser::new(asked);
                let mut facts = parser.feed(bytes);
                facts.extend(parser.give_up());
                short(facts)
            };
            let mut parser = Parser::new(asked);
            let mut facts = Vec::new();
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut from = 0;
            for cut in cuts.into_iter().chain([bytes.len()]) {
                let cut = cut.min(bytes.len());
                facts.extend(parser.feed(&bytes[from.min(cut)..cut]));
                from = cut;
            }
            facts.extend(parser.give_up());
            prop_assert_eq!(short(facts), whole(&bytes));
            prop_assert_eq!(parser.patience(), Patience::Endless);
        }

        #[test]
        fn text_comes_through_whole(text in "[a-z0-9保温杯é🙂]{0,40}", cut in 0..40_usize) {
            let mut parser = Parser::new(true);
            let cut = cut.min(text.len());
            let mut facts = parser.feed(&text.as_bytes()[..cut]);
            facts.extend(parser.feed(&text.as_bytes()[cut..]));
            prop_assert_eq!(short(facts).concat(), text);
        }
    }
}
