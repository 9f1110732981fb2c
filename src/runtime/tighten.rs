//! Frames without the cursor moves that move nothing.
//!
//! The backend moves the cursor after every two-cell glyph, to where it already stands: eight bytes for each
//! three bytes of Chinese. Those moves are left out where the position is certain: after plain ASCII and
//! ideographs, which every terminal draws alike. After anything else (marks of ambiguous width, emoji) the
//! move stays, and puts a terminal of another opinion right again.

/// The same frame with its idle moves left out.
pub fn tighten(frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(frame.len());
    // Where the cursor stands, 1-based; `None` = not certain.
    let mut at: Option<(u32, u32)> = None;
    let mut rest = frame;
    while let Some((first, after)) = rest.split_first() {
        if *first == 0x1b {
            let length = sequence_length(rest);
            let (sequence, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = behind;
            match target(sequence) {
                Some(to) if at == Some(to) => continue,
                Some(to) => at = Some(to),
                // Colours and modes leave the cursor where it is; of anything else nothing is assumed.
                None if matches!(sequence.last(), Some(b'm' | b'h' | b'l')) => {}
                None => at = None,
            }
            out.extend_from_slice(sequence);
            continue;
        }
        let length = match *first {
            0x20..=0x7e => {
                at = at.map(|(row, column)| (row, column + 1));
                out.push(*first);
                rest = after;
                continue;
            }
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => 1,
        };
        let (glyph, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = behind;
        let wide =
            std::str::from_utf8(glyph).ok().and_then(|text| text.chars().next()).is_some_and(is_ideograph);
        at = if wide { at.map(|(row, column)| (row, column + 2)) } else { None };
        out.extend_from_slice(glyph);
    }
    out
}

/// Bytes of the escape sequence at the beginning.
fn sequence_length(bytes: &[u8]) -> usize {
    if bytes.get(1) != Some(&b'[') {
        return 2;
    }
    let body = bytes.iter().skip(2).take_while(|byte| !(0x40..=0x7e).contains(*byte)).count();
    2 + body + 1
}

/// Where an absolute move goes.
fn target(sequence: &[u8]) -> Option<(u32, u32)> {
    let body = sequence.strip_prefix(b"\x1b[")?.strip_suffix(b"H")?;
    let (row, column) = std::str::from_utf8(body).ok()?.split_once(';')?;
    Some((row.parse().ok()?, column.parse().ok()?))
}

/// Drawn two cells wide by every terminal.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::Terminal;
    use ratatui::backend::CrosstermBackend;
    use ratatui::style::{Color, Modifier, Style};

    #[test]
    fn moves_to_where_the_cursor_stands_are_left_out_and_others_stay() {
        let frame = "\u{1b}[1;1H保\u{1b}[1;3H温\u{1b}[1;5H…\u{1b}[1;6Hx\u{1b}[3;1Hy";
        let tight = "\u{1b}[1;1H保温…\u{1b}[1;6Hx\u{1b}[3;1Hy";
        assert_eq!(String::from_utf8(tighten(frame.as_bytes())).unwrap(), tight);
        // Cut off in the middle of something: nothing is lost and nothing breaks.
        for end in 0..frame.len() {
            assert!(tighten(&frame.as_bytes()[..end]).len() <= end);
        }
    }

    fn glyph() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[a-z0-9 ,.¥]{1,4}",
            4 => "[保温杯不锈钢，。（）]{1,4}",
            1 => prop_oneof![Just("…".to_owned()), Just("█".into()), Just("·".into()), Just("🙂".into()), Just("é".into()), Just("e\u{301}".into())],
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn two_frames_look_the_same_either_way(
            frames in proptest::collection::vec(
                proptest::collection::vec((0..20_u16, 0..6_u16, proptest::collection::vec(glyph(), 1..4), any::<bool>()), 1..12),
                2..4,
            )
        ) {
            let bytes: std::rc::Rc<std::cell::RefCell<Vec<u8>>> = Default::default();
            struct Shared(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);
            impl std::io::Write for Shared {
                fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                    self.0.borrow_mut().extend_from_slice(data);
                    Ok(data.len())
                }
                fn flush(&mut self) -> std::io::Result<()> {
                    Ok(())
                }
            }
            let area = ratatui::layout::Rect::new(0, 0, 30, 6);
            let options = ratatui::TerminalOptions { viewport: ratatui::Viewport::Fixed(area) };
            let mut terminal = Terminal::with_options(CrosstermBackend::new(Shared(bytes.clone())), options).unwrap();
            let mut plain = vt100::Parser::new(6, 30, 0);
            let mut tight = vt100::Parser::new(6, 30, 0);
            for frame in frames {
                bytes.borrow_mut().clear();
                terminal.draw(|f| {
                    for (x, y, glyphs, lit) in &frame {
                        let style = if *lit { Style::default().fg(Color::Cyan).add_modifier(Modifier::BOLD) } else { Style::default() };
                        f.buffer_mut().set_stringn(*x, *y, glyphs.concat(), usize::from(30 - x), style);
                    }
                }).unwrap();
                let written = bytes.borrow().clone();
                plain.process(&written);
                tight.process(&tighten(&written));
                prop_assert_eq!(plain.screen().contents_formatted(), tight.screen().contents_formatted());
            }
        }
    }
}
