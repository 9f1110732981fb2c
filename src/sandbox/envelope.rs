//! The gateway's own errors (GATEWAY.md 1.3) and the forms an answer can take. Business refusals have a
//! different form in every family of calls and are written where the call is.

use serde_json::{Value, json};

/// A request the gateway itself turns away, or a failure of ours.
#[derive(Debug)]
pub(super) enum Fault {
    /// HTTP status, `error_code`, `error_message`.
    Gateway { status: u16, code: &'static str, message: String },
    /// The state could not be read or written; nothing was committed.
    Storage(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Storage(error)
    }
}

impl Fault {
    fn gateway(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Fault::Gateway { status, code, message: message.into() }
    }

    pub fn app_key() -> Self {
        Fault::gateway(400, "gw.AppKeyMissing", "invalid app")
    }

    pub fn signature_missing() -> Self {
        Fault::gateway(400, "gw.SignatureMissing", "Request need signature")
    }

    pub fn signature_invalid() -> Self {
        Fault::gateway(400, "gw.SignatureInvalid", "Signature is invalid")
    }

    pub fn unauthorized() -> Self {
        Fault::gateway(401, "401", "Request need user authorized")
    }

    pub fn unsupported(what: &str) -> Self {
        Fault::gateway(400, "gw.APIUnsupported", format!("Unsupported API: {what}"))
    }

    pub fn acl() -> Self {
        Fault::gateway(403, "gw.APIACLDecline", "AppKey is not allowed(acl)")
    }

    pub fn too_fast() -> Self {
        Fault::gateway(403, "gw.QosAppFrequencyLimit", "App call exceeds limited frequency")
    }

    pub fn missing(argument: &str) -> Self {
        Fault::gateway(400, "gw.ParamMissing", format!("Required argument {argument}"))
    }

    /// Not among the documented codes: an argument that is there and cannot be read.
    pub fn invalid(argument: &str, why: &str) -> Self {
        Fault::gateway(400, "gw.ParamInvalid", format!("Invalid argument {argument}: {why}"))
    }

    pub fn too_large() -> Self {
        Fault::gateway(413, "gw.RequestTooLarge", "Request body too large")
    }

    /// The HTTP status and the body.
    pub fn answer(&self) -> Answer {
        let (status, code, message) = match self {
            Fault::Gateway { status, code, message } => (*status, *code, message.as_str()),
            Fault::Storage(error) => {
                tracing::error!(%error, "the sandbox's state failed");
                (500, "gw.ServerError", "internal error")
            }
        };
        let body = json!({"error_code": code, "error_message": message, "request_id": "sandbox"});
        Answer { status, body: body.to_string().into_bytes(), packed: false }
    }
}

/// What goes back over the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
    /// Whether the body is in a gzip wrapper.
    pub packed: bool,
}

/// Builds a reply after the transaction has ended.
pub(super) type Deferred = Box<dyn FnOnce() -> Reply + Send>;

/// What a call answers with HTTP 200.
pub(super) enum Reply {
    /// A document; the oddities of `--awkward` may still be applied.
    Json(Value),
    /// A finished document.
    Bytes(Vec<u8>),
    /// Work that needs no lock: done after the commit.
    Later(Deferred),
}

impl Reply {
    /// Family A: `result.result` (most of `com.alibaba.fenxiao.crossborder`).
    pub fn nested(payload: Value) -> Reply {
        Reply::Json(json!({"result": {"success": true, "code": "200", "message": "OK", "result": payload}}))
    }

    /// Family A, refused.
    pub fn nested_refusal(code: &str, message: &str) -> Reply {
        Reply::Json(json!({"result": {"success": false, "code": code, "message": message}}))
    }

    /// The extension's success.
    pub fn extension(payload: Value) -> Reply {
        Reply::Json(json!({"success": true, "result": payload}))
    }

    /// Family B refused, and the extension's refusal.
    pub fn refusal(code: &str, message: &str) -> Reply {
        Reply::Json(json!({"success": false, "errorCode": code, "errorMessage": message}))
    }
}
