-- Where a line stands in the cart, where that is not where it was added: in the place of the line it was swapped for.
ALTER TABLE cart_line ADD COLUMN place INTEGER;
