use super::*;

#[test]
fn every_action_is_in_the_preset_and_every_line_of_it_is_an_action() {
    let preset = keymap::parse(keymap::PRESET).unwrap();
    for action in ACTIONS {
        assert!(preset.iter().any(|binding| binding.action == action.name), "{}", action.name);
        assert_eq!((row(action.id).id, row(action.id).name), (action.id, action.name));
    }
    assert!(Keys::build(&preset).is_ok(), "{:?}", Keys::build(&preset).err());
}

#[test]
fn a_users_line_replaces_the_presets() {
    let keys = Keys::with_user("\"cart.submit\" = \"F9\"\n").unwrap();
    assert_eq!(keys.all_shown(ActionId::CartSubmit), "F9");
    assert_eq!(keys.find(&[Key::char('S')], pane_scopes(Pane::Cart)), Found::Nothing);
    assert_eq!(keys.find(&[Key::char('g')], pane_scopes(Pane::Cart)), Found::More);
    let two = [Key::char('g'), Key::char('3')];
    assert_eq!(keys.find(&two, pane_scopes(Pane::Search)), Found::Action(ActionId::PaneCart));
}

#[test]
fn wrong_names_and_conflicts_are_named_with_line_and_suggestion() {
    let error = Keys::with_user("help = \"?\"\n\"cart.submitt\" = \"x\"\n").unwrap_err();
    assert!(error.line == 2 && error.message.contains("did you mean \"cart.submit\""), "{error}");
    let error = Keys::with_user("\"cart.remove\" = \"S\"\n").unwrap_err();
    assert!(error.message.contains("cart.submit") && error.message.contains("cart.remove"), "{error}");
    // A key that begins a sequence hides it, in whatever scope that stands, and the other way round.
    let error = Keys::with_user("\n\"cart.clear\" = \"g\"\n").unwrap_err();
    assert!(error.line == 2 && error.message.contains("g for cart.clear hides g 1"), "{error}");
    let error = Keys::with_user("\"cart.clear\" = \"q q\"\n").unwrap_err();
    assert!(error.message.contains("is hidden by q, a key of quantity"), "{error}");
    // A nearer scope may give a key another meaning, and scopes that never meet do not care.
    assert!(Keys::with_user("\"cart.clear\" = \"q\"\n").is_ok());
    assert!(Keys::with_user("\"picker.take\" = \"g\"\n").is_ok());
}

#[test]
fn distances() {
    assert_eq!([distance("abc", "abc"), distance("abc", "abd"), distance("", "ab")], [0, 1, 2]);
}
