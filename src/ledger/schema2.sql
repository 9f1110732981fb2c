-- Schema 2 of the ledger: the buyer's own words, what they accepted to pay, and messages to sellers.

-- Notes, tags, favourites and blocks. kind: offer | supplier; tags: a JSON array of words.
CREATE TABLE mark (
    market_id  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    favourite  INTEGER NOT NULL,
    tags       TEXT NOT NULL,
    note       TEXT NOT NULL,
    blocked    TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (market_id, kind, key)
) STRICT;

-- The total of an order the buyer last saw and agreed to: at the confirm screen, at first sight, or when a
-- changed one was accepted before paying.
CREATE TABLE accepted_total (
    market_id TEXT NOT NULL,
    order_id  TEXT NOT NULL,
    total     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (market_id, order_id)
) STRICT;

-- Words to a seller that will go with the next order to them.
CREATE TABLE cart_message (
    market_id   TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    words       TEXT NOT NULL,
    PRIMARY KEY (market_id, supplier_id)
) STRICT;
