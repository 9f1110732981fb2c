use proptest::prelude::*;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::*;

const WIDTH: u16 = 30;
const HEIGHT: u16 = 12;

/// A frame as it goes to the terminal.
fn frame(painter: &mut Painter, wanted: &Buffer, cursor: Option<Position>) -> Vec<u8> {
    painter.paint(wanted);
    painter.finish(cursor)
}

fn buffer(draws: &[(u16, u16, String, u8)]) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    for (x, y, text, style) in draws {
        let style = match style % 5 {
            0 => ratatui::style::Style::reset(),
            1 => ratatui::style::Style::reset().fg(Color::Cyan).add_modifier(Modifier::BOLD),
            2 => ratatui::style::Style::reset().add_modifier(Modifier::DIM),
            3 => ratatui::style::Style::reset().bg(Color::LightBlue).fg(Color::Black),
            _ => ratatui::style::Style::reset().add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
        };
        buffer.set_stringn(*x, *y, text, usize::from(WIDTH - x), style);
    }
    buffer
}

/// The screen cell by cell: glyph, colours, attributes; of a blank only what is seen of it.
fn seen(parser: &vt100::Parser) -> Vec<String> {
    let screen = parser.screen();
    let mut cells = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let cell = screen.cell(y, x).unwrap();
            let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
            let blank = text == " " && !cell.inverse() && !cell.underline();
            let look = if blank {
                format!("{:?}", cell.bgcolor())
            } else {
                format!(
                    "{:?} {:?} {} {} {} {}",
                    cell.fgcolor(),
                    cell.bgcolor(),
                    cell.bold(),
                    cell.dim(),
                    cell.inverse(),
                    cell.underline()
                )
            };
            cells.push(if cell.is_wide_continuation() { "+".to_owned() } else { format!("{text} {look}") });
        }
    }
    cells
}

fn glyphs() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9 ,.¥]{1,9}",
        4 => "[保温杯不锈钢，。（）]{1,5}",
        1 => prop_oneof![
            Just("…".to_owned()), Just("████░░".into()), Just(" · ".into()), Just("🙂".into()), Just("é".into()),
            Just("e\u{301}".into()), Just("──────────".into()),
        ],
    ]
}

fn draws() -> impl Strategy<Value = Vec<(u16, u16, String, u8)>> {
    proptest::collection::vec((0..WIDTH, 0..HEIGHT, glyphs(), any::<u8>()), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever stood there, what is painted over it looks like what is painted onto a cleared screen, also where
    /// rows moved.
    #[test]
    fn a_frame_over_another_looks_like_itself(
        frames in proptest::collection::vec((draws(), -4..5_i32, any::<Option<(u8, u8)>>()), 2..5),
        trusted in any::<bool>(),
    ) {
        let mut painter = Painter::new();
        if trusted {
            painter.trust_narrow();
        }
        let mut shown = vt100::Parser::new(HEIGHT, WIDTH, 0);
        let mut last: Vec<(u16, u16, String, u8)> = Vec::new();
        for (fresh, moved, cursor) in frames {
            // Half of what stood moves, so that there is something to scroll.
            let mut draws: Vec<_> = last
                .iter()
                .filter_map(|(x, y, text, style)| {
                    let y = u16::try_from(i32::from(*y) + moved).ok().filter(|y| *y < HEIGHT)?;
                    Some((*x, y, text.clone(), *style))
                })
                .collect();
            draws.extend(fresh.into_iter().take(if last.is_empty() { 30 } else { 3 }));
            let wanted = buffer(&draws);
            let cursor = cursor.map(|(x, y)| Position::new(u16::from(x) % WIDTH, u16::from(y) % HEIGHT));
            shown.process(&frame(&mut painter, &wanted, cursor));
            prop_assert!(frame(&mut painter, &wanted, cursor).is_empty(), "painted twice");
            let mut plain = vt100::Parser::new(HEIGHT, WIDTH, 0);
            plain.process(&frame(&mut Painter::new(), &wanted, cursor));
            prop_assert_eq!(seen(&shown), seen(&plain));
            prop_assert_eq!(shown.screen().hide_cursor(), cursor.is_none());
            if let Some(cursor) = cursor {
                prop_assert_eq!(shown.screen().cursor_position(), (cursor.y, cursor.x));
            }
            // And the cleared one looks like the buffer.
            for y in 0..HEIGHT {
                for x in 0..WIDTH {
                    let cell = plain.screen().cell(y, x).unwrap();
                    let symbol = wanted.cell((x, y)).unwrap().symbol();
                    if !cell.is_wide_continuation() && symbol.width() == 1 && symbol != " " {
                        prop_assert_eq!(cell.contents(), symbol);
                    }
                }
            }
            last = draws;
        }
    }
}

#[test]
fn a_list_that_moves_by_a_row_costs_a_row() {
    let titles =
        ["不锈钢真空保温杯", "儿童吸管杯 卡通", "牛奶绒四件套 冬季", "thermos, 500 ml", "玻璃饭盒三件套"];
    let row = |at: usize| (0, 0, format!("{at:>3} {} {:>5}.00", titles[at % 5], at * 7919 % 9973), 0_u8);
    let list = |first: usize| -> Buffer {
        let draws: Vec<_> = (0..HEIGHT).map(|y| (0, y, row(first + usize::from(y)).2, 0)).collect();
        buffer(&draws)
    };
    let mut painter = Painter::new();
    let whole = frame(&mut painter, &list(0), None).len();
    let moved = frame(&mut painter, &list(1), None).len();
    assert!(moved * 5 < whole, "{moved} of {whole}");
    let back = frame(&mut painter, &list(0), None).len();
    assert!(back * 5 < whole, "{back} of {whole}");
    assert!(frame(&mut painter, &list(0), None).is_empty());
}

#[test]
fn a_list_of_other_goods_costs_little_more_than_its_text() {
    use ratatui::style::Style;
    let mut shown = vt100::Parser::new(HEIGHT, WIDTH, 0);
    let mut painter = Painter::new();
    let titles = ["不锈钢保温杯", "儿童吸管杯 卡", "牛奶绒四件套", "玻璃饭盒三件"];
    for n in 0..3_usize {
        let mut wanted = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut text = 0;
        for y in 0..HEIGHT {
            let at = usize::from(y) + n * 17;
            let parts = [
                (0, format!("{:>5}", at * 7919 % 9973), Style::reset()),
                (6, "/个".to_owned(), Style::reset().add_modifier(Modifier::DIM)),
                (10, format!("{}…", titles[at % 4]), Style::reset()),
                (24, "诚".to_owned(), Style::reset().add_modifier(Modifier::DIM)),
                (27, format!("{}%", at % 90 + 10), Style::reset().add_modifier(Modifier::BOLD)),
            ];
            for (x, part, style) in parts {
                text += part.len();
                wanted.set_stringn(x, y, part, usize::from(WIDTH - x), style);
            }
        }
        let bytes = frame(&mut painter, &wanted, None);
        shown.process(&bytes);
        let mut plain = vt100::Parser::new(HEIGHT, WIDTH, 0);
        plain.process(&frame(&mut Painter::new(), &wanted, None));
        assert_eq!(seen(&shown), seen(&plain));
        assert!(bytes.len() < text + usize::from(HEIGHT) * 36, "{} for {text}", bytes.len());
    }
}

#[test]
fn a_screen_of_another_size_is_drawn_whole() {
    let mut painter = Painter::new();
    frame(&mut painter, &buffer(&[(0, 0, "abc".into(), 0)]), None);
    let small = Buffer::with_lines(["abc"]);
    let bytes = frame(&mut painter, &small, None);
    assert!(bytes.windows(4).any(|part| part == b"\x1b[2J") && bytes.ends_with(b"abc"), "{bytes:?}");
    frame(&mut painter, &Buffer::empty(Rect::new(0, 0, 0, 0)), Some(Position::new(3, 3)));
}
