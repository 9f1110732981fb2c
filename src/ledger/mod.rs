//! The precious store: carts and their undo journal, orders, the outbox of actions.
