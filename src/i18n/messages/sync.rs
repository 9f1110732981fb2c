//! How a sync goes: how far, how fast, how long still, and what a wish costs where calls are counted.

use super::grouped;
use crate::i18n::Lang;

/// `12,400 of 100,000 · 9,100/s · 10 s`; what is not known is left out.
pub fn syncing(lang: Lang, done: u64, total: Option<u64>, rate: Option<u64>, left_s: Option<u64>) -> String {
    let mut line = match total {
        Some(total) => {
            let (done, total) = (grouped(done), grouped(total));
            say!(lang; "{done}/{total}", "{done}/{total}", "{done} of {total}")
        }
        None => grouped(done),
    };
    if let Some(rate) = rate {
        let rate = grouped(rate);
        line.push_str(&say!(lang; " · 每秒 {rate}", " · 每秒 {rate}", " · {rate}/s"));
    }
    if let Some(seconds) = left_s {
        line.push_str(" · ");
        line.push_str(&lasting(lang, seconds));
    }
    line
}

/// How long something takes, in the two greatest units that say something: `10 s`, `46 min`, `2 h 5 min`, `10 d`.
pub fn lasting(lang: Lang, seconds: u64) -> String {
    let minutes = (seconds + 30) / 60;
    let (hours, days) = (minutes / 60, minutes / 1_440);
    match (seconds, hours, days) {
        (0..90, ..) => say!(lang; "{seconds} 秒", "{seconds} 秒", "{seconds} s"),
        (_, 0, _) => say!(lang; "{minutes} 分钟", "{minutes} 分鐘", "{minutes} min"),
        (_, _, 0..3) => {
            let rest = minutes % 60;
            match rest {
                0 => say!(lang; "{hours} 小时", "{hours} 小時", "{hours} h"),
                rest => {
                    say!(lang; "{hours} 小时 {rest} 分", "{hours} 小時 {rest} 分", "{hours} h {rest} min")
                }
            }
        }
        _ => say!(lang; "{days} 天", "{days} 天", "{days} d"),
    }
}

/// What a wish costs on a market that counts calls, said before it begins.
pub fn costs(lang: Lang, calls: u64, seconds: u64, calls_a_day: u64) -> String {
    let (calls, a_day, time) = (grouped(calls), grouped(calls_a_day), lasting(lang, seconds));
    let million = lasting(lang, 1_000_000_u64.saturating_mul(86_400) / calls_a_day.max(1));
    say!(lang;
        "约需 {calls} 次调用，按每天 {a_day} 次约 {time}；读满一百万条要 {million}，那么多请用导入文件或支持批量导出的市场",
        "約需 {calls} 次呼叫，按每天 {a_day} 次約 {time}；讀滿一百萬筆要 {million}，那麼多請用匯入檔案或支援批量匯出的市場",
        "about {calls} calls, {time} at {a_day} a day; a million offers would take {million}: import files, or use a market with bulk export"
    )
}

/// What the catalog holds of what the market has.
pub fn held(lang: Lang, held: u64, total: Option<u64>) -> String {
    let share = total.filter(|total| *total > 0).map(|total| (held.saturating_mul(1_000) / total).min(1_000));
    let (held, total) = (grouped(held), total.map(grouped));
    match (total, share) {
        (Some(total), Some(share)) => {
            let share = format!("{}.{}", share / 10, share % 10);
            say!(lang;
                "本地共 {held} 条，市场共 {total} 条（{share}%）；再次 `pifa sync` 接着读",
                "本機共 {held} 筆，市場共 {total} 筆（{share}%）；再次 `pifa sync` 接著讀",
                "holding {held} of {total} offers ({share} %); `pifa sync` again goes on"
            )
        }
        _ => say!(lang;
            "本地共 {held} 条，市场未说总数；再次 `pifa sync` 接着读",
            "本機共 {held} 筆，市場未說總數；再次 `pifa sync` 接著讀",
            "holding {held} of an unknown number of offers; `pifa sync` again goes on"
        ),
    }
}

/// An older catalog is being brought up to date.
pub fn migrating(lang: Lang, done: u64, total: u64) -> String {
    let (done, total) = (grouped(done), grouped(total));
    say!(lang;
        "正在升级本地货品库 {done}/{total}",
        "正在升級本機貨品庫 {done}/{total}",
        "bringing the catalog up to date: {done} of {total}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_known() {
        let line = |rate, left| syncing(Lang::En, 12_400, Some(100_000), rate, left);
        assert_eq!(line(Some(9_100), Some(10)), "12,400 of 100,000 · 9,100/s · 10 s");
        assert_eq!(line(None, None), "12,400 of 100,000");
        assert_eq!(syncing(Lang::ZhCn, 50, None, Some(4), None), "50 · 每秒 4");
    }

    #[test]
    fn times_are_told_as_people_tell_them() {
        let told = [10, 89, 2_765, 7_500, 7_200, 864_000].map(|seconds| lasting(Lang::En, seconds));
        assert_eq!(told, ["10 s", "89 s", "46 min", "2 h 5 min", "2 h", "10 d"]);
    }

    #[test]
    fn a_wish_is_told_with_its_price() {
        let told = costs(Lang::En, 3_200, 2_765, 100_000);
        assert!(
            told.starts_with("about 3,200 calls, 46 min at 100,000 a day; a million offers would take 10 d")
        );
        assert!(held(Lang::En, 500, Some(2_000)).contains("500 of 2,000 offers (25.0 %)"));
    }
}
