//! What a gateway is reached with: the origin, the app's secrets and how patient to be. All of it is checked
//! before the first request, so that a typing mistake is a usage error and never a leaked credential.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::domain::text::Clean;

/// Who asks. `Debug` names the app and never prints a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The app's public number.
    pub app_key: String,
    /// Signs every request; never sent.
    pub app_secret: String,
    /// Speaks for one account; `None` for apps that need none.
    pub access_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("app_key", &self.app_key)
            .field("app_secret", &"(secret)")
            .field("access_token", &self.access_token.as_ref().map(|_| "(secret)"))
            .finish()
    }
}

/// How to reach a gateway, and how patient to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayOptions {
    /// `https://gw.open.1688.com` or `http://127.0.0.1:port`; `/openapi/` is appended.
    pub origin: String,
    /// Until a connection stands, TLS included.
    pub connect_timeout: Duration,
    /// Between two pieces of an answer, and until its first.
    pub idle_timeout: Duration,
    /// The whole request.
    pub total_timeout: Duration,
    /// Largest answer, in bytes after inflating.
    pub max_body: usize,
    /// Language of translated texts (`country` on the wire).
    pub language: String,
    /// How often a read that failed in passing is sent in all; 1 = never again.
    pub attempts: u32,
    /// Wait before the second attempt; doubles with each further one.
    pub first_wait: Duration,
    /// No single wait is longer. A market that asks for more is reported as throttling instead of waited for.
    pub longest_wait: Duration,
}

impl GatewayOptions {
    /// Usual patience: 5 s to connect and 20 s in all; 3 s and 10 s on loopback.
    pub fn new(origin: &str) -> Self {
        let near = Origin::parse(origin).is_ok_and(|origin| origin.loopback);
        let (connect, total) = if near { (3, 10) } else { (5, 20) };
        GatewayOptions {
            origin: origin.to_owned(),
            connect_timeout: Duration::from_secs(connect),
            idle_timeout: Duration::from_secs(total / 2),
            total_timeout: Duration::from_secs(total),
            max_body: 32 * 1024 * 1024,
            language: "en".to_owned(),
            attempts: 6,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(8),
        }
    }
}

/// Why an origin cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL.
    #[error("not an origin: {0} (write it like https://gw.open.1688.com)")]
    Unreadable(Clean),
    /// Neither https nor http.
    #[error("{0}: only https is spoken (http on loopback)")]
    Scheme(Clean),
    /// http to another machine would show token and orders to everybody on the way.
    #[error("{0}: plain http is only for this machine; use https")]
    PlainHttp(Clean),
    /// A path, query, fragment, user or password.
    #[error("{0}: only scheme, host and port are wanted; /openapi/ is added by itself")]
    NotBare(Clean),
}

/// A checked origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// `scheme://host[:port]`, no slash at the end.
    pub base: String,
    pub loopback: bool,
    pub https: bool,
}

impl Origin {
    pub fn parse(raw: &str) -> Result<Origin, OriginError> {
        let shown = || Clean::capped(raw, 80);
        let url = reqwest::Url::parse(raw.trim()).map_err(|_| OriginError::Unreadable(shown()))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(OriginError::Scheme(shown())),
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Err(OriginError::Unreadable(shown()));
        };
        // A password must not be repeated in a message that may be logged.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::NotBare(Clean::capped(host, 80)));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(OriginError::NotBare(shown()));
        }
        let loopback = is_loopback(host);
        if !https && !loopback {
            return Err(OriginError::PlainHttp(shown()));
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Origin { base: format!("{}://{host}{port}", url.scheme()), loopback, https })
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_in_debug_output() {
        let credentials = Credentials {
            app_key: "1234567".to_owned(),
            app_secret: "s3cr3t".to_owned(),
            access_token: Some("t0k3n".to_owned()),
        };
        let shown = format!("{credentials:?} {credentials:#?}");
        assert!(
            shown.contains("1234567") && !shown.contains("s3cr3t") && !shown.contains("t0k3n"),
            "{shown}"
        );
    }

    #[test]
    fn origins_are_bare_and_plain_http_stays_on_this_machine() {
        for (good, base) in [
            ("https://gw.open.1688.com", "https://gw.open.1688.com"),
            ("https://gw.open.1688.com/", "https://gw.open.1688.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:9", "http://[::1]:9"),
            (" http://localhost:1 ", "http://localhost:1"),
            ("HTTPS://GW.open.1688.com:443", "https://gw.open.1688.com"),
        ] {
            assert_eq!(Origin::parse(good).map(|origin| origin.base), Ok(base.to_owned()), "{good}");
        }
        for bad in ["", "gw.open.1688.com", "127.0.0.1:80", "https://", "http:///x"] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
        for plain in
            ["http://gw.open.1688.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "http://0.0.0.0"]
        {
            assert!(matches!(Origin::parse(plain), Err(OriginError::PlainHttp(_))), "{plain}");
        }
        for busy in ["https://h/openapi", "https://h/?a=1", "https://h/#x", "http://127.0.0.1:1//"] {
            assert!(matches!(Origin::parse(busy), Err(OriginError::NotBare(_))), "{busy}");
        }
        let with_password = Origin::parse("https://u:hunter2@h").unwrap_err().to_string();
        assert!(!with_password.contains("hunter2"), "{with_password}");
        assert!(matches!(Origin::parse("ftp://h"), Err(OriginError::Scheme(_))));
    }
}
