-- Where a line stands in the cart, where that is not where it was added: in the place of the line it was swapped for.
ALTER TABLE cart_line ADD COLUMN place INTEGER;

-- All that an edit reads again of every line: without the frozen listings, which are a page each.
DROP INDEX cart_line_visible;
CREATE INDEX cart_line_rows ON cart_line
  (market_id, present, taken_by, ifnull(place, line_id), line_id, offer_key, spec_id, quantity, octet_length(frozen));
