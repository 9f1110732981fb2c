//! The world keeps its proportions.
use super::*;

#[test]
fn the_same_seed_gives_the_same_goods_and_another_seed_others() {
    let (a, b, c) = (World::new(1, 500, None), World::new(1, 500, None), World::new(2, 500, None));
    for number in 0..500 {
        assert_eq!(a.offer(number), b.offer(number));
    }
    assert!((0..500).filter(|n| a.subject(*n) == c.subject(*n)).count() < 50);
}
