//! How the program is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    // At a fixed address: of three milliseconds that the program took to begin and end, one went into adding the address
    // it was loaded at to forty thousand pointers (tables of functions and of words), with a page of memory copied for
    // each hundred of them. Libraries, heap and stack stay where chance puts them.
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bin=pifa=-no-pie");
    }
}
