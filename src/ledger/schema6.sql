-- Schema 6 of the ledger: what every row is to be. One row for each row of each other table, kept by the triggers of
-- `guard.rs` in the transaction that writes that row: a disk that turns a bit, writes a page to the wrong place or
-- gives back an old one is noticed.
--
-- tbl: the table; key: the row's key there. sum: of all its columns. copy: its columns as a JSON array, where losing it
-- would lose something confirmed. own: sum of this row itself.
CREATE TABLE guard (
    tbl  TEXT NOT NULL,
    key  ANY NOT NULL,
    sum  INTEGER NOT NULL,
    copy TEXT,
    own  INTEGER NOT NULL,
    PRIMARY KEY (tbl, key)
) STRICT;
