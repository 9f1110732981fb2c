//! What comes from office computers, and what goes back to them.

use proptest::prelude::*;

use super::*;

fn rows(bytes: &[u8]) -> Vec<(u64, Result<Vec<String>, Fault>)> {
    let table = match open(bytes).unwrap() {
        Opened::Text(text) => text.table(),
        Opened::Sheet(table) => table,
    };
    table.rows.into_iter().map(|row| (row.line, row.cells)).collect()
}

fn cells(all: &[&str]) -> Result<Vec<String>, Fault> {
    Ok(all.iter().map(|cell| (*cell).to_owned()).collect())
}

fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let text = "货号,数量\r\n保温杯,300\r\n";
    let wanted = vec![(1, cells(&["货号", "数量"])), (2, cells(&["保温杯", "300"]))];
    let utf16 = |mark: [u8; 2], units: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(units)).collect()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        utf16([0xff, 0xfe], u16::to_le_bytes),
        utf16([0xfe, 0xff], u16::to_be_bytes),
        gb(text),
        text.replace(',', "\t").into_bytes(),
        gb(&text.replace(',', ";")),
    ] {
        assert_eq!(rows(&bytes), wanted);
    }
}

#[test]
fn lines_of_several_encodings_are_each_read_in_their_own() {
    let mut bytes = "货号,数量\n保温杯,1\n".as_bytes().to_vec();
    bytes.extend(gb("联通卡,2\n一,3\n"));
    bytes.extend(b"\xff\xff\xff,4\n");
    bytes.extend("洞洞板,5\n".as_bytes());
    let read = rows(&bytes);
    assert_eq!(read[2], (3, cells(&["联通卡", "2"])));
    assert_eq!(read[4], (5, Err(Fault::Encoding)));
    assert_eq!(read[5], (6, cells(&["洞洞板", "5"])));
}

#[test]
fn an_open_quote_costs_its_own_line_only() {
    let text = "a,b\n\"one,2\nthree,4\n\"five \"\" six\",\"7\n8\"\nnine,\"10\n";
    assert_eq!(
        rows(text.as_bytes()),
        vec![
            (1, cells(&["a", "b"])),
            (2, Err(Fault::Quote)),
            (3, cells(&["three", "4"])),
            (4, cells(&["five \" six", "7\n8"])),
            (6, Err(Fault::Quote)),
        ]
    );
}

#[test]
fn limits_hold_and_are_told() {
    assert_eq!(load(std::io::repeat(b'x')), Err(TableError::Large));
    let wide = vec!["x"; MAX_COLUMNS + 1].join(",");
    assert_eq!(rows(format!("a,b\n{wide}\n1,2\n").as_bytes())[1], (2, Err(Fault::Wide)));
    let long = "x".repeat(MAX_LINE + 1);
    assert_eq!(rows(format!("a,b\n{long}\n1,2\n").as_bytes())[1], (2, Err(Fault::Long)));
    let Opened::Text(text) = open("a,b\n".repeat(MAX_ROWS + 5).as_bytes()).unwrap() else { panic!("text") };
    let table = text.table();
    assert_eq!((table.rows.len(), table.stopped), (MAX_ROWS, Some(Stop::Rows(MAX_ROWS))));
    let Opened::Text(text) = open(format!("{}\n", ",".repeat(199)).repeat(6_000).as_bytes()).unwrap() else {
        panic!()
    };
    assert_eq!(text.table().stopped, Some(Stop::Cells(MAX_CELLS)));
    let Opened::Text(text) = open(&vec![b'\n'; MAX_BYTES]).unwrap() else { panic!() };
    assert!(text.is_cut() && text.table().stopped == Some(Stop::Rows(0)) && text.lines().len() < 1 << 20);
    assert!(matches!(open(b"\x89PNG\0\0\r\n"), Err(TableError::Binary)));
    assert!(matches!(open(b"\xd0\xcf\x11\xe0\xa1\xb1"), Err(TableError::OldWorkbook)));
    assert!(matches!(open(b"PK\x03\x04 and then nothing"), Err(TableError::Workbook(_))));
}

/// A workbook of ours with one part replaced.
fn book_with(name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let ours = xlsx(&["a"], &[vec![Cell::Text("x".to_owned())]]).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(ours)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let own = part.name().unwrap().into_owned();
        out.start_file(&own, options).unwrap();
        out.write_all(if own == name { content } else { &bytes }).unwrap();
    }
    if archive.index_for_name(name).is_none() {
        out.start_file(name, options).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn sheet_of(data: &str) -> Vec<u8> {
    let xml = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>"#
    );
    book_with("xl/worksheets/sheet1.xml", xml.as_bytes())
}

#[test]
fn a_workbook_that_swells_is_not_opened() {
    for name in
        ["xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/styles.xml"]
    {
        let bomb = book_with(name, &vec![b' '; 65 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(open(&bomb), Err(TableError::Bomb)), "{name}");
    }
}

#[test]
fn numbers_of_a_sheet_are_read_as_it_shows_them_and_lost_digits_are_seen() {
    let book = sheet_of(
        r#"<row r="2"><c r="A2"><v>676651652931</v></c><c r="C2"><v>6.6000000000000005</v></c></row>
           <row r="5"><c r="A5"><v>3.31E+18</v></c><c r="B5" t="str"><v>3.31E+18</v></c><c r="D5" t="b"><v>1</v></c></row>
           <row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
    );
    assert_eq!(
        rows(&book),
        vec![
            (2, cells(&["676651652931", "", "6.6"])),
            (5, cells(&["3.31E+18", "3.31E+18", "", "true"])),
            (1_048_576, Err(Fault::Wide)),
        ]
    );
}

#[test]
fn nothing_that_is_written_acts() {
    let hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "=cmd|' /C calc'!A0"];
    let body: Vec<Vec<Cell>> = hostile.iter().map(|text| vec![Cell::Text((*text).to_owned())]).collect();
    let csv = csv(&["h"], &body);
    for line in String::from_utf8(csv.clone()).unwrap().split("\r\n").skip(1).filter(|line| !line.is_empty())
    {
        assert!(line.trim_start_matches('"').starts_with('\''), "{line:?}");
    }
    let mut xml = String::new();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx(&["h"], &body).unwrap())).unwrap();
    archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut xml).unwrap();
    assert!(!xml.contains("<f>") && xml.matches("preserve\">'").count() == hostile.len(), "{xml}");
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[=+\\-@'\",;\t\r\n _x0-9A-F保温杯]{0,12}", "_x[0-9A-F]{4}_", "[0-9]{19}",]
        // A reader may refuse NUL and long cells; cleaned texts have neither.
        .prop_map(|text| text.replace('\0', "").chars().take(2_000).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_was_written_is_read_back(
        table in (1usize..6).prop_flat_map(|width| {
            prop::collection::vec(prop::collection::vec(any_cell(), width), 1..8)
        })
    ) {
        let width = table[0].len();
        let heads: Vec<&str> = ["h1", "h2", "h3", "h4", "h5", "h6"].into_iter().take(width).collect();
        let body: Vec<Vec<Cell>> =
            table.iter().map(|row| row.iter().map(|cell| Cell::Text(cell.clone())).collect()).collect();
        let read = |bytes: Vec<u8>| -> Vec<Vec<String>> {
            rows(&bytes).into_iter().skip(1).map(|(_, cells)| {
                let mut cells = cells.unwrap();
                cells.resize(width, String::new());
                cells
            }).collect()
        };
        prop_assert_eq!(&read(csv(&heads, &body)), &table);
        // A sheet has no rows of nothing.
        let kept: Vec<Vec<String>> =
            table.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).cloned().collect();
        prop_assert_eq!(read(xlsx(&heads, &body).unwrap()), kept);
    }
}
