-- Schema 4 of the ledger: codes of the buyer's own, and what lists put into the cart.

-- code: folded, for finding; shown: as it was typed. supplier: whose item number it is, '' = the buyer's own code.
CREATE TABLE own_code (
    market_id TEXT NOT NULL,
    supplier  TEXT NOT NULL,
    code      TEXT NOT NULL,
    shown     TEXT NOT NULL,
    offer_key TEXT NOT NULL,
    spec_id   TEXT,
    at        INTEGER NOT NULL,
    PRIMARY KEY (market_id, supplier, code)
) STRICT;

-- A row of a list that went into the cart: by which step of the journal, into which line, how many. It counts as put
-- in as long as that step is not undone and that line stands in the cart: an ordered list can be read again.
-- source: where the list lies, '' = it was pasted; content: digest of all of it.
CREATE TABLE entered_row (
    market_id TEXT NOT NULL,
    source    TEXT NOT NULL,
    content   TEXT NOT NULL,
    offer_key TEXT NOT NULL,
    spec_id   TEXT NOT NULL,
    quantity  TEXT NOT NULL,
    line_id   INTEGER NOT NULL REFERENCES cart_line (line_id),
    seq       INTEGER NOT NULL,
    PRIMARY KEY (market_id, content, offer_key, spec_id, seq)
) STRICT;
CREATE INDEX entered_row_source ON entered_row (market_id, source);

-- A list of thousands asks for the line of each of its SKUs.
CREATE INDEX cart_line_sku ON cart_line (market_id, offer_key, spec_id, present, taken_by);
