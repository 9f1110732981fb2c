//! `application/x-www-form-urlencoded` in UTF-8, both ways (GATEWAY.md 1.1).

/// The content type that goes with [`encode`].
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// Encodes parameters in the order given.
pub fn encode<'a, I>(params: I) -> String
where
    I: IntoIterator<Item = (&'a str, &'a str)>,
{
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

/// Decodes a body or a query string; bytes that are not UTF-8 become U+FFFD, so nothing is refused here.
pub fn decode(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_chinese_values_survive_the_round_trip() {
        let params =
            [("cargoParamList", r#"[{"offerId":1,"specId":"a b+c&d=e%"}]"#), ("message", "尽快发货 谢谢")];
        let decoded = decode(encode(params).as_bytes());
        let back: Vec<(&str, &str)> = decoded.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(back, params);
    }
}
