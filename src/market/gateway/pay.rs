//! Which links may be opened to pay. An answer of the gateway is text from outside, and this text ends in the
//! buyer's browser beside their wallet: only hosts named here are let through, judged twice, by a URL reader and
//! letter by letter, so that no two programs can read two hosts out of one link.

use super::options::Origin;
use crate::domain::text::Clean;

/// The cashier of the platform (GATEWAY.md 2.9: "a client should open only https://trade.1688.com/ / Alipay hosts").
/// No other host of 1688.com: shops have pages there whose content is theirs.
const EXACT: [&str; 2] = ["trade.1688.com", "alipay.com"];
/// Alipay's own hosts (`cashier`, `mapi`, `excashier` ...), each as a host under it.
const UNDER: [&str; 1] = [".alipay.com"];
/// A link for a hundred orders of 19 digits has about 2,100 characters.
const LONGEST: usize = 4_096;

/// The link as it may be opened; else the host it points at, or what stands in its place, to be named.
///
/// For a market on loopback only its own origin is allowed, for any other one only https to the hosts above:
/// without port, user or password, and the host written in plain letters.
pub(super) fn checked(raw: &str, market: &Origin) -> Result<String, Clean> {
    let refused = || {
        let host = reqwest::Url::parse(raw).ok().and_then(|url| url.host_str().map(str::to_owned));
        Clean::capped(host.as_deref().unwrap_or(raw), 80)
    };
    // Blanks, control characters, backslashes and anything beyond ASCII are read differently by different readers.
    let plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`' | b'\'');
    if raw.is_empty() || raw.len() > LONGEST || !raw.bytes().all(plain) {
        return Err(refused());
    }
    let url = reqwest::Url::parse(raw).map_err(|_| refused())?;
    let (scheme, rest) = raw.split_once("://").ok_or_else(refused)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    if !scheme.eq_ignore_ascii_case(url.scheme()) {
        return Err(refused());
    }
    let allowed = if market.loopback {
        format!("{}://{authority}", url.scheme()) == market.base
    } else {
        let known = EXACT.contains(&authority.as_str()) || UNDER.iter().any(|end| is_under(&authority, end));
        known && url.scheme() == "https" && url.host_str() == Some(authority.as_str())
    };
    // What the letters say and what the reader says have to be one thing.
    let letters = reqwest::Url::parse(&format!("{}://{authority}/", url.scheme()));
    let agreed = url.username().is_empty()
        && url.password().is_none()
        && letters.is_ok_and(|letters| letters.origin() == url.origin());
    if allowed && agreed { Ok(url.to_string()) } else { Err(refused()) }
}

/// Whether a host is one or more plain labels under `ending` (which begins with its point).
fn is_under(host: &str, ending: &str) -> bool {
    let label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.strip_suffix(ending).is_some_and(|front| front.split('.').all(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(origin: &str) -> Origin {
        Origin::parse(origin).unwrap()
    }

    #[test]
    fn the_platforms_cashier_and_alipay_are_opened() {
        let real = market("https://gw.open.1688.com");
        for (link, opened) in [
            (
                "https://trade.1688.com/order/cashier.htm?orderId=154051432607498520;151923545459498520",
                "https://trade.1688.com/order/cashier.htm?orderId=154051432607498520;151923545459498520",
            ),
            ("HTTPS://Trade.1688.COM/order?x=1#y", "https://trade.1688.com/order?x=1#y"),
            ("https://trade.1688.com", "https://trade.1688.com/"),
            (
                "https://cashier.alipay.com/standard/lightpay?orderId=a%2Fb",
                "https://cashier.alipay.com/standard/lightpay?orderId=a%2Fb",
            ),
            ("https://excashier-1.mapi.alipay.com/?a@b", "https://excashier-1.mapi.alipay.com/?a@b"),
            ("https://alipay.com/x", "https://alipay.com/x"),
        ] {
            assert_eq!(checked(link, &real).as_deref(), Ok(opened), "{link}");
        }
    }

    #[test]
    fn no_other_place_is_and_no_trick_makes_it_one() {
        let real = market("https://gw.open.1688.com");
        let long = format!("https://trade.1688.com/{}", "a".repeat(5_000));
        for link in [
            "",
            "trade.1688.com/order",
            "//trade.1688.com/order",
            "http://trade.1688.com/order",
            "ftp://trade.1688.com/order",
            "javascript:alert(1)//trade.1688.com",
            "javascript://trade.1688.com/%0aalert(1)",
            "data:text/html,https://trade.1688.com/",
            "file:///trade.1688.com/x",
            "https:trade.1688.com/order",
            "https:/trade.1688.com/order",
            "https:///trade.1688.com/order",
            "https://trade.1688.com@evil.example/order",
            "https://trade.1688.com:443@evil.example/",
            "https://trade.1688.com%40evil.example/",
            "https://user@trade.1688.com/order",
            "https://user:word@trade.1688.com/order",
            "https://@trade.1688.com/order",
            "https://trade.1688.com:8443/order",
            "https://trade.1688.com:443/order",
            "https://trade.1688.com:/order",
            "https://trade.1688.com./order",
            "https://trade.1688.com.evil.example/order",
            "https://eviltrade.1688.com/order",
            "https://x.trade.1688.com/order",
            "https://shop123.1688.com/order",
            "https://1688.com/order",
            "https://evilalipay.com/",
            "https://alipay.com.evil.example/",
            "https://.alipay.com/",
            "https://a..alipay.com/",
            "https://cashier.alipay.com./",
            "https://cashier.alipay.com:444/",
            "https://x@cashier.alipay.com/",
            "https://trade%2e1688.com/order",
            "https://trade.1688.com%2f@evil.example/",
            "https://trade.1688.com\\@evil.example/",
            "https://evil.example\\@trade.1688.com/",
            "https://evil.example/https://trade.1688.com/",
            "https://evil.example?https://trade.1688.com/",
            "https://evil.example#https://trade.1688.com/",
            "https://evil.example#@trade.1688.com/",
            "https://trade.1688。com/order",
            "https://ｔrade.1688.com/order",
            "https://tradе.1688.com/order",
            "https://xn--trad-fva.1688.com/",
            "https://trade.1688.com\u{202e}/order",
            "https://trade.1688.com/\u{1b}]0;x\u{7}",
            " https://trade.1688.com/order",
            "https://trade.1688.com/order\n",
            "https://tra\tde.1688.com/order",
            "https://trade.1688.com/a b",
            "https://127.0.0.1/order",
            "http://127.0.0.1:8080/cashier",
            "https://[::1]/order",
            "https://0x7f.1/",
            "https://2130706433/",
            long.as_str(),
        ] {
            let named = checked(link, &real);
            assert!(named.is_err(), "{link:?} -> {named:?}");
        }
        assert_eq!(
            checked("https://trade.1688.com@evil.example/order", &real),
            Err(Clean::new("evil.example")),
            "the host it really leads to is named"
        );
    }

    #[test]
    fn a_sandbox_leads_to_itself_only() {
        let near = market("http://127.0.0.1:41234");
        assert_eq!(
            checked("http://127.0.0.1:41234/cashier?order=1", &near).as_deref(),
            Ok("http://127.0.0.1:41234/cashier?order=1")
        );
        for link in [
            "http://127.0.0.1:41235/cashier",
            "http://127.0.0.1/cashier",
            "https://127.0.0.1:41234/cashier",
            "http://localhost:41234/cashier",
            "http://127.0.0.1:41234@evil.example/",
            "http://evil.example:41234/",
            "http://127.1:41234/cashier",
            "http://0x7f000001:41234/cashier",
            "http://127.0.0.1:041234/cashier",
            "http://x@127.0.0.1:41234/cashier",
            "https://trade.1688.com/order",
            "https://cashier.alipay.com/",
            "http://[::1]:41234/",
        ] {
            assert!(checked(link, &near).is_err(), "{link}");
        }
        let six = market("http://[::1]:9");
        assert!(checked("http://[::1]:9/c", &six).is_ok() && checked("http://[::2]:9/c", &six).is_err());
    }
}
