//! Receiving addresses: the account's three, and what an `addressParam` means (GATEWAY.md 2.6: an id, or a
//! district code, or texts, in that priority).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::params::{int, text};
use super::world::types::Zone;

/// Where goods go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Address {
    /// Of the address book; `None` when it was given with the request.
    pub id: Option<i64>,
    pub full_name: String,
    /// Street and number.
    pub street: String,
    pub post: String,
    pub mobile: String,
    /// GB/T 2260, six digits; of the province alone when only texts were given.
    pub district: String,
    pub province: String,
    pub city: String,
    pub area: String,
    pub town: String,
    pub town_code: String,
}

impl Address {
    /// Province, city and area, blank-separated.
    pub fn region(&self) -> String {
        [&self.province, &self.city, &self.area]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub fn zone(&self) -> Zone {
        Zone::of_district(&self.district)
    }
}

/// The account's address book; the first is the default.
pub(super) fn book() -> [Address; 3] {
    let entry =
        |id, street: &str, post: &str, district: &str, region: [&str; 3], town: &str, town_code: &str| {
            Address {
                id: Some(id),
                full_name: "测试买家".to_owned(),
                street: street.to_owned(),
                post: post.to_owned(),
                mobile: "13000000000".to_owned(),
                district: district.to_owned(),
                province: region.first().copied().unwrap_or_default().to_owned(),
                city: region.get(1).copied().unwrap_or_default().to_owned(),
                area: region.get(2).copied().unwrap_or_default().to_owned(),
                town: town.to_owned(),
                town_code: town_code.to_owned(),
            }
        };
    [
        entry(
            560_954_849,
            "白云大道北88号3号仓",
            "510440",
            "440111",
            ["广东省", "广州市", "白云区"],
            "均禾街道",
            "440111018",
        ),
        entry(
            561_960_001,
            "文一西路999号",
            "311121",
            "330110",
            ["浙江省", "杭州市", "余杭区"],
            "五常街道",
            "330110005",
        ),
        entry(
            584_414_269,
            "解放北路222号",
            "830002",
            "650102",
            ["新疆维吾尔自治区", "乌鲁木齐市", "天山区"],
            "解放北路街道",
            "650102003",
        ),
    ]
}

/// What an `addressParam` means; the error is the gateway's text.
pub(super) fn resolve(param: &Value) -> Result<Address, String> {
    if let Some(id) = int(param, "addressId").filter(|id| *id != 0) {
        return by_id(id).ok_or_else(|| "400 AddressId invalid".to_owned());
    }
    let given = |key: &str| text(param, key).unwrap_or_default();
    let district = text(param, "districtCode").unwrap_or_else(|| {
        province_prefix(&given("provinceText")).map(|prefix| format!("{prefix}0000")).unwrap_or_default()
    });
    if district.len() != 6 || !district.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("400 address invalid: no addressId, districtCode or known provinceText".to_owned());
    }
    let address = Address {
        id: None,
        full_name: given("fullName"),
        street: given("address"),
        post: given("postCode"),
        mobile: text(param, "mobile").unwrap_or_else(|| given("phone")),
        district,
        province: given("provinceText"),
        city: given("cityText"),
        area: given("areaText"),
        town: given("townText"),
        town_code: String::new(),
    };
    if address.full_name.is_empty() || address.street.is_empty() || address.mobile.is_empty() {
        return Err("400 address invalid: fullName, address and mobile are required".to_owned());
    }
    if address.street.chars().count() > 200 {
        return Err("400 address too long: at most 200 characters".to_owned());
    }
    Ok(address)
}

/// The address of the book with this id.
pub(super) fn by_id(id: i64) -> Option<Address> {
    book().into_iter().find(|address| address.id == Some(id))
}

fn province_prefix(name: &str) -> Option<&'static str> {
    const PROVINCES: [(&str, &str); 34] = [
        ("北京", "11"),
        ("天津", "12"),
        ("河北", "13"),
        ("山西", "14"),
        ("内蒙古", "15"),
        ("辽宁", "21"),
        ("吉林", "22"),
        ("黑龙江", "23"),
        ("上海", "31"),
        ("江苏", "32"),
        ("浙江", "33"),
        ("安徽", "34"),
        ("福建", "35"),
        ("江西", "36"),
        ("山东", "37"),
        ("河南", "41"),
        ("湖北", "42"),
        ("湖南", "43"),
        ("广东", "44"),
        ("广西", "45"),
        ("海南", "46"),
        ("重庆", "50"),
        ("四川", "51"),
        ("贵州", "52"),
        ("云南", "53"),
        ("西藏", "54"),
        ("陕西", "61"),
        ("甘肃", "62"),
        ("青海", "63"),
        ("宁夏", "64"),
        ("新疆", "65"),
        ("台湾", "71"),
        ("香港", "81"),
        ("澳门", "82"),
    ];
    PROVINCES.iter().find(|(province, _)| name.starts_with(province)).map(|(_, prefix)| *prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_comes_first_then_a_code_then_texts() {
        let xinjiang = resolve(&json!({"addressId": 584_414_269_i64, "districtCode": "440111"})).unwrap();
        assert_eq!(xinjiang.zone(), Zone::Remote);
        let coded = json!({"districtCode": "330110", "address": "x", "fullName": "y", "mobile": "1"});
        assert_eq!(resolve(&coded).unwrap().zone(), Zone::Near);
        let texts = json!({"provinceText": "西藏自治区", "cityText": "拉萨市", "areaText": "城关区",
                           "address": "x", "fullName": "y", "phone": "1"});
        assert_eq!(resolve(&texts).unwrap().zone(), Zone::Remote);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [
            json!({}),
            json!({"addressId": 1}),
            json!({"districtCode": "abc", "address": "x"}),
            json!({"provinceText": "Atlantis", "address": "x", "fullName": "y", "mobile": "1"}),
            json!({"districtCode": "330110", "address": "x".repeat(201), "fullName": "y", "mobile": "1"}),
        ] {
            assert!(resolve(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_book_spans_the_country() {
        let zones: Vec<Zone> = book().iter().map(Address::zone).collect();
        assert_eq!(zones, [Zone::Near, Zone::Near, Zone::Remote]);
    }
}
