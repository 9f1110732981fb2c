//! Draws the pictures of the README from the program's own output: `cargo build --release`, then
//! `cargo run --release --example pictures`.
//!
//! Each picture is one sitting of the built program on a pseudo terminal, in a copy of one fresh data folder filled from
//! the embedded marketplace (whose goods are the same every time); what stands on the screen at its end is written as SVG, cell by cell, so that a picture shows nothing
//! the program did not print. A name as an argument draws that picture only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for authors: it stops at the first thing that is not as expected"
)]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Rows and columns of a picture.
const SIZE: (u16, u16) = (32, 116);
/// One cell, in SVG units: most fonts of one width are 0.6 as wide as they are high.
const CELL: (u32, u32) = (9, 19);
const FONT: u32 = 15;
/// From the top of a cell to the line its glyphs stand on.
const BASELINE: u32 = 14;
const MARGIN: u32 = 12;
const DEADLINE: Duration = Duration::from_secs(60);

/// One step of a sitting.
enum Step {
    /// Type these bytes.
    Keys(&'static str),
    /// Wait until this stands on the screen.
    Until(&'static str),
    /// Wait until nothing more is written for a moment.
    Quiet,
}

use Step::{Keys, Quiet, Until};

struct Picture {
    name: &'static str,
    lang: &'static str,
    light: bool,
    /// Command lines that come before it.
    before: &'static [&'static [&'static str]],
    steps: &'static [Step],
}

include!("pictures/scenes.rs");

fn main() {
    let only = std::env::args().nth(1);
    let program = program();
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join("screenshots");
    std::fs::create_dir_all(&out).expect("the folder of the pictures");
    let filled = tempfile::tempdir().expect("a folder");
    verb(&program, filled.path(), &["sync"]);
    for picture in PICTURES.iter().filter(|picture| only.as_deref().is_none_or(|name| picture.name == name)) {
        let svg = sitting(&program, filled.path(), picture);
        let file = out.join(format!("{}.svg", picture.name));
        std::fs::write(&file, svg).expect("the picture is written");
        println!("{}", file.display());
    }
}

/// The program built beside this example.
fn program() -> PathBuf {
    let here = std::env::current_exe().expect("a path of our own");
    let program = here.parent().and_then(Path::parent).expect("target folder").join("pifa");
    assert!(program.exists(), "{} is not built: run `cargo build --release` first", program.display());
    program
}

/// One command line; whatever it prints is of no interest here.
fn verb(program: &Path, data: &Path, words: &[&str]) {
    let done = std::process::Command::new(program)
        .arg("--data-dir")
        .arg(data)
        .args(words)
        .env_remove("PIFA_MARKET")
        .env_remove("PIFA_OFFLINE")
        .output()
        .expect("the program starts");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let kind = entry.file_type().expect("a kind of file");
        if kind.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else if kind.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}

struct Sitting {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn std::io::Write + Send>,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

fn sitting(program: &Path, filled: &Path, picture: &Picture) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    copy(filled, folder.path());
    for words in picture.before {
        verb(program, folder.path(), words);
    }
    let mut command = CommandBuilder::new(program);
    command.arg("--data-dir");
    command.arg(folder.path());
    command.args(["--lang", picture.lang]);
    for name in ["PIFA_MARKET", "PIFA_LANG", "PIFA_DATA_DIR", "NO_COLOR"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORFGBG", if picture.light { "0;15" } else { "15;0" });
    let size = PtySize { rows: SIZE.0, cols: SIZE.1, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pty");
    let child = pair.slave.spawn_command(command).expect("the program starts");
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().expect("a reader");
    let (sender, written) = channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(count) = output.read(&mut buffer) {
            if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let keyboard = pair.master.take_writer().expect("a writer");
    let mut sitting = Sitting {
        child,
        master: pair.master,
        keyboard,
        written,
        screen: vt100::Parser::new(SIZE.0, SIZE.1, 0),
    };
    for step in picture.steps {
        match step {
            Keys(keys) => {
                sitting.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
                sitting.keyboard.flush().expect("the terminal takes keys");
                sitting.listen(Duration::from_millis(400));
            }
            Until(text) => sitting.until(picture.name, text),
            Quiet => sitting.listen(Duration::from_millis(900)),
        }
    }
    let svg = draw(sitting.screen.screen(), picture.light);
    if std::env::var_os("PICTURES_TEXT").is_some() {
        println!("{}", sitting.screen.screen().contents());
    }
    sitting.child.kill().expect("the program ends");
    sitting.child.wait().expect("the program ends");
    drop(sitting.master);
    svg
}

impl Sitting {
    /// Takes in what is written until nothing comes for so long.
    fn listen(&mut self, quiet: Duration) {
        while let Ok(bytes) = self.written.recv_timeout(quiet) {
            self.screen.process(&bytes);
        }
    }

    fn until(&mut self, picture: &str, text: &str) {
        let until = Instant::now() + DEADLINE;
        while !self.screen.screen().contents().contains(text) {
            let left = until.saturating_duration_since(Instant::now());
            let bytes = self.written.recv_timeout(left).unwrap_or_else(|_| {
                let screen = self.screen.screen().contents();
                panic!("{picture}: waited in vain for {text}\n{screen}")
            });
            self.screen.process(&bytes);
        }
    }
}

/// Colours of a terminal: background, foreground, and the sixteen.
struct Palette {
    back: &'static str,
    fore: &'static str,
    sixteen: [&'static str; 16],
}

const DARK: Palette = Palette {
    back: "#1b1e25",
    fore: "#d3d7de",
    sixteen: [
        "#2a2e37", "#e06c75", "#98c379", "#d8a657", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4", "#7a828e",
        "#f07178", "#b5e08d", "#ffcb6b", "#82cfff", "#e0a3f5", "#7fdbe6", "#ffffff",
    ],
};

const LIGHT: Palette = Palette {
    back: "#fbfbf8",
    fore: "#2b2f36",
    sixteen: [
        "#2b2f36", "#b3261e", "#2e6b2e", "#8a5a00", "#1f5fbf", "#8a3fa0", "#0b6f77", "#d9d9d4", "#6b717a",
        "#c4473f", "#3f7f3f", "#a06a00", "#3a76d0", "#a15bb5", "#2a8790", "#ffffff",
    ],
};

fn draw(screen: &vt100::Screen, light: bool) -> String {
    let palette = if light { LIGHT } else { DARK };
    let (width, height) = (u32::from(SIZE.1) * CELL.0 + 2 * MARGIN, u32::from(SIZE.0) * CELL.1 + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{MARGIN} -{MARGIN} {width} {height}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'PingFang SC', \
         'Microsoft YaHei', 'WenQuanYi Zen Hei', monospace\" font-size=\"15\">\n\
         <rect x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n",
        palette.back,
    );
    for row in 0..SIZE.0 {
        let mut col = 0;
        while let Some(cell) = screen.cell(row, col) {
            let style = style(cell, &palette);
            let mut glyphs = Vec::new();
            let start = col;
            while let Some(next) = screen.cell(row, col).filter(|next| self::style(next, &palette) == style) {
                if next.has_contents() && !next.contents().trim().is_empty() {
                    glyphs.push((col, next.is_wide(), next.contents()));
                }
                col += if next.is_wide() { 2 } else { 1 };
            }
            run(&mut svg, row, start..col, &glyphs, &style);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[derive(PartialEq)]
struct Style {
    fore: String,
    back: Option<String>,
    bold: bool,
    dim: bool,
    underline: bool,
}

fn style(cell: &vt100::Cell, palette: &Palette) -> Style {
    let colour = |colour: vt100::Color| match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(at) => palette.sixteen.get(usize::from(at)).map(|c| (*c).to_owned()),
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
    };
    let (mut fore, mut back) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    if cell.inverse() {
        let was = fore.unwrap_or_else(|| palette.fore.to_owned());
        fore = Some(back.unwrap_or_else(|| palette.back.to_owned()));
        back = Some(was);
    }
    Style {
        fore: fore.unwrap_or_else(|| palette.fore.to_owned()),
        back,
        bold: cell.bold(),
        dim: cell.dim(),
        underline: cell.underline(),
    }
}

/// Cells of one style, one after the other: their ground, the lines and blocks among them as shapes (so that they meet
/// whatever the font), all other glyphs as one text with a place for each, so that nothing depends on the width a font
/// gives them.
fn run(svg: &mut String, row: u16, cols: Range<u16>, glyphs: &[(u16, bool, &str)], style: &Style) {
    let (wide, high) = CELL;
    let top = u32::from(row) * high;
    let left = |col: u16| u32::from(col) * wide;
    let (from, width) = (left(cols.start), left(cols.end - cols.start));
    if let Some(back) = &style.back {
        writeln!(svg, "<rect x=\"{from}\" y=\"{top}\" width=\"{width}\" height=\"{high}\" fill=\"{back}\"/>")
            .expect("text grows");
    }
    let mut more = format!("fill=\"{}\"", style.fore);
    if style.bold {
        more.push_str(" font-weight=\"bold\"");
    }
    if style.dim {
        more.push_str(" opacity=\"0.65\"");
    }
    if style.underline {
        more.push_str(" text-decoration=\"underline\"");
    }
    let (mut places, mut words, mut shapes) = (String::new(), String::new(), String::new());
    for (col, is_wide, glyph) in glyphs {
        if let Some(shape) = shape(glyph, left(*col), top) {
            shapes.push_str(&shape);
            continue;
        }
        // A wide glyph is as wide as the font is high: it stands in the middle of its two cells.
        let inset = if *is_wide { (2 * wide - FONT) / 2 } else { 0 };
        for (at, c) in glyph.chars().enumerate() {
            // What combines with the glyph before it has no place of its own.
            if at == 0 {
                write!(places, "{} ", left(*col) + inset).expect("text grows");
            }
            match c {
                '&' => words.push_str("&amp;"),
                '<' => words.push_str("&lt;"),
                '>' => words.push_str("&gt;"),
                c => words.push(c),
            }
        }
    }
    if !words.is_empty() {
        let base = top + BASELINE;
        writeln!(svg, "<text x=\"{}\" y=\"{base}\" {more}>{words}</text>", places.trim_end())
            .expect("text grows");
    }
    if !shapes.is_empty() {
        writeln!(svg, "<path d=\"{shapes}\" {more}/>").expect("text grows");
    }
}

/// Lines, corners and blocks as outlines to be filled.
fn shape(glyph: &str, x: u32, y: u32) -> Option<String> {
    let (wide, high) = CELL;
    let (middle, half) = (x + wide / 2, y + high / 2);
    let (level, rise) =
        (format!("M{x} {half}h{wide}v1h-{wide}z"), format!("M{middle} {y}v{high}h1v-{high}z"));
    let (left, right) =
        (format!("M{x} {half}H{middle}v1H{x}z"), format!("M{middle} {half}H{}v1H{middle}z", x + wide));
    let (up, down) =
        (format!("M{middle} {y}V{}h1V{y}z", half + 1), format!("M{middle} {half}V{}h1V{half}z", y + high));
    Some(match glyph {
        "─" => level,
        "│" => rise,
        "┊" => format!("M{middle} {y}v4h1v-4zM{middle} {}v4h1v-4zM{middle} {}v4h1v-4z", y + 7, y + 14),
        "┌" | "╭" => right + &down,
        "┐" | "╮" => left + &down,
        "└" | "╰" => right + &up,
        "┘" | "╯" => left + &up,
        "┤" => left + &rise,
        "├" => right + &rise,
        "┬" => level + &down,
        "┴" => level + &up,
        "█" => format!("M{x} {y}h{wide}v{high}h-{wide}z"),
        "▌" => format!("M{x} {y}h{}v{high}h-{}z", wide / 2, wide / 2),
        _ => return None,
    })
}
