-- Schema 7 of the ledger: the triggers that keep `guard` belong to each connection that writes (`guard.rs`), not to the
-- file: who only searches would read all of them first.
DROP TRIGGER IF EXISTS guard_meta_made;
DROP TRIGGER IF EXISTS guard_meta_changed;
DROP TRIGGER IF EXISTS guard_meta_gone;
DROP TRIGGER IF EXISTS guard_action_made;
DROP TRIGGER IF EXISTS guard_action_changed;
DROP TRIGGER IF EXISTS guard_action_gone;
DROP TRIGGER IF EXISTS guard_cart_line_made;
DROP TRIGGER IF EXISTS guard_cart_line_changed;
DROP TRIGGER IF EXISTS guard_cart_line_gone;
DROP TRIGGER IF EXISTS guard_cart_journal_made;
DROP TRIGGER IF EXISTS guard_cart_journal_changed;
DROP TRIGGER IF EXISTS guard_cart_journal_gone;
DROP TRIGGER IF EXISTS guard_market_order_made;
DROP TRIGGER IF EXISTS guard_market_order_changed;
DROP TRIGGER IF EXISTS guard_market_order_gone;
DROP TRIGGER IF EXISTS guard_mark_made;
DROP TRIGGER IF EXISTS guard_mark_changed;
DROP TRIGGER IF EXISTS guard_mark_gone;
DROP TRIGGER IF EXISTS guard_accepted_total_made;
DROP TRIGGER IF EXISTS guard_accepted_total_changed;
DROP TRIGGER IF EXISTS guard_accepted_total_gone;
DROP TRIGGER IF EXISTS guard_cart_message_made;
DROP TRIGGER IF EXISTS guard_cart_message_changed;
DROP TRIGGER IF EXISTS guard_cart_message_gone;
DROP TRIGGER IF EXISTS guard_own_code_made;
DROP TRIGGER IF EXISTS guard_own_code_changed;
DROP TRIGGER IF EXISTS guard_own_code_gone;
DROP TRIGGER IF EXISTS guard_entered_row_made;
DROP TRIGGER IF EXISTS guard_entered_row_changed;
DROP TRIGGER IF EXISTS guard_entered_row_gone;

-- The parts of an order are looked up by our number for each order a market tells of.
CREATE INDEX market_order_number ON market_order (market_id, out_order_id);
-- Lines of an order that comes back; and whoever changes an action's number asks for them.
CREATE INDEX cart_line_taken ON cart_line (taken_by) WHERE taken_by IS NOT NULL;
-- The next step to take back or to make again, however many are behind it.
CREATE INDEX cart_journal_undone ON cart_journal (market_id, undone, seq);
