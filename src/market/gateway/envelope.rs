//! Who says no, and where the payload is: the tolerant reading of GATEWAY.md 1.3. There is no single envelope;
//! `success` is a boolean, a string or missing, and gateway errors arrive under any HTTP status.

use std::time::Duration;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::bodies::scalar::{Atom, Field, FromAtom};
use crate::domain::id::SpecId;
use crate::domain::text::Clean;
use crate::market::{MarketError, Refusal};

/// The members an envelope may have; all others are skipped unread, which also bounds what is kept of a
/// hostile object.
const KNOWN: [&str; 36] = [
    "error_code",
    "error_message",
    "result",
    "resultList",
    "success",
    "succes",
    "code",
    "errorCode",
    "retCode",
    "resultCode",
    "message",
    "errorMessage",
    "errorMsg",
    "erroMsg",
    "retMsg",
    "totalRecord",
    "categoryInfo",
    "orderPreviewResuslt",
    "postFeeByDescOfferList",
    "orderId",
    "orderList",
    "totalSuccessAmount",
    "postFee",
    "failedOfferList",
    "receiveAddressItems",
    "baseInfo",
    "data",
    "group",
    "join",
    "groups",
    "total",
    "totalRecords",
    "status",
    "payUrl",
    "payFailureOrderList",
    "logisticsTrace",
];

/// The known members of one JSON object, unread.
#[derive(Debug, Default)]
pub struct Members<'a>(Vec<(&'static str, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads an object; `None` when the text is none or is not whole.
    pub fn read(text: &'a str) -> Option<Self> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                while let Some(key) = map.next_key::<String>()? {
                    let value = map.next_value::<&'de RawValue>()?;
                    let Some(known) = KNOWN.iter().find(|known| **known == key) else { continue };
                    members.0.retain(|(earlier, _)| earlier != known);
                    members.0.push((known, value));
                }
                Ok(members)
            }
        }
        let text = text.trim();
        if !text.starts_with('{') {
            return None;
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let members = reader.deserialize_map(Collect).ok()?;
        reader.end().ok()?;
        Some(members)
    }

    /// A member that is there and not null.
    pub fn raw(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, raw)| *raw).filter(|raw| raw.get() != "null")
    }

    /// A member that is an object.
    pub fn object(&self, key: &str) -> Option<Members<'a>> {
        Members::read(self.raw(key)?.get())
    }

    /// A scalar member.
    pub fn field<T: FromAtom>(&self, key: &str) -> Field<T> {
        self.raw(key).map_or(Field::Absent, |raw| Field::read(&Atom::of(raw)))
    }

    fn first_text(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.field::<String>(key).get())
    }

    /// What it says of its own success.
    pub fn success(&self) -> Option<bool> {
        self.field::<bool>("success").get().or_else(|| self.field::<bool>("succes").get())
    }

    /// Its code, under any of the names in use.
    pub fn code(&self) -> Option<String> {
        self.first_text(&["errorCode", "code", "retCode", "resultCode"])
    }

    /// Its words, under any of the names in use.
    pub fn message(&self) -> Option<String> {
        self.first_text(&["errorMessage", "errorMsg", "erroMsg", "message", "retMsg"])
    }

    /// Code and words of a refusal.
    pub fn refusal(&self) -> Refusal {
        refusal(&self.code().unwrap_or_default(), &self.message().unwrap_or_default())
    }
}

/// An error of the gateway itself: `{"error_code","error_message",...}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayFault {
    /// For example `gw.APIACLDecline`, or `401`.
    pub code: Clean,
    /// Its words.
    pub message: Clean,
}

impl GatewayFault {
    /// The per-app throttle.
    pub fn is_throttle(&self) -> bool {
        self.code.as_str().starts_with("gw.Qos")
    }

    /// A parameter is missing or malformed.
    pub fn is_parameter(&self) -> bool {
        self.code.as_str().starts_with("gw.Param") || self.code.as_str() == "gw.RequestTooLarge"
    }

    /// Whether the gateway judges this before it runs the call (signature, token, grant, parameters,
    /// frequency: GATEWAY.md 1.3), so that nothing happened. Unknown codes are not believed to be so.
    pub fn is_before_execution(&self) -> bool {
        let code = self.code.as_str();
        let judged = ["gw.Signature", "gw.AppKey", "gw.API", "gw.Qos", "gw.Param", "gw.RequestTooLarge"];
        code == "401" || code == "InvalidSession" || judged.iter().any(|start| code.starts_with(start))
    }

    /// Its meaning.
    pub fn error(&self, retry_after: Option<Duration>) -> MarketError {
        let said = || Clean::new(&format!("{} {}", self.code, self.message));
        let code = self.code.as_str();
        if code.starts_with("gw.Signature") || code.starts_with("gw.AppKey") {
            return MarketError::SignatureRefused(said());
        }
        match code {
            _ if self.is_throttle() => MarketError::Throttled { retry_after },
            "gw.APIUnsupported" => MarketError::Unsupported,
            "gw.APIACLDecline" => MarketError::Denied(said()),
            "401" | "InvalidSession" => MarketError::Unauthorized(said()),
            _ => MarketError::Refused(refusal(code, self.message.as_str())),
        }
    }
}

/// The gateway's own error in a body of any status, if it is one.
pub fn gateway_fault(body: &[u8]) -> Option<GatewayFault> {
    // A page of an export is walked over for nothing else: without these letters, plain or as escapes, it is none.
    if memchr::memmem::find(body, b"error_code").is_none() && memchr::memmem::find(body, b"\\u00").is_none() {
        return None;
    }
    let members = Members::read(std::str::from_utf8(body).ok()?)?;
    fault_of(&members)
}

fn fault_of(members: &Members<'_>) -> Option<GatewayFault> {
    let code = members.field::<String>("error_code").get()?;
    let message = members.field::<String>("error_message").get().unwrap_or_default();
    Some(GatewayFault { code: Clean::capped(&code, 80), message: Clean::capped(&message, 300) })
}

/// Whether a body looks like a business answer, whatever its status says.
pub fn is_business(body: &[u8]) -> bool {
    std::str::from_utf8(body)
        .ok()
        .and_then(Members::read)
        .is_some_and(|members| members.success().is_some() || members.object("result").is_some())
}

/// A refusal with the lines its words point at.
pub fn refusal(code: &str, message: &str) -> Refusal {
    Refusal { code: Clean::capped(code, 80), message: Clean::new(message), lines: pointed_at(message) }
}

/// `[offerId]` and `[offerId_specId]`: the only machine-readable pointers to lines there are.
pub fn pointed_at(message: &str) -> Vec<(i64, Option<SpecId>)> {
    let mut lines = Vec::new();
    for piece in message.split('[').skip(1).take(200) {
        let Some((inside, _)) = piece.split_once(']') else { continue };
        let (offer, spec) = match inside.trim().split_once('_') {
            Some((offer, spec)) => (offer, Some(spec)),
            None => (inside.trim(), None),
        };
        if offer.is_empty() || !offer.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let Some(offer) = offer.parse::<i64>().ok().filter(|id| *id > 0) else { continue };
        let spec = spec.map(SpecId::new).filter(|spec| !spec.as_str().is_empty());
        if !lines.contains(&(offer, spec.clone())) {
            lines.push((offer, spec));
        }
    }
    lines
}

/// The body as an object of known members, gateway errors told apart.
pub fn open(body: &[u8]) -> Result<Members<'_>, MarketError> {
    let text = std::str::from_utf8(body).map_err(|_| unreadable("not UTF-8"))?;
    let members =
        Members::read(text.trim_start_matches('\u{feff}')).ok_or_else(|| unreadable("not a JSON object"))?;
    match fault_of(&members) {
        Some(fault) => Err(fault.error(None)),
        None => Ok(members),
    }
}

/// The payload of families A, A', B and the extension's; `None` when it is absent or null.
///
/// A `success:false` at either level is a refusal. A missing `success` is accepted, unless there is no payload
/// and a code that is none of the codes of success.
pub fn payload(body: &[u8]) -> Result<Option<&RawValue>, MarketError> {
    let top = open(body)?;
    refused(&top)?;
    if let Some(inner) = top.object("result").filter(is_envelope) {
        refused(&inner)?;
        let payload = inner.raw("result");
        return missing_payload(payload, &inner);
    }
    let payload = top.raw("result").or_else(|| top.raw("resultList"));
    missing_payload(payload, &top)
}

fn is_envelope(members: &Members<'_>) -> bool {
    members.success().is_some() || members.raw("result").is_some() || members.raw("retCode").is_some()
        // `result` null beside a code: an envelope without payload.
        || (members.code().is_some() && members.message().is_some())
}

/// `Err` when these members say `success:false`.
pub fn refused(members: &Members<'_>) -> Result<(), MarketError> {
    if members.success() == Some(false) { Err(business_error(members)) } else { Ok(()) }
}

/// The error these members describe.
pub fn business_error(members: &Members<'_>) -> MarketError {
    let refusal = members.refusal();
    match refusal.code.as_str() {
        "InvalidSession" | "401" => {
            MarketError::Unauthorized(Clean::new(&format!("{} {}", refusal.code, refusal.message)))
        }
        _ => MarketError::Refused(refusal),
    }
}

fn missing_payload<'a>(
    payload: Option<&'a RawValue>,
    members: &Members<'_>,
) -> Result<Option<&'a RawValue>, MarketError> {
    let fine = |code: &str| matches!(code, "200" | "0" | "S0000" | "SUCCESS" | "2000");
    match (payload, members.success(), members.code()) {
        (None, None, Some(code)) if !fine(&code) => Err(business_error(members)),
        _ => Ok(payload),
    }
}

/// An answer that is not what the protocol says.
pub fn unreadable(what: &str) -> MarketError {
    MarketError::BadAnswer(Clean::capped(what, 200))
}

/// Whether a refusal says that the thing asked for does not exist.
pub fn is_not_found(refusal: &Refusal) -> bool {
    let code = refusal.code.as_str().to_ascii_uppercase();
    code == "404" || code.ends_with("NOT_EXIST") || code.ends_with("NOT_FOUND")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload_of(body: &str) -> Result<Option<String>, MarketError> {
        payload(body.as_bytes()).map(|raw| raw.map(|raw| raw.get().to_owned()))
    }

    #[test]
    fn every_family_yields_its_payload() {
        for body in [
            r#"{"result":{"success":true,"code":"200","message":"OK","result":{"x":1}}}"#,
            r#"{"result":{"success":"true","result":{"x":1}}}"#,
            r#"{"result":{"code":"S0000","result":{"x":1}}}"#,
            r#"{"result":{"x":1},"code":"SUCCESS","success":true}"#,
            r#"{"result":{"x":1},"errorCode":"","errorMessage":null,"success":"true"}"#,
            r#"{"result":{"x":1}}"#,
            r#"{"resultList":{"x":1},"success":true}"#,
        ] {
            assert_eq!(payload_of(body), Ok(Some(r#"{"x":1}"#.to_owned())), "{body}");
        }
        assert_eq!(payload_of(r#"{"errorMessage":"no trace yet","success":true}"#), Ok(None));
        assert_eq!(payload_of(r#"{"result":{"success":true,"code":"200","result":null}}"#), Ok(None));
    }

    #[test]
    fn refusals_are_found_at_either_level_and_keep_their_pointers() {
        for body in [
            r#"{"result":{"success":false,"code":"E1","message":"bad [12_ab]"}}"#,
            r#"{"success":"false","errorCode":"E1","errorMsg":"bad [12_ab]"}"#,
            r#"{"success":false,"errorCode":"E1","erroMsg":"bad [12_ab]","result":{"x":1}}"#,
            r#"{"errorCode":"E1","errorMessage":"bad [12_ab]"}"#,
        ] {
            let Err(MarketError::Refused(refusal)) = payload_of(body) else { panic!("{body}") };
            assert_eq!((refusal.code.as_str(), refusal.message.as_str()), ("E1", "bad [12_ab]"));
            assert_eq!(refusal.lines, [(12, Some(SpecId::new("ab")))]);
        }
    }

    #[test]
    fn gateway_errors_are_typed_whatever_the_status() {
        let error = |code: &str| {
            payload_of(&format!(r#"{{"error_code":"{code}","error_message":"m","exception":"e"}}"#))
                .unwrap_err()
        };
        assert!(matches!(error("gw.SignatureInvalid"), MarketError::SignatureRefused(_)));
        assert!(matches!(error("gw.AppKeyMissing"), MarketError::SignatureRefused(_)));
        assert_eq!(error("gw.APIUnsupported"), MarketError::Unsupported);
        assert!(matches!(error("gw.APIACLDecline"), MarketError::Denied(_)));
        assert!(matches!(error("gw.QosAppFrequencyLimit"), MarketError::Throttled { .. }));
        assert!(matches!(error("401"), MarketError::Unauthorized(_)));
        assert!(matches!(error("gw.ParamMissing"), MarketError::Refused(_)));
        let number = payload_of(r#"{"error_code":401,"error_message":"m"}"#);
        assert!(matches!(number, Err(MarketError::Unauthorized(_))));
    }

    #[test]
    fn only_codes_known_to_be_judged_before_execution_count_as_nothing_happened() {
        let fault = |code: &str| GatewayFault { code: Clean::new(code), message: Clean::default() };
        for code in
            ["gw.SignatureInvalid", "401", "gw.APIACLDecline", "gw.QosAppFrequencyLimit", "gw.ParamMissing"]
        {
            assert!(fault(code).is_before_execution(), "{code}");
        }
        for code in ["gw.ServerError", "gw.Timeout", "", "500", "isp.unknown"] {
            assert!(!fault(code).is_before_execution(), "{code}");
        }
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        for body in ["", "{", "null", "[]", "<html>", "{\"a\":1}{", "{\"result\":", "\u{feff}"] {
            assert!(matches!(payload_of(body), Err(MarketError::BadAnswer(_))), "{body}");
        }
        assert!(matches!(payload(b"{\"result\":\"\xff\"}"), Err(MarketError::BadAnswer(_))));
    }

    #[test]
    fn pointers_that_are_no_offers_are_left_out() {
        assert_eq!(
            pointed_at("[a] [1] [] [ 2 ] [3_] [-4] [99999999999999999999] [1] [5"),
            [(1, None), (2, None), (3, None)]
        );
    }
}
