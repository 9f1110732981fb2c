//! The 严选 test by laying the ratings out in a row: whole tenths, places counted from both ends.

/// `too few`, or whether it passes and where it stands.
pub fn verdict(ratings: &[i64], own: i64) -> String {
    verdict_with(ratings, own, 5, 5, 10)
}

/// A fifth more marked than may be: a tie across the edge lets all of it in.
pub fn broken_ties_in(ratings: &[i64], own: i64) -> String {
    let mut best: Vec<i64> = ratings.to_vec();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let is_head = ratings.len() >= 5 && best.iter().take(ratings.len() / 5).any(|rating| *rating == own);
    let said = verdict(ratings, own);
    if is_head { said.replace("middle", "head") } else { said }
}

/// Four are enough.
pub fn broken_four(ratings: &[i64], own: i64) -> String {
    verdict_with(ratings, own, 4, 5, 10)
}

/// The mean rounded to tenths before it is taken 80 % of.
pub fn broken_rounded(ratings: &[i64], own: i64) -> String {
    if ratings.len() < 5 {
        return "too few".to_owned();
    }
    let mean = ratings.iter().sum::<i64>() / ratings.len() as i64;
    let said = verdict(ratings, own);
    let place = said.split(' ').next_back().unwrap();
    format!("{} {place}", if own * 10 >= mean * 8 { "pass" } else { "fail" })
}

fn verdict_with(ratings: &[i64], own: i64, least: usize, fifth: usize, tenth: usize) -> String {
    if ratings.len() < least {
        return "too few".to_owned();
    }
    let mut best: Vec<i64> = ratings.to_vec();
    best.sort_unstable_by(|a, b| b.cmp(a));
    // Every place of this rating lies among the first fifth, or the last tenth.
    let places: Vec<usize> = (0..best.len()).filter(|at| best[*at] == own).collect();
    let head = places.iter().all(|at| *at < best.len() / fifth);
    let tail = places.iter().all(|at| *at >= best.len() - best.len() / tenth);
    let place = if head {
        "head"
    } else if tail {
        "tail"
    } else {
        "middle"
    };
    // own >= 80 % of sum / n, in whole numbers.
    let passes = own * 10 * ratings.len() as i64 >= 8 * ratings.iter().sum::<i64>();
    format!("{} {place}", if passes { "pass" } else { "fail" })
}
