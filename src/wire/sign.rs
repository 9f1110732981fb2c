//! The request signature of the 1688 Open Platform (GATEWAY.md 1.2).
//!
//! HMAC-SHA1 over the signing path followed by every `key + value` of the form, the joined strings
//! sorted bytewise; written as upper-case hex.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The form field that carries the signature; never part of what is signed.
pub const SIGNATURE_FIELD: &str = "_aop_signature";

/// The path that is signed and, after `/openapi/`, requested: `param2/1/{namespace}/{name}/{app_key}`.
///
/// `name` keeps its dots. No host, no leading slash, no query.
pub fn path(namespace: &str, name: &str, app_key: &str) -> String {
    format!("param2/1/{namespace}/{name}/{app_key}")
}

/// Signs raw (un-encoded) parameters; [`SIGNATURE_FIELD`] among them is left out.
///
/// Sorting happens on the joined `key + value` strings, as the platform's own kits do: that differs
/// from sorting by key exactly when one key is a prefix of another.
pub fn signature<'a, I>(secret: &str, path: &str, params: I) -> String
where
    I: IntoIterator<Item = (&'a str, &'a str)>,
{
    let mut joined: Vec<String> = params
        .into_iter()
        .filter(|(key, _)| *key != SIGNATURE_FIELD)
        .map(|(key, value)| format!("{key}{value}"))
        .collect();
    joined.sort_unstable();
    let bytes = keyed(secret, path, &joined);
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Whether `given` is the signature of these parameters; hex case does not matter and the comparison
/// takes the same time wherever the two differ.
pub fn verify<'a, I>(secret: &str, path: &str, params: I, given: &str) -> bool
where
    I: IntoIterator<Item = (&'a str, &'a str)>,
{
    let wanted = signature(secret, path, params);
    let given = given.to_ascii_uppercase();
    wanted.len() == given.len()
        && wanted.bytes().zip(given.bytes()).fold(0u8, |difference, (a, b)| difference | (a ^ b)) == 0
}

fn keyed(secret: &str, path: &str, joined: &[String]) -> Vec<u8> {
    // HMAC takes a key of any length, so this construction has no failing case.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    mac.update(path.as_bytes());
    for piece in joined {
        mac.update(piece.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_vector() {
        let got = signature("test123", &path("system", "currentTime", "1000000"), [("b", "2"), ("a", "1")]);
        assert_eq!(got, "33E54F4F7B989E3E0E912D3FBD2F1A03CA7CCE88");
    }

    #[test]
    fn community_vector_with_token_and_timestamp() {
        let got = signature(
            "UNIT-TEST-SECRET",
            "param2/1/system/currentTime/TEST_APPKEY_0001",
            [
                ("productId", "694567890123"),
                ("_aop_timestamp", "1700000000000"),
                ("access_token", "UNIT-TEST-TOKEN-abc123"),
            ],
        );
        assert_eq!(got, "75CD0EB77C5DCB393BD2C2E4DB4CE09849780EC9");
    }

    #[test]
    fn a_key_that_is_a_prefix_of_another_sorts_by_the_joined_string() {
        // By key: a, ab. Joined: "ab1" < "az9" — so `ab` comes first.
        let joined = signature("s", "p", [("a", "z9"), ("ab", "1")]);
        let by_hand = {
            let bytes = keyed("s", "p", &["ab1".to_owned(), "az9".to_owned()]);
            bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>()
        };
        assert_eq!(joined, by_hand);
    }

    #[test]
    fn the_signature_field_itself_is_not_signed_and_json_or_chinese_values_are_raw() {
        let with = signature("s", "p", [("q", r#"{"keyword":"保温杯"}"#), (SIGNATURE_FIELD, "X")]);
        let without = signature("s", "p", [("q", r#"{"keyword":"保温杯"}"#)]);
        assert_eq!(with, without);
        assert!(verify("s", "p", [("q", r#"{"keyword":"保温杯"}"#)], &without.to_lowercase()));
        assert!(!verify("s", "p", [("q", r#"{"keyword":"保温壶"}"#)], &without));
        assert!(!verify("s", "p", [("q", "")], ""));
    }
}
