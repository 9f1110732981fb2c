-- Schema 1 of the ledger. Times are UTC milliseconds; money and quantities are decimal text.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- A line is never deleted: a removed one has present = 0, an ordered one has taken_by set. So its id is
-- never reused, and the undo journal only has to remember presence and quantity.
CREATE TABLE cart_line (
    line_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    market_id  TEXT NOT NULL,
    offer_key  TEXT NOT NULL,
    spec_id    TEXT,
    quantity   TEXT NOT NULL,
    frozen     TEXT NOT NULL,
    present    INTEGER NOT NULL,
    taken_by   INTEGER REFERENCES action (action_id),
    added_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX cart_line_visible ON cart_line (market_id, present, taken_by);

CREATE TABLE cart_journal (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    market_id TEXT NOT NULL,
    label     TEXT NOT NULL,
    changes   TEXT NOT NULL,
    undone    INTEGER NOT NULL DEFAULT 0,
    at        INTEGER NOT NULL
) STRICT;

-- The outbox: everything that was ever asked of a market.
CREATE TABLE action (
    action_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    market_id     TEXT NOT NULL,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    out_order_id  TEXT NOT NULL UNIQUE,
    supplier_id   TEXT,
    supplier_name TEXT,
    target        TEXT,
    body          TEXT,
    body_hash     TEXT,
    address       TEXT,
    lines         TEXT NOT NULL,
    goods         TEXT,
    freight       TEXT,
    total         TEXT,
    message       TEXT,
    policy        TEXT NOT NULL,
    order_ids     TEXT NOT NULL DEFAULT '[]',
    reason        TEXT,
    attempts      INTEGER NOT NULL DEFAULT 0,
    empty_lookups INTEGER NOT NULL DEFAULT 0,
    looked_up_at  INTEGER,
    sent_at       INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX action_by_state ON action (market_id, state);

-- Orders as the market last told them, ours and any other of the account.
CREATE TABLE market_order (
    market_id    TEXT NOT NULL,
    order_id     TEXT NOT NULL,
    out_order_id TEXT,
    state        TEXT NOT NULL,
    body         TEXT NOT NULL,
    fetched_at   INTEGER NOT NULL,
    PRIMARY KEY (market_id, order_id)
) STRICT;
