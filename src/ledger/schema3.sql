-- Schema 3 of the ledger: the figures an order left with stand beside those the buyer was shown. `lines` stays what
-- was shown, however often the order is made ready to leave: a rise is measured from there.

ALTER TABLE action ADD COLUMN quoted TEXT;
