//! What was typed, what the environment says, and the settings files: mistakes are exit 2 and touch nothing.

use std::net::TcpListener;
use std::process::Command;

use crate::bad_input::{Shop, cart};
use crate::bench::{Buyer, Said, Sandbox};

/// What no quantity is.
const NO_QUANTITY: [&str; 14] = [
    "0",
    "-1",
    "-0.5",
    "NaN",
    "inf",
    "1e999",
    "1e3",
    "99999999999999999999999999",
    "100000000",
    "1.2345",
    "",
    " ",
    "三",
    "0x10",
];

fn usage(buyer: &Buyer, arguments: &[&str], word: &str) {
    let said = buyer.says(arguments);
    let error = said.fails(2);
    assert_eq!(error["code"], "usage", "{arguments:?}");
    assert_eq!(said.err.lines().count(), 1, "{arguments:?}: {said:?}");
    let told = error["message"].as_str().unwrap();
    assert!(told.contains(word), "{arguments:?}: {told:?} does not name {word:?}");
}

fn untouched(buyer: &Buyer) {
    assert_eq!(
        std::fs::read_dir(buyer.data_dir()).unwrap().count(),
        0,
        "a usage error wrote into the data folder"
    );
}

#[test]
fn slips_of_the_command_line_are_named_and_touch_nothing() {
    let buyer = Buyer::embedded();
    for (arguments, word) in [
        (&["frob"][..], "'frob'"),
        (&["--frob"], "'--frob'"),
        (&["search", "x", "--frob"], "'--frob'"),
        (&["cart"], "subcommand"),
        (&["cart", "frob"], "'frob'"),
        (&["order"], "subcommand"),
        (&["order", "pay"], "<ID>"),
        (&["order", "pay", "1", "--accept", "-5"], "-5"),
        (&["reorder"], "<ORDER>..."),
        (&["deals", "--kind", "frob"], "frob"),
        (&["group"], "subcommand"),
        (&["group", "join", "g"], "<QTY>"),
        (&["address", "use"], "<ID>"),
        (&["catalog", "import"], "<FILE>"),
        (&["compare", "1", "2"], "--qty"),
        (&["compare", "--qty", "3"], "<OFFER[:SPEC]>"),
        (&["search", "x", "--qty"], "--qty"),
        (&["search", "x", "--sort", "cheap"], "one of rank, price, landed, sold, repeat, age"),
        (&["search", "x", "--sort", ""], "--sort"),
        (&["search", "x", "--limit", "0"], "1..=10000"),
        (&["search", "x", "--limit", "-3"], "-3"),
        (&["search", "x", "--limit", "10001"], "1..=10000"),
        (&["search", "x", "--limit", "NaN"], "NaN"),
        (&["sync", "--limit", "0"], "--limit"),
        (&["sync", "--full", "--supplier", "x"], "--supplier"),
        (&["show", "abc"], "not an offer id"),
        (&["show", "0"], "not an offer id"),
        (&["show", "-5"], "not an offer id"),
        (&["show", "1e9"], "not an offer id"),
        (&["show", "99999999999999999999999999999999999999"], "not an offer id"),
        (&["show", "L:x"], "not an offer id"),
        (&["cart", "add", "12:", "3"], "SKU after the colon"),
        (&["cart", "add", "-12", "3"], "not an offer id"),
        (&["cart", "set", "x", "3"], "not a line id"),
        (&["cart", "set", "-1", "3"], "not a line id"),
        (&["cart", "set", "99999999999999999999", "3"], "not a line id"),
        (&["cart", "rm", "0"], "not a line id"),
        (&["cart", "rm", "1.5"], "not a line id"),
        (&["order", "submit", "--accept-drift", "-3"], "a percentage"),
        (&["order", "submit", "--accept-drift", "NaN"], "a percentage"),
        (&["order", "submit", "--accept-drift", "1e9"], "a percentage"),
        (&["order", "submit", "--max-freight", "-1"], "yuan"),
        (&["order", "submit", "--max-freight", "inf"], "yuan"),
        (&["sandbox", "--listen", "0.0.0.0:0"], "loopback"),
        (&["sandbox", "--listen", "x"], "--listen"),
        (&["sandbox", "--offers", "0"], "--offers"),
        (&["sandbox", "--speed", "-1"], "0 or more"),
        (&["sandbox", "--now", "yesterday"], "--now"),
        (&["sandbox", "--idempotency", "maybe"], "out-order-id"),
        (&["sandbox", "--reprice", "101"], "--reprice"),
        (&["sandbox", "clock", "-1h"], "+1h"),
        (&["sandbox", "pay"], "<ORDER>"),
        (&["--profile", "../x", "doctor"], "letters, digits"),
        (&["--lang", "xx", "doctor"], "zh-CN, zh-TW or en"),
        (&["--config", "/nowhere/config.toml", "doctor"], "no such file"),
        (&[], "no verb"),
    ] {
        usage(&buyer, arguments, word);
        let human = buyer.tells(arguments);
        if !arguments.is_empty() {
            assert!(
                human.code == 2 && human.out.is_empty() && human.err.len() > 20,
                "{arguments:?}: {human:?}"
            );
        }
    }
    untouched(&buyer);
}

#[test]
fn what_is_no_quantity_is_refused_by_every_verb_that_takes_one() {
    let buyer = Buyer::embedded();
    for bad in NO_QUANTITY {
        for arguments in [
            &["search", "x", "--qty", bad][..],
            &["show", "1", "--qty", bad],
            &["compare", "1", "--qty", bad],
            &["cart", "add", "1", bad],
            &["cart", "set", "1", bad],
            &["group", "join", "g", bad],
        ] {
            // There `-1` is one less.
            if bad.starts_with('-') && arguments.starts_with(&["cart", "set"]) {
                continue;
            }
            usage(&buyer, arguments, "quantity");
        }
    }
    untouched(&buyer);
}

#[test]
fn what_does_not_exist_is_exit_3_and_the_cart_stays() {
    let shop = Shop::plain();
    let buyer = shop.buyer();
    let before = cart(&buyer);
    for arguments in [
        &["show", "999999"][..],
        &["show", "L:nowhere:1"],
        &["compare", "999999", "--qty", "3"],
        &["cart", "add", "999999", "3"],
        &["cart", "set", "77", "3"],
        &["cart", "rm", "77"],
        &["order", "show", "4711"],
        &["order", "cancel", "4711"],
        &["address", "use", "4711"],
        &["group", "show", "4711"],
        &["group", "join", "4711", "3"],
        &["group", "leave", "4711"],
    ] {
        let said = buyer.says(arguments);
        assert_eq!(said.fails(3)["code"], "not_found", "{arguments:?}: {said:?}");
        assert_eq!(cart(&buyer), before, "{arguments:?}");
    }
    assert_eq!(shop.orders(), 0);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_or_hostile_text_are_repeated_harmlessly() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let buyer = Buyer::embedded();
    let hostile: [&[u8]; 5] =
        [b"\xff\xfe", b"\x1b[2J\x1b]0;pwned\x07x", "a\u{202e}b\u{200b}c".as_bytes(), b"\x9b31m", b"a\nb\rc"];
    for bytes in hostile {
        let word = OsStr::from_bytes(bytes);
        for verb in [&[][..], &["show"], &["search", "--sort"], &["cart", "set"]] {
            Said::of(buyer.command().args(verb).arg(word)).fails(2);
            let human = Said::of(buyer.human_command().args(verb).arg(word)).exits(2);
            crate::bad_input::texts::harmless(&human.err, "stderr");
            let late = Said::of(buyer.human_command().args(verb).arg(word).arg("--json"));
            late.fails(2);
        }
    }
    untouched(&buyer);
}

#[test]
fn the_environment_is_held_to_the_same_rules() {
    let buyer = Buyer::embedded();
    let with = |name: &str, value: &str, arguments: &[&str]| {
        Said::of(buyer.command().env(name, value).args(arguments))
    };
    for (name, value) in [
        ("PIFA_PROFILE", "../x"),
        ("PIFA_LANG", "klingon"),
        ("PIFA_CONFIG", "/nowhere/config.toml"),
        ("PIFA_MARKET", "garbage"),
    ] {
        with(name, value, &["cart", "list"]).fails(2);
    }
    let json = Said::of(buyer.human_command().env("PIFA_JSON", "1").arg("frob"));
    json.fails(2);
    untouched(&buyer);
}

fn with_config(text: &[u8]) -> (Buyer, Said) {
    let buyer = Buyer::embedded();
    buyer.file("config.toml", text);
    let said = buyer.says(&["--offline", "cart", "list"]);
    (buyer, said)
}

#[test]
fn broken_settings_name_file_line_and_remedy() {
    for (text, line, word) in [
        (&b"lang = "[..], 1, ""),
        (b"\n\nlang = \"zh-CN\"\n[orders\n", 4, ""),
        (b"lnag = \"en\"\n", 1, "did you mean `lang`"),
        (b"lang = \"en\"\n[orders]\nquiet_secs = 3\n", 3, "did you mean `quiet_seconds`"),
        (b"[serach]\nquantity = 3\n", 1, "did you mean `search`"),
        (b"lang = 3\n", 1, "expected a string"),
        (b"\nlang = \"klingon\"\n", 2, "klingon"),
        (b"ascii = \"yes\"\n", 1, "expected a boolean"),
        (b"[search]\nquantity = -4\n", 2, "whole number"),
        (b"[search]\nquantity = 0\n", 2, "above 0"),
        (b"[search]\nquantity = 1e999\n", 2, ""),
        (b"[orders]\nquiet_seconds = \"x\"\n", 2, "whole number"),
        (b"[orders]\nline_cap = 0\n", 2, "above 0"),
        (b"[orders]\naccept_drift = \"-3\"\n", 2, "percentage"),
        (b"[orders]\nmax_freight = \"NaN\"\n", 2, "yuan"),
        (b"lang = \"en\"\n\xff\xfe = 3\n", 2, "UTF-8"),
        (b"lang = \"en\"\nlang = \"en\"\n", 2, "duplicate"),
        (b"lang = \"\x1b[31m\"\n", 1, ""),
    ] {
        let (buyer, said) = with_config(text);
        let error = said.fails(2);
        let told = error["message"].as_str().unwrap();
        let place = format!("{}:{line}: ", buyer.data_dir().join("config.toml").display());
        assert!(
            told.starts_with(&place) && told.contains(word),
            "{told:?} should begin {place:?}, name {word:?}"
        );
        crate::bad_input::texts::harmless(&said.err, "stderr");
        assert!(!buyer.data_dir().join("ledger.db").exists());
    }
    let buyer = Buyer::embedded();
    std::fs::create_dir(buyer.data_dir().join("config.toml")).unwrap();
    let told = buyer.says(&["--offline", "cart", "list"]).fails(2);
    assert!(!told["message"].as_str().unwrap().contains(":0"), "{told}");
}

#[test]
fn broken_keys_and_colours_are_told_before_the_screens_open() {
    for (file, text, words) in [
        ("keymap.toml", "help = \"?\"\nhepl = \"x\"\n", &[":2", "\"help\""][..]),
        ("keymap.toml", "help = ", &[":1"]),
        ("keymap.toml", "help = 3\n", &[":1"]),
        ("keymap.toml", "\n\"cart.undo\" = [\"hyper-x\"]\n", &[":2", "hyper-x"]),
        ("theme.toml", "[acent]\nbold = true\n", &[":1", "accent"]),
    ] {
        let buyer = Buyer::embedded();
        buyer.file(file, text.as_bytes());
        let said = buyer.tells(&[]).exits(2);
        assert!(said.out.is_empty() && said.err.contains(file), "{said:?}");
        assert!(words.iter().all(|word| said.err.contains(word)), "{words:?}: {said:?}");
        // The verbs have no keys and no colours.
        buyer.says(&["--offline", "cart", "list"]).exits(0);
    }
}

#[test]
fn a_market_needs_its_keys_and_a_bare_safe_origin_and_hears_nothing_until_then() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let buyer = Buyer::embedded();
    let run = |origin: &str, keys: &[(&str, &str)], verb: &[&str]| {
        let mut command: Command = buyer.command();
        command.args(["--market", origin]).envs(keys.iter().copied()).args(verb);
        Said::of(&mut command)
    };
    let verbs = [&["sync"][..], &["order", "submit"], &["group", "list"], &["doctor"], &["cart", "list"]];
    for keys in [&[][..], &[("PIFA_APP_KEY", "1")], &[("PIFA_APP_SECRET", "s")], &[("PIFA_APP_KEY", "")]] {
        for verb in verbs {
            let error = run(&here, keys, verb).fails(2);
            assert!(error["message"].as_str().unwrap().contains("PIFA_APP_"), "{keys:?} {verb:?}: {error}");
        }
    }
    let keys = [("PIFA_APP_KEY", "1234567"), ("PIFA_APP_SECRET", "canary-secret")];
    let with_path = [
        format!("{here}/openapi"),
        format!("{here}/openapi/"),
        format!("{here}?x=1"),
        format!("{here}/#x"),
        here.replace("http://", "http://user:canary-secret@"),
        here.replace("http", "ftp"),
        here.trim_start_matches("http://").to_owned(),
    ];
    let others = [
        "http://10.0.0.1",
        "http://0.0.0.0:1",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "file:///etc",
        "garbage",
        "",
        "https://",
        "http://127.0.0.1:99999",
        "http://[::1",
        "https://\u{202e}x y",
        "javascript:alert(1)",
    ];
    for origin in with_path.iter().map(String::as_str).chain(others) {
        for verb in verbs {
            let said = run(origin, &keys, verb);
            let error = said.fails(2);
            assert!(
                error["hint"].as_str().unwrap().contains("http://127.0.0.1"),
                "{origin:?} {verb:?}: {error}"
            );
            assert!(!said.err.contains("canary-secret"), "{said:?}");
        }
    }
    assert!(listener.accept().is_err(), "a request was sent to an origin that was refused");
    untouched(&buyer);
}

#[test]
fn a_sandbox_that_cannot_be_is_told_and_leaves() {
    let buyer = Buyer::embedded();
    let goods = buyer.file("no-goods.jsonl", b"{}\n[]\nnot json\n");
    for file in ["/nowhere/goods.jsonl", buyer.data_dir().to_str().unwrap(), goods.to_str().unwrap()] {
        let error = buyer.says(&["sandbox", "--catalog", file]).fails(1);
        assert!(error["message"].as_str().unwrap().contains(file), "{error}");
    }
    let running = Sandbox::start(&["--offers", "5"]);
    let taken = running.url().trim_start_matches("http://").to_owned();
    let error = buyer.says(&["sandbox", "--offers", "5", "--listen", &taken]).fails(1);
    assert!(error["message"].as_str().unwrap().contains(&taken), "{error}");
}
