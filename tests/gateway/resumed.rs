//! A sync that is cut into pieces: pages, passes and plain gateways.

use std::sync::Mutex;

use pifa::domain::id::OfferKey;
use pifa::domain::mark::{MarkEdit, Subject};
use pifa::domain::offer::{Completeness, Offer};
use pifa::domain::text::Clean;
use pifa::procure::{Catalog, SyncOptions};

use crate::following::Seat;

fn limited(limit: usize, full: bool) -> SyncOptions {
    SyncOptions { limit: Some(limit), full, ..SyncOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pass_in_pieces_marks_what_is_gone_only_at_its_end() {
    let seat = Seat::new(|options| options.offers = 700).await;
    seat.syncs().await;
    let held = seat.desk.stats().unwrap().offers;
    assert_eq!(held, 700);
    // Goods the market has taken down without a word.
    let catalog = Catalog::open(&seat.catalog_path()).unwrap();
    // Read before the pass that will not list it.
    let before = seat.desk.now() - jiff::SignedDuration::from_secs(1);
    let lost = Offer::blank(OfferKey::Market(77), Clean::new("没了的杯"), before);
    catalog.upsert(std::slice::from_ref(&lost), &[]).unwrap();
    let first = seat.desk.sync(&limited(300, true), |_| {}).await.unwrap();
    assert_eq!((first.fetched, first.complete, first.gone), (300, false, 0));
    let second = seat.desk.sync(&limited(300, true), |_| {}).await.unwrap();
    assert_eq!(
        (second.fetched, second.complete, second.gone),
        (300, false, 0),
        "gone on with, not begun again"
    );
    assert!(!seat.desk.offer(&lost.key).unwrap().unwrap().gone);
    let rest = seat.desk.sync(&SyncOptions::default(), |_| {}).await.unwrap();
    assert!(rest.complete && rest.fetched >= 100, "{rest:?}");
    assert_eq!(rest.gone, 1);
    assert!(seat.desk.offer(&lost.key).unwrap().unwrap().gone, "kept as gone");
    assert_eq!((seat.desk.stats().unwrap().offers, rest.held), (700, 700));
    assert_eq!(rest.market_total, Some(700));
    // A pass is over: the next full one begins again.
    let again = seat.desk.sync(&SyncOptions { full: true, ..SyncOptions::default() }, |_| {}).await.unwrap();
    assert!(again.fetched >= 700 && again.complete && again.gone == 0, "{again:?}");
    let tree = seat.desk.categories().unwrap();
    let leaves: std::collections::HashSet<i64> =
        tree.iter().filter(|category| category.leaf).map(|category| category.id).collect();
    let named = |offer: &Offer| offer.category_id.is_none_or(|id| leaves.contains(&id));
    let mut offers = 0;
    catalog
        .each_offer(&mut |offer| {
            offers += 1;
            if named(offer) { Ok(()) } else { Err(offer.key.clone()) }
        })
        .unwrap()
        .unwrap();
    assert!(offers == 701 && tree.iter().all(|category| !category.name.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_tells_rate_and_time_left() {
    let seat = Seat::new(|options| options.offers = 4_000).await;
    let told: Mutex<Vec<_>> = Mutex::default();
    seat.desk.sync(&SyncOptions::default(), |at| told.lock().unwrap().push(at)).await.unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.iter().all(|at| at.estimate.is_none()), "nothing is counted here");
    let last = told.last().unwrap();
    assert_eq!((last.done, last.total), (4_000, Some(4_000)));
    assert!(last.left.is_none_or(|left| left.is_zero()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_gateway_is_asked_politely_for_what_the_buyer_looks_at_first() {
    let seat = Seat::new(|options| options.plain = true).await;
    let told: Mutex<Vec<_>> = Mutex::default();
    let report = seat.desk.sync(&limited(12, false), |at| told.lock().unwrap().push(at)).await.unwrap();
    let wish = told.lock().unwrap().first().and_then(|at| at.estimate).expect("its price is said first");
    assert_eq!(report.estimate, Some(wish));
    assert!(wish.calls > 12 && wish.seconds > 0 && wish.calls_a_day == 100_000, "{wish:?}");
    assert!(report.market_total.is_none_or(|total| total >= report.held), "{report:?}");
    assert!(report.held > 0 && !report.complete);
    // More rows, no details of them: two details only, and one goes to what is kept in sight.
    let catalog = Catalog::open(&seat.catalog_path()).unwrap();
    let known: Vec<i64> = {
        let mut known = Vec::new();
        let all: Result<(), ()> = catalog
            .each_offer(&mut |offer| {
                known.extend(offer.key.market_id());
                Ok(())
            })
            .unwrap();
        all.unwrap();
        known
    };
    let (old, young) = (known[0], known[1]);
    catalog.clear().unwrap();
    let row = |id: i64, second: i64| {
        let at = jiff::Timestamp::from_second(1_700_000_000 + second).unwrap();
        Offer::blank(OfferKey::Market(id), Clean::new("杯"), at)
    };
    catalog.upsert(&[row(old, 1), row(young, 2)], &[]).unwrap();
    catalog.set_meta("walk", r#"{"places":[],"page":1,"started":true}"#).unwrap();
    seat.desk.mark(&Subject::Offer(OfferKey::Market(young)), MarkEdit::Favourite(true)).unwrap();
    seat.desk.sync(&limited(1, false), |_| {}).await.unwrap();
    let completeness = |id| catalog.offer(&OfferKey::Market(id)).unwrap().unwrap().completeness;
    assert_eq!((completeness(young), completeness(old)), (Completeness::Full, Completeness::Row));
}
