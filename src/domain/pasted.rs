//! Offers named by pasted links and share texts. Links are read, never opened: only the marketplace's own hosts count,
//! and what merely looks like one of them names nothing.
//!
//! Known shapes: `detail.1688.com/offer/N.html`, the mobile pages `m.1688.com/offer/N.html` and
//! `detail.m.1688.com/page/index.html?offerId=N`, the old domain `detail.china.alibaba.com/buyer/offerdetail/N.html`,
//! any page of these hosts with `offerId=` (or a link of theirs, percent-encoded, in a parameter), the app's own
//! `wireless1688://`, and a sandbox's `http://127.0.0.1:PORT/offer/N.html`. Short links (`qr.1688.com/s/..`) tell no
//! number.

use std::ops::Range;

use crate::domain::id::OfferKey;

/// A link of the marketplace in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    /// Where it stands: characters, from..to.
    pub at: Range<usize>,
    /// The offers it names; none for a shop, a short link, a search.
    pub offers: Vec<OfferKey>,
}

/// The one offer a text names by its links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The offer.
    pub offer: OfferKey,
    /// The SKU that stands behind the link and a colon.
    pub spec: Option<String>,
    /// What stands behind the last link.
    pub rest: String,
}

/// Why a text with links of the marketplace names no one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNaming {
    /// A short link, a shop, a search.
    #[error("the link tells no offer: open it and copy the address of the offer's page")]
    NoOffer,
    /// Several offers.
    #[error("the links name {0} offers, one is asked for")]
    Several(usize),
}

/// The one offer that a pasted link or share text names; `None` where there is no link of the marketplace in it. Whoever
/// takes an offer from a buyer reads it here.
pub fn one(text: &str) -> Result<Option<Named>, BadNaming> {
    let chars: Vec<char> = text.chars().collect();
    let links = links(&chars);
    let Some(end) = links.iter().map(|link| link.at.end).max() else { return Ok(None) };
    let mut offers: Vec<&OfferKey> = Vec::new();
    for offer in links.iter().flat_map(|link| &link.offers) {
        if !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    match offers.as_slice() {
        [offer] => {
            let linked = links.iter().rev().find(|link| !link.offers.is_empty());
            let spec = linked.and_then(|link| {
                let shown: String =
                    chars.iter().skip(link.at.start).take(link.at.end - link.at.start).collect();
                let (_, spec) = spec_behind(&shown)?;
                Some(spec.to_owned())
            });
            let rest = chars.iter().skip(end).collect();
            Ok(Some(Named { offer: (*offer).clone(), spec, rest }))
        }
        [] => Err(BadNaming::NoOffer),
        several => Err(BadNaming::Several(several.len())),
    }
}

/// `.../N.html:SPEC`: where the page ends and the SKU begins.
fn spec_behind(link: &str) -> Option<(&str, &str)> {
    [".html:", ".htm:"].iter().find_map(|end| {
        let (page, spec) = link.split_once(end)?;
        let whole = link.get(..page.len() + end.len() - 1)?;
        (!spec.is_empty() && !page.contains(['?', '#'])).then_some((whole, spec))
    })
}

/// How deep a link may stand in another's parameters.
const DEPTH: usize = 3;

/// The marketplace's links in a text.
pub fn links(text: &[char]) -> Vec<Pasted> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let run: String = text.iter().skip(from).take_while(|c| is_of_url(**c)).collect();
        if run.is_empty() {
            from += 1;
            continue;
        }
        let length = run.len();
        // What stands before a scheme may be a link without one.
        let scheme = scheme_in(&run);
        for (skipped, link) in [(0, run.get(..scheme)), (scheme, run.get(scheme..))] {
            let link = link.unwrap_or_default();
            // Without a scheme it begins with its host.
            let inner = link.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(0);
            let kept =
                link.get(inner..).unwrap_or_default().trim_end_matches(['.', ',', ';', '!', ')', '\'']);
            if let Some(offers) = read(kept, DEPTH) {
                let start = from + skipped + inner;
                found.push(Pasted { at: start..start + kept.len(), offers });
            }
        }
        from += length;
    }
    found
}

fn is_of_url(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '}' | '|')
}

/// Where the first scheme begins in a run of a link's characters (all ASCII); its length where there is none, 0 for a
/// scheme that is not one of ours.
fn scheme_in(run: &str) -> usize {
    let Some(at) = run.find("://") else { return run.len() };
    let word = run.get(..at).unwrap_or_default().to_ascii_lowercase();
    SCHEMES.iter().find(|known| word.ends_with(*known)).map_or(0, |known| at - known.len())
}

/// The longer before its end.
const SCHEMES: [&str; 3] = ["https", "wireless1688", "http"];

/// The offers a link names; `None` when it is no link of the marketplace.
fn read(link: &str, depth: usize) -> Option<Vec<OfferKey>> {
    let (has_scheme, rest) = match link.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            SCHEMES.contains(&scheme.as_str()).then_some((true, rest))?
        }
        None => (false, link),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    let is_market = ["1688.com", "alibaba.com"]
        .iter()
        .any(|of| host.strip_suffix(of).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')));
    let is_sandbox = has_scheme && port.is_some() && matches!(host.as_str(), "127.0.0.1" | "localhost");
    let is_host = host.split('.').all(|label| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    });
    if !(is_market || is_sandbox) || !is_host || (!has_scheme && path.is_empty()) {
        return None;
    }
    let mut offers: Vec<OfferKey> = Vec::new();
    let (path, parameters) = path.split_at_checked(path.find(['?', '#']).unwrap_or(path.len()))?;
    offers.extend(of_path(path));
    if is_market {
        for parameter in parameters.split(['?', '#', '&', ';']) {
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let value = decoded(value);
            match name.to_ascii_lowercase().as_str() {
                "offerid" | "offer_id" | "offerids" => offers.extend(value.split(',').filter_map(id)),
                _ if depth > 0 => offers.extend(nested(&value, depth - 1)),
                _ => {}
            }
        }
    }
    let mut distinct: Vec<OfferKey> = Vec::new();
    for offer in offers {
        if !distinct.contains(&offer) {
            distinct.push(offer);
        }
    }
    (is_market || !distinct.is_empty()).then_some(distinct)
}

/// A link in a parameter of another.
fn nested(value: &str, depth: usize) -> Vec<OfferKey> {
    if value.starts_with("http") && value.contains("://") {
        read(value, depth).unwrap_or_default()
    } else {
        Vec::new()
    }
}

/// `/offer/N.html`, `/buyer/offerdetail/N.html`
fn of_path(path: &str) -> Option<OfferKey> {
    let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        if !matches!(part.to_ascii_lowercase().as_str(), "offer" | "offerdetail") {
            continue;
        }
        let last = parts.peek()?;
        let last = spec_behind(last).map_or(*last, |(page, _)| page);
        return id(last.strip_suffix(".html").or_else(|| last.strip_suffix(".htm")).unwrap_or(last));
    }
    None
}

fn id(text: &str) -> Option<OfferKey> {
    text.parse().ok().filter(|key: &OfferKey| key.market_id().is_some())
}

/// Percent-decoded, where what comes out is text.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = after;
                    continue;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(*first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(text: &str) -> Option<Vec<String>> {
        let chars: Vec<char> = text.chars().collect();
        let links = links(&chars);
        if links.is_empty() {
            return None;
        }
        Some(links.into_iter().flat_map(|link| link.offers).map(|key| key.to_string()).collect())
    }

    #[test]
    fn every_shape_names_its_offer() {
        for text in [
            "https://detail.1688.com/offer/676651652931.html",
            "http://detail.1688.com/offer/676651652931.html",
            "https://detail.1688.com/offer/676651652931.html?spm=a2615.7691456&sk=consign#top",
            "https://detail.1688.com/offer/676651652931",
            "https://detail.1688.com:443/offer/676651652931.htm",
            "detail.1688.com/offer/676651652931.html",
            "HTTPS://DETAIL.1688.COM/offer/676651652931.html",
            "https://m.1688.com/offer/676651652931.html",
            "http://m.1688.com/offer/676651652931.html?wapFrom=1",
            "https://detail.m.1688.com/page/index.html?offerId=676651652931&x=1",
            "https://detail.m.1688.com/page/index.html?spm=1&offerid=676651652931",
            "https://m.1688.com/page/offerDetail.htm?offer_id=676651652931",
            "http://detail.china.alibaba.com/buyer/offerdetail/676651652931.html",
            "http://detail.china.alibaba.com/offer/676651652931.html",
            "http://china.alibaba.com/buyer/offerdetail/676651652931.html?tracelog=x",
            "https://login.1688.com/member/signin.htm?Done=https%3A%2F%2Fdetail.1688.com%2Foffer%2F676651652931.html",
            "wireless1688://ma.m.1688.com/plugin?url=https%3a%2f%2fdetail.m.1688.com%2fpage%2findex.html%3fofferId%3d676651652931",
            "https://sale.1688.com/factory/page.html?offerIds=676651652931",
            "http://127.0.0.1:38211/offer/676651652931.html",
            "【304保温杯】https://detail.1688.com/offer/676651652931.html 点击链接，或复制整段打开",
            "看看这个https://detail.1688.com/offer/676651652931.html，不错",
            "(https://detail.1688.com/offer/676651652931.html)",
            "「https://detail.1688.com/offer/676651652931.html」",
            "detail.1688.com/offer/676651652931.html,https://qr.1688.com/s/x",
        ] {
            assert_eq!(offers(text).unwrap_or_default(), ["676651652931"], "{text}");
        }
        assert_eq!(
            offers("https://detail.1688.com/offer/1.html\nhttps://m.1688.com/offer/2.html").unwrap(),
            ["1", "2"]
        );
    }

    #[test]
    fn one_offer_is_named_with_its_sku_and_what_follows() {
        let page = "https://detail.1688.com/offer/676651652931.html";
        let named = |text: &str| {
            let named = one(text)?;
            Ok(named.map(|named| (named.offer.to_string(), named.spec, named.rest)))
        };
        let plain = ("676651652931".to_owned(), None, String::new());
        assert_eq!(named(page), Ok(Some(plain.clone())));
        assert_eq!(named(&format!("{page}?spm=a.b:c")), Ok(Some(plain.clone())));
        let twice = format!("{page} https://m.1688.com/offer/676651652931.html");
        assert_eq!(named(&twice), Ok(Some(plain.clone())), "the same offer twice is one");
        let with_sku = format!("{page}:b266e0726506185beaf205cbae88530d");
        let sku = Some("b266e0726506185beaf205cbae88530d".to_owned());
        assert_eq!(named(&with_sku), Ok(Some((plain.0.clone(), sku, String::new()))));
        let shared = format!("【304保温杯】{page} 点击链接");
        assert_eq!(named(&shared), Ok(Some((plain.0.clone(), None, " 点击链接".to_owned()))));
        assert_eq!(named("676651652931"), Ok(None));
        assert_eq!(named("L:uci:85123A"), Ok(None));
        assert_eq!(named("https://qr.1688.com/s/aBcD"), Err(BadNaming::NoOffer));
        let two = format!("{page} https://m.1688.com/offer/2.html");
        assert_eq!(named(&two), Err(BadNaming::Several(2)));
    }

    #[test]
    fn what_only_looks_like_one_names_nothing() {
        for text in [
            "https://detail.1688.com.evil.com/offer/1.html",
            "https://evil1688.com/offer/1.html",
            "https://detail-1688.com/offer/1.html",
            "https://detail.1688.com@evil.com/offer/1.html",
            "https://evil.com/?u=https://detail.1688.com/offer/1.html",
            "https://evil.com/detail.1688.com/offer/1.html",
            "https://evil.com#detail.1688.com/offer/1.html",
            "javascript://detail.1688.com/offer/1.html",
            "file://detail.1688.com/offer/1.html",
            "https:/detail.1688.com",
            "https://detail.1688.com:x/offer/1.html",
            "https://.1688.com/offer/1.html",
            "https://127.0.0.1/offer/1.html",
            "http://127.0.0.1.evil.com:80/offer/1.html",
            "1688.com",
            "/offer/1.html",
            "offer/1.html",
        ] {
            assert_eq!(offers(text), None, "{text}");
        }
        for text in [
            "https://detail.1688.com/offer/0.html",
            "https://detail.1688.com/offer/99999999999999999999.html",
            "https://detail.1688.com/offer/12a.html",
            "https://detail.1688.com/offer/-5.html",
            "https://detail.1688.com/offer/",
            "https://qr.1688.com/s/aBcD",
            "https://shop1234.1688.com",
            "https://s.1688.com/selloffer/offer_search.htm?keywords=%B1%A3",
            "https://login.1688.com/?u=https%3A%2F%2Fevil.com%2Foffer%2F1.html",
        ] {
            assert_eq!(offers(text).as_deref(), Some(&[][..]), "{text}");
        }
    }
}
