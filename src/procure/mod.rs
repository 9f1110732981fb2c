//! The workflows that both the command line and the screens call.
