//! Names of the provinces, for saying where goods go: freight depends on that, and an address knows its district as
//! a code (GB/T 2260) whose first two digits are the province.

use crate::i18n::Lang;

/// Code, and the name in simplified Chinese, traditional Chinese and English.
const PROVINCES: [(&str, [&str; 3]); 34] = [
    ("11", ["北京", "北京", "Beijing"]),
    ("12", ["天津", "天津", "Tianjin"]),
    ("13", ["河北", "河北", "Hebei"]),
    ("14", ["山西", "山西", "Shanxi"]),
    ("15", ["内蒙古", "內蒙古", "Inner Mongolia"]),
    ("21", ["辽宁", "遼寧", "Liaoning"]),
    ("22", ["吉林", "吉林", "Jilin"]),
    ("23", ["黑龙江", "黑龍江", "Heilongjiang"]),
    ("31", ["上海", "上海", "Shanghai"]),
    ("32", ["江苏", "江蘇", "Jiangsu"]),
    ("33", ["浙江", "浙江", "Zhejiang"]),
    ("34", ["安徽", "安徽", "Anhui"]),
    ("35", ["福建", "福建", "Fujian"]),
    ("36", ["江西", "江西", "Jiangxi"]),
    ("37", ["山东", "山東", "Shandong"]),
    ("41", ["河南", "河南", "Henan"]),
    ("42", ["湖北", "湖北", "Hubei"]),
    ("43", ["湖南", "湖南", "Hunan"]),
    ("44", ["广东", "廣東", "Guangdong"]),
    ("45", ["广西", "廣西", "Guangxi"]),
    ("46", ["海南", "海南", "Hainan"]),
    ("50", ["重庆", "重慶", "Chongqing"]),
    ("51", ["四川", "四川", "Sichuan"]),
    ("52", ["贵州", "貴州", "Guizhou"]),
    ("53", ["云南", "雲南", "Yunnan"]),
    ("54", ["西藏", "西藏", "Tibet"]),
    ("61", ["陕西", "陝西", "Shaanxi"]),
    ("62", ["甘肃", "甘肅", "Gansu"]),
    ("63", ["青海", "青海", "Qinghai"]),
    ("64", ["宁夏", "寧夏", "Ningxia"]),
    ("65", ["新疆", "新疆", "Xinjiang"]),
    ("71", ["台湾", "台灣", "Taiwan"]),
    ("81", ["香港", "香港", "Hong Kong"]),
    ("82", ["澳门", "澳門", "Macao"]),
];

/// The province of a district; `None` for a code that begins with none.
pub fn province(lang: Lang, district: &str) -> Option<&'static str> {
    let code = district.get(..2)?;
    let (_, [simplified, traditional, english]) = PROVINCES.iter().find(|(province, _)| *province == code)?;
    Some(match lang {
        Lang::ZhCn => simplified,
        Lang::ZhTw => traditional,
        Lang::En => english,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn districts_name_their_province_in_three_languages() {
        assert_eq!(
            Lang::ALL.map(|lang| province(lang, "440111")),
            [Some("广东"), Some("廣東"), Some("Guangdong")]
        );
        assert_eq!(
            [province(Lang::En, "650102"), province(Lang::En, "990000"), province(Lang::En, "4")],
            [Some("Xinjiang"), None, None]
        );
        assert_eq!(province(Lang::En, "杭州"), None);
    }
}
