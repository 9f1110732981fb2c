//! How the program is linked, and the table of simplified characters as it is looked up.

use std::error::Error;
use std::path::Path;
use std::process::Command;

/// The block the table covers, see `src/query/fold.rs`.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;
/// Pairs of a traditional and a simplified character, separated by blanks; `#` begins a comment.
const PAIRS: &str = "assets/fold/simplified.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    // At a fixed address: of three milliseconds that the program took to begin and end, one went into adding the address
    // it was loaded at to forty thousand pointers (tables of functions and of words), with a page of memory copied for
    // each hundred of them. Libraries, heap and stack stay where chance puts them.
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bin=pifa=-no-pie");
        // Named before the shared library of the same functions, which is then not needed: to find, map and bind it, and
        // to let it ask the processor what it is (which a virtual machine answers slowly), takes a quarter of a
        // millisecond at every start.
        if has_static_unwinder() {
            println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
    simplified()
}

/// Whether the compiler that links has its unwinder as an archive.
fn has_static_unwinder() -> bool {
    let linker = std::env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let told = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    // One that has none repeats the name.
    told.is_ok_and(|told| Path::new(String::from_utf8_lossy(&told.stdout).trim()).is_absolute())
}

/// Two bytes for each character of the block, made here and not at every start.
fn simplified() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PAIRS}");
    let pairs = std::fs::read_to_string(PAIRS)?;
    let mut table: Vec<u32> = (FIRST..=LAST).collect();
    let lines = pairs.lines().filter_map(|line| line.split('#').next());
    for pair in lines.flat_map(str::split_whitespace) {
        let mut chars = pair.chars().map(u32::from);
        let (Some(traditional), Some(simple)) = (chars.next(), chars.next()) else { continue };
        let slot = traditional.checked_sub(FIRST).and_then(|at| table.get_mut(at as usize));
        *slot.ok_or(format!("{pair} is outside the block"))? = simple;
    }
    let mut bytes = Vec::with_capacity(2 * table.len());
    for c in table {
        bytes.extend(u16::try_from(c)?.to_le_bytes());
    }
    let folder = std::env::var_os("OUT_DIR").ok_or("cargo says where to")?;
    std::fs::write(Path::new(&folder).join("simplified.bin"), bytes)?;
    Ok(())
}
