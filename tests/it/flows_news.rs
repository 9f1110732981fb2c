//! What is said without being asked for, and what wakes the program: news is not covered by progress, and nothing
//! is tried again that only the buyer can release.

use pifa::app::msg::{Held, Sent, Status};
use pifa::app::{Effect, Fact, Model};
use pifa::i18n::Lang;

use crate::screens::shown;
use crate::ui_fixtures::*;

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn a_group_that_crossed_is_told_until_somebody_presses_a_key() {
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "4");
    tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(-4))))));
    let mut newer = groups();
    newer[0].participants = 18;
    tell(&mut model, Fact::GroupsRead(Ok(Some((newer.clone(), at(0))))));
    let news = said(&model).to_owned();
    assert!(news.contains("step 18 reached"), "{news}");
    tell(&mut model, Fact::SyncProgressed { done: 500, total: Some(20_000), pace: None });
    tell(&mut model, Fact::SyncEnded(Ok(20_000)));
    tell(&mut model, Fact::GroupsRead(Ok(Some((newer, at(1))))));
    assert_eq!(said(&model), news);
    press(&mut model, "down");
    assert_eq!(said(&model), "");
    // And then a sync is told as ever.
    tell(&mut model, Fact::SyncEnded(Ok(20_000)));
    assert!(said(&model).contains("20,000"), "{}", said(&model));
}

#[test]
fn a_group_that_crossed_stays_in_view() {
    let mut many: Vec<_> = (0..60)
        .map(|n| {
            let mut group = groups()[0].clone();
            group.id = pifa::domain::id::GroupId::new(&format!("g{n:02}"));
            group.participants = 10;
            group
        })
        .collect();
    many[0].participants = 17;
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "4");
    tell(&mut model, Fact::GroupsRead(Ok(Some((many.clone(), at(-4))))));
    press(&mut model, "down down");
    let chosen = pifa::app::deals::focus(&model).unwrap().id.clone();
    // Of its next step it has less than all others have of theirs: by that alone it would stand last.
    many[0].participants = 18;
    tell(&mut model, Fact::GroupsRead(Ok(Some((many.clone(), at(0))))));
    assert!(shown(&mut model).contains("[new step]"), "{}", shown(&mut model));
    assert_eq!(pifa::app::deals::focus(&model).unwrap().id, chosen, "the selection stays on its group");
    // Left and come back: it is one among the others.
    press(&mut model, "1");
    press(&mut model, "4");
    tell(&mut model, Fact::GroupsRead(Ok(Some((many, at(30))))));
    assert_eq!(model.deals.groups.as_ref().unwrap().last().unwrap().id.as_str(), "g00");
}

#[test]
fn nothing_is_tried_again_that_waits_for_the_buyer() {
    let lost =
        |unsent, held| Status { online: Some(false), offline_since: Some(at(0)), unsent, held, ..status() };
    let wakes = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::WakeAt(_)));
    let mut model = ready(Lang::En, 120, 36);
    let effects = tell(&mut model, Fact::StatusRead(Ok(lost(2, 2))));
    assert!(!wakes(&effects), "{effects:?}");
    assert!(shown(&mut model).contains("2 unsent"), "they are still to be seen");
    // Back online: nothing to send either.
    let back = Status { unsent: 2, held: 2, ..status() };
    assert!(!tell(&mut model, Fact::StatusRead(Ok(back))).contains(&Effect::Settle));
    // One of three that may go by itself.
    assert!(wakes(&tell(&mut model, Fact::StatusRead(Ok(lost(3, 2))))));
    let back = Status { unsent: 3, held: 2, ..status() };
    assert!(tell(&mut model, Fact::StatusRead(Ok(back))).contains(&Effect::Settle));
}

#[test]
fn an_order_that_went_nowhere_is_not_called_placed() {
    for lang in Lang::ALL {
        let mut model = ready(lang, 80, 24);
        with_cart(&mut model, legal_cart());
        let words = model.text();
        let lost = Sent { orders: vec![], held: Some(Held::WentOffline) };
        tell(&mut model, Fact::Submitted(Ok(lost)));
        assert!(said(&model).starts_with(words.nothing_sent), "{}", said(&model));
        assert!(said(&model).contains(words.held_offline));
        tell(&mut model, Fact::Submitted(Ok(Sent::default())));
        assert_eq!(said(&model), words.nothing_sent);
    }
}

/// Whatever the figures: in every row of the groups two columns are apart, and no figure and no share is cut.
#[test]
fn rows_of_groups_are_apart_and_whole() {
    let shares = [0_u32, 7, 1_200, 99_999];
    let prices = [("72.00", "69.90"), ("1082.00", "897.73"), ("12345.67", "11897.73")];
    for lang in Lang::ALL {
        for width in [60, 72, 80, 90, 100, 120, 160] {
            for (now, next) in prices {
                for crossed in [false, true] {
                    let mut model = ready(lang, width, 24);
                    let mut all = groups();
                    for (group, mine) in all.iter_mut().zip(shares.iter().rev()) {
                        group.participants = 631;
                        group.steps[0].unit_price = yuan(now);
                        group.steps[1].unit_price = yuan(now);
                        group.steps[2].unit_price = yuan(next);
                        group.my_quantity = q(*mine);
                    }
                    press(&mut model, "4");
                    tell(&mut model, Fact::GroupsRead(Ok(Some((all.clone(), at(-4))))));
                    if crossed {
                        all[0].participants = 1_688;
                        tell(&mut model, Fact::GroupsRead(Ok(Some((all.clone(), at(0))))));
                    }
                    let drawn = shown(&mut model);
                    let money = |price: &str| pifa::ui::text::money(yuan(price));
                    for group in &all {
                        let mine =
                            pifa::i18n::messages::mine(lang, &pifa::ui::text::quantity(group.my_quantity));
                        let share = format!(" ({mine})");
                        let row = drawn.lines().find(|row| row.contains(&share));
                        let row = row.unwrap_or_else(|| panic!("{lang:?} {width} {share}\n{drawn}"));
                        let joined = pifa::ui::text::count(group.participants);
                        let joined = pifa::i18n::follow::of(lang, &joined, "1,688");
                        assert!(row.contains(&format!("  {joined}  ")), "{lang:?} {width} {row:?}");
                        let price = if group.participants == 1_688 { next } else { now };
                        assert!(row.contains(&money(price)), "{lang:?} {width} {row:?}");
                        if group.participants == 1_688 {
                            continue;
                        }
                        let aim = pifa::i18n::messages::at_step(lang, &money(next), "1,688");
                        let begun = &aim[..aim.char_indices().nth(4).unwrap().0];
                        // The next step stands there whole, with a gap before and behind it, or not at all.
                        let whole = row.contains(&format!("  {aim}  "));
                        assert!(whole || !row.contains(&format!("  {begun}")), "{lang:?} {width} {row:?}");
                    }
                }
            }
        }
    }
}
