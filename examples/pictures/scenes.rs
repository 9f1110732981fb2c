// The sittings, one a picture.

/// The tour ended, and what was said of it gone.
const QUIT_TOUR: Step = Keys("\x1b");

/// A morning's cart: cups of three makers and a quilt. One lot is broken.
const MORNING: &[&[&str]] = &[
    &["cart", "add", "138897639963:497fa527e4a9d4a6ab1de0cfb8a6d254", "120"],
    &["cart", "add", "138897639963:144621b7893863dd1f55501f28835422", "80"],
    &["cart", "add", "138897639963:b5d069f877033244469a6d6687a2bf4c", "60"],
    &["cart", "add", "366861626348", "145"],
    &["cart", "add", "151588675899", "100"],
    &["cart", "add", "670768246124", "300"],
    &["cart", "add", "990504428654", "96"],
    &["cart", "add", "816107548439", "30"],
];

/// Two suppliers' lines without a problem.
const SENT: &[&[&str]] = &[
    &["cart", "add", "138897639963:497fa527e4a9d4a6ab1de0cfb8a6d254", "120"],
    &["cart", "add", "138897639963:144621b7893863dd1f55501f28835422", "80"],
    &["cart", "add", "990504428654", "96"],
];

const PICTURES: &[Picture] = &[
    Picture {
        name: "search-zh",
        lang: "zh-CN",
        light: false,
        before: &[],
        steps: &[Until("订单 "), Quiet, Keys("保温杯 304"), Keys("\r"), Keys("j"), Keys("j"), Quiet],
    },
    Picture {
        name: "search-en-light",
        lang: "en",
        light: true,
        before: &[&["mark", "662358500069", "--fav", "--note", "sample ok, ask for the blue one"]],
        steps: &[
            Until("Orders 2"),
            QUIT_TOUR,
            Keys("/"),
            Keys("wireless earbuds"),
            Keys("\r"),
            Keys("q"),
            Keys("300\r"),
            Quiet,
        ],
    },
    Picture {
        name: "compare-en",
        lang: "en",
        light: false,
        before: &[],
        steps: &[
            Until("Orders 2"),
            QUIT_TOUR,
            Keys("/"),
            Keys("vacuum flask 304"),
            Keys("\r"),
            Keys("c"),
            Keys("jj"),
            Keys("c"),
            Keys("j"),
            Keys("c"),
            Keys("j"),
            Keys("c"),
            Keys("2"),
            Quiet,
        ],
    },
    Picture {
        name: "cart-zh",
        lang: "zh-CN",
        light: false,
        before: MORNING,
        steps: &[Until("订单 2"), QUIT_TOUR, Keys("3"), Keys("]"), Quiet],
    },
    Picture {
        name: "confirm-zh-light",
        lang: "zh-CN",
        light: true,
        before: SENT,
        steps: &[Until("订单 2"), QUIT_TOUR, Keys("3"), Keys("S"), Quiet, Quiet],
    },
    Picture {
        name: "deals-zh",
        lang: "zh-CN",
        light: false,
        before: &[],
        steps: &[Until("订单 2"), QUIT_TOUR, Keys("4"), Quiet, Keys("j"), Keys("j"), Keys("\r"), Quiet],
    },
    Picture {
        name: "orders-en",
        lang: "en",
        light: false,
        before: &[],
        steps: &[Until("Orders 2"), QUIT_TOUR, Keys("5"), Quiet, Keys("j"), Quiet],
    },
];
