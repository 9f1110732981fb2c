//! Pinyin against a list made by hand and against a naive reading of letters.

use proptest::prelude::*;

use super::*;

/// Words, and what they must find.
const FOUND: [(&str, &str); 66] = [
    ("bxgckb", "不锈钢冲孔板"),
    ("buxiugangchongkongban", "不锈钢冲孔板"),
    ("bxgchongkongban", "不锈钢冲孔板"),
    ("bxgchongkb", "不锈钢冲孔板"),
    ("不xg冲kb", "不锈钢冲孔板"),
    ("baowenbei", "保温杯"),
    ("bwb", "保温杯"),
    ("baowb", "保温杯"),
    ("bao温b", "保温杯"),
    ("b温bei", "保温杯"),
    ("baowenb", "保温杯"),
    ("chongqing", "重庆"),
    ("zhongqing", "重庆"),
    ("cq", "重庆"),
    ("zq", "重庆"),
    ("chq", "重庆"),
    ("zhq", "重庆"),
    ("changsha", "长沙"),
    ("zhangsha", "长沙"),
    ("cs", "长沙"),
    ("jiazhang", "家长"),
    ("jiachang", "家长"),
    ("yinhang", "银行"),
    ("yinxing", "银行"),
    ("yh", "银行"),
    ("yx", "银行"),
    ("xinglixiang", "行李箱"),
    ("hlx", "行李箱"),
    ("xlx", "行李箱"),
    ("yinyue", "音乐"),
    ("yinle", "音乐"),
    ("lvse", "绿色"),
    ("luse", "绿色"),
    ("lüse", "绿色"),
    ("ls", "绿色"),
    ("nvzhuang", "女装"),
    ("nuzhuang", "女装"),
    ("nzh", "女装"),
    ("nz", "女装"),
    ("lvehe", "略和"),
    ("xian", "西安"),
    ("xi'an", "西安"),
    ("xian", "线"),
    ("fangan", "方案"),
    ("fangan", "反感"),
    ("zhongguo", "中国"),
    ("zg", "中国"),
    ("zhg", "中国"),
    ("shafatao", "沙发套"),
    ("sft", "沙发套"),
    ("shft", "沙发套"),
    ("yusan", "雨伞"),
    ("maojin", "毛巾"),
    ("304bxg", "304不锈钢"),
    ("304buxiugang", "304不锈钢"),
    ("bwb500ml", "保温杯500ml"),
    ("leddeng", "led灯"),
    ("ledd", "led灯"),
    ("usbx", "usb线"),
    ("usbfengshan", "usb风扇"),
    ("uvjs", "uv胶水"),
    ("erhuan", "耳环"),
    ("eh", "耳环"),
    ("anquanmao", "安全帽"),
    ("aqm", "安全帽"),
    ("oushi", "欧式"),
];

/// Words, and what they must not find.
const MISSED: [(&str, &str); 10] = [
    ("bwb", "保温水杯"),
    ("baowen", "保湿杯"),
    ("zhq", "自强"),
    ("shft", "四方台"),
    ("b", "杯"),
    ("xi'an", "线"),
    ("304bxg", "316不锈钢"),
    ("lv", "力"),
    ("bao温b", "保湿杯"),
    ("uvjs", "胶水"),
];

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn finds(word: &str, text: &str) -> bool {
    parses(word).iter().any(|parse| matches(parse, &chars(text)).is_some())
}

#[test]
fn the_words_of_the_list_find_what_they_stand_for() {
    for (word, text) in FOUND {
        assert!(finds(word, text), "{word} {text}");
        assert!(finds(word, &format!("新款 {text}批发")), "{word} inside {text}");
    }
    for (word, text) in MISSED {
        assert!(!finds(word, text), "{word} {text}");
    }
}

#[test]
fn what_is_no_pinyin_has_no_reading() {
    for word in ["", "b", "304", "杯", "保温杯", "50-60", &"ba".repeat(LONGEST)] {
        assert!(parses(word).is_empty(), "{word}");
    }
    let all = parses(&"xian".repeat(10));
    assert_eq!(all.len(), MOST_PARSES);
    let fewest = all.iter().map(Vec::len).min();
    assert_eq!(all.first().map(Vec::len), fewest, "the longest syllables come first");
}

#[test]
fn a_match_says_where_it_stands() {
    let text = chars("304不锈钢保温杯");
    let at = parses("bwb").iter().find_map(|parse| matches(parse, &text));
    assert_eq!(at, Some(6..9));
    assert_eq!(matches(&[], &text), None);
    assert_eq!(matches(&parses("bwb")[0], &[]), None);
}

#[test]
fn the_table_is_small_and_its_numbers_have_letters() {
    let table = table();
    let bytes = table.starts.len() * 4 + table.readings.len() * 2 + table.initials.len() * 4;
    assert!(bytes < 500_000, "{bytes}");
    assert!((400..600).contains(&syllable_count()), "{}", syllable_count());
    for number in 0..syllable_count() {
        assert!(
            syllable(number).bytes().all(|byte| byte.is_ascii_lowercase()) && !syllable(number).is_empty()
        );
    }
    assert_eq!((initial(0), initial(25), initial(26), initial(28), initial(29)), ("a", "z", "zh", "sh", ""));
    assert_eq!(syllable(u16::MAX), "");
    let read = |c: char| readings(c).iter().map(|number| syllable(*number)).collect::<Vec<_>>();
    assert!(read('重').contains(&"chong") && read('重').contains(&"zhong"));
    assert!(read('绿').contains(&"lv") && read('绿').contains(&"lu"));
    assert!(read('a').is_empty() && read('，').is_empty());
}

/// The naive reading: letter by letter off the crate's own words, every way tried.
fn naive(word: &[char], text: &[char]) -> bool {
    let Some((first, rest)) = text.split_first() else { return word.iter().all(|c| *c == '\'') };
    if let Some(('\'', behind)) = word.split_first().map(|(c, behind)| (*c, behind)) {
        return naive(behind, text);
    }
    if word.first() == Some(first) && naive(&word[1..], rest) {
        return true;
    }
    let read: Vec<String> = first
        .to_pinyin_multi()
        .into_iter()
        .flatten()
        .flat_map(|reading| {
            let plain = reading.plain().replace('ê', "e");
            [plain.replace('ü', "v"), plain.replace('ü', "u")]
        })
        .collect();
    read.iter().any(|syllable| {
        let mut heads = vec![syllable.as_str(), &syllable[..1]];
        heads.extend(["zh", "ch", "sh"].into_iter().filter(|double| syllable.starts_with(double)));
        heads.into_iter().any(|head| {
            let head = chars(head);
            word.starts_with(&head) && naive(&word[head.len()..], rest)
        })
    })
}

fn naive_finds(word: &str, text: &str) -> bool {
    let (word, text) = (chars(word), chars(text));
    if word.len() < 2 || !word.iter().any(char::is_ascii_lowercase) {
        return false;
    }
    (0..text.len()).any(|from| (from + 1..=text.len()).any(|to| naive(&word, &text[from..to])))
}

proptest! {
    #[test]
    fn short_words_find_what_a_naive_reading_finds(
        word in "[a-hl-psw-z温3]{0,3}(an|eng|iao|uang|')?[abghnz]{0,2}",
        text in "[保温杯重庆长行绿女西安案方反感a3b线装]{1,5}",
    ) {
        // Fewer ways than are kept: nothing may be lost.
        prop_assume!(parses(&word).len() < MOST_PARSES);
        prop_assert_eq!(finds(&word, &text), naive_finds(&word, &text), "{} {}", word, text);
    }

    #[test]
    fn a_title_is_found_by_however_it_is_spelled(
        text in "[保温杯重庆长行绿女西安全方反感线装不锈钢冲孔板色音乐银箱李沙发套]{2,8}",
        spelled in prop::collection::vec((0_usize..4, 0_usize..8), 8),
    ) {
        let mut word = String::new();
        for (c, (how, which)) in text.chars().zip(spelled) {
            let all = readings(c);
            let reading = syllable(all[which % all.len()]);
            match how {
                0 => word.push(c),
                1 => word.push_str(reading),
                _ => word.push_str(&reading[..1]),
            }
        }
        if word.chars().any(|c| c.is_ascii_lowercase()) && word.chars().count() <= LONGEST {
            prop_assert!(naive_finds(&word, &text));
            if parses(&word).len() < MOST_PARSES {
                prop_assert!(finds(&word, &text), "{} {}", word, text);
            }
        }
    }

    #[test]
    fn titles_are_found_by_initials_and_in_full(text in "[一-龥]{2,14}", which in 0_usize..8) {
        let spell = |how: fn(&'static str) -> &'static str| -> String {
            let read = text.chars().map(|c| {
                let all = readings(c);
                all.get(which % all.len().max(1)).map_or("", |number| how(syllable(*number)))
            });
            read.collect()
        };
        prop_assume!(text.chars().all(|c| !readings(c).is_empty()));
        let (initials, full) = (spell(|syllable| &syllable[..1]), spell(|syllable| syllable));
        prop_assert!(finds(&initials, &text), "{} {}", initials, text);
        if parses(&full).len() < MOST_PARSES {
            prop_assert!(finds(&full, &text), "{} {}", full, text);
        }
    }

    #[test]
    fn any_word_reads(word in "\\PC{0,80}", text in "\\PC{0,40}") {
        let all = parses(&word);
        prop_assert!(all.len() <= MOST_PARSES);
        for parse in &all {
            if let Some(at) = matches(parse, &chars(&text)) {
                prop_assert!(at.end <= text.chars().count() && at.len() == parse.len());
            }
        }
    }
}
