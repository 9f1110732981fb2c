//! Sending: signs, posts, waits no longer than told, reads no more than told, and says afterwards exactly how
//! much may have happened. Two clients: one for reads, pooled, and one for acts that spend or change something,
//! which opens a connection for each request, so that no library can send one of them twice.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, redirect};
use tokio::sync::watch;

use super::envelope::{self, GatewayFault};
use super::inflate::{BodyFault, Collector};
use super::options::{Credentials, GatewayOptions, Origin, OriginError};
use crate::domain::text::Clean;
use crate::market::MarketError;
use crate::wire::{form, sign};

/// Connections for reads that are kept open between two of them.
const KEPT_CONNECTIONS: usize = 4;
/// How often a read is sent in all when its connection breaks or the server fails.
const BROKEN_ATTEMPTS: u32 = 3;

/// One call of the gateway.
#[derive(Debug, Clone)]
pub(super) struct Call {
    namespace: &'static str,
    name: &'static str,
    params: Vec<(String, String)>,
    with_token: bool,
}

impl Call {
    /// A call on behalf of the account.
    pub fn new(namespace: &'static str, name: &'static str) -> Self {
        Call { namespace, name, params: Vec::new(), with_token: true }
    }

    /// A call that needs no account.
    pub fn anonymous(namespace: &'static str, name: &'static str) -> Self {
        Call { with_token: false, ..Call::new(namespace, name) }
    }

    /// Adds a form field.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.params.push((key.to_owned(), value.into()));
        self
    }

    /// Adds a form field where there is a value for it.
    pub fn with_some(self, key: &str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

/// No whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection was made: nothing was sent.
    NotSent(Clean),
    /// Time ran out; the market may have acted.
    Deadline(Clean),
    /// The connection broke; the market may have acted.
    Broken(Clean),
    /// An answer came that we do not read to its end; the market may have acted.
    Unusable(Clean),
}

impl Failure {
    /// The buyer wants nothing sent.
    fn offline() -> Failure {
        Failure::NotSent(Clean::new("offline"))
    }

    /// What it means for a read.
    pub fn into_read_error(self) -> MarketError {
        match self {
            Failure::NotSent(why) => MarketError::Unreachable(why),
            Failure::Deadline(why) | Failure::Broken(why) => MarketError::Broken(why),
            Failure::Unusable(why) => MarketError::BadAnswer(why),
        }
    }
}

pub(super) struct Transport {
    origin: Origin,
    credentials: Credentials,
    options: GatewayOptions,
    reads: OnceLock<Result<Client, Clean>>,
    acts: OnceLock<Result<Client, Clean>>,
    /// Whether the buyer wants to be offline: nothing is sent then, and nobody waits to send again.
    off: watch::Sender<bool>,
}

impl Transport {
    pub fn new(credentials: Credentials, options: GatewayOptions) -> Result<Self, OriginError> {
        let origin = Origin::parse(&options.origin)?;
        let (reads, acts, off) = (OnceLock::new(), OnceLock::new(), watch::Sender::new(false));
        Ok(Transport { origin, credentials, options, reads, acts, off })
    }

    /// Stays offline, or not any longer. What is on its way already is not called back.
    pub fn set_off(&self, off: bool) {
        self.off.send_replace(off);
    }

    pub fn is_off(&self) -> bool {
        *self.off.borrow()
    }

    /// Waits before something is sent again; `false`, at once, where it is not to be sent any more.
    async fn wait_to_ask_again(&self, pause: Duration) -> bool {
        let mut off = self.off.subscribe();
        tokio::time::timeout(pause, off.wait_for(|off| *off)).await.is_err()
    }

    pub fn language(&self) -> &str {
        &self.options.language
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn first_wait(&self) -> Duration {
        self.options.first_wait
    }

    /// Reads: repeated, with growing waits, while the failure is one that passes. A market that cannot be
    /// reached at all is not asked again here: being offline is a state, and the buyer should know at once.
    pub async fn read(&self, call: &Call) -> Result<Vec<u8>, MarketError> {
        let mut wait = self.options.first_wait;
        let mut sent = 0;
        loop {
            sent += 1;
            let outcome = self.once(&self.reads, Self::reads_builder, call).await;
            // After a deadline the time was given already; a second helping would only double the wait.
            let again = sent < BROKEN_ATTEMPTS && !matches!(outcome, Err(Failure::Deadline(_)));
            let error = match outcome.map_err(Failure::into_read_error).and_then(Reply::into_body) {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            let asked = match &error {
                MarketError::Throttled { retry_after } => retry_after.unwrap_or_default(),
                MarketError::Broken(_) if again => Duration::ZERO,
                _ => return Err(error),
            };
            let pause = wait.max(asked);
            if sent >= self.options.attempts || pause > self.options.longest_wait {
                return Err(error);
            }
            tracing::debug!(name = call.name, sent, wait_ms = pause.as_millis() as u64, %error, "asking again");
            if !self.wait_to_ask_again(pause).await {
                return Err(Failure::offline().into_read_error());
            }
            wait = wait.saturating_mul(2).min(self.options.longest_wait);
        }
    }

    /// Acts other than creates (cancel, join, leave): sent once, unless the market says cleanly that it
    /// turned the request away for its frequency and so did nothing.
    pub async fn act(&self, call: &Call) -> Result<Vec<u8>, MarketError> {
        let mut wait = self.options.first_wait;
        let mut sent = 0;
        loop {
            sent += 1;
            let reply = self.send_once(call).await.map_err(Failure::into_read_error)?;
            let turned_away = envelope::gateway_fault(&reply.body).is_some_and(|fault| fault.is_throttle());
            let asked = reply.retry_after.unwrap_or_default();
            let pause = wait.max(asked);
            if !turned_away || sent >= self.options.attempts || pause > self.options.longest_wait {
                return reply.into_body();
            }
            if !self.wait_to_ask_again(pause).await {
                return reply.into_body();
            }
            wait = wait.saturating_mul(2).min(self.options.longest_wait);
        }
    }

    /// Sends one request on a connection of its own, once, and hands over whatever came.
    pub async fn send_once(&self, call: &Call) -> Result<Reply, Failure> {
        self.once(&self.acts, Self::acts_builder, call).await
    }

    async fn once(
        &self,
        slot: &OnceLock<Result<Client, Clean>>,
        builder: fn(&Self) -> ClientBuilder,
        call: &Call,
    ) -> Result<Reply, Failure> {
        if self.is_off() {
            return Err(Failure::offline());
        }
        let client = slot.get_or_init(|| builder(self).build().map_err(described));
        let client = client.as_ref().map_err(|why| Failure::NotSent(why.clone()))?;
        let (url, body) = self.signed(call);
        let total = self.options.total_timeout;
        let answer = tokio::time::timeout(total, self.exchange(client, url, body)).await;
        answer.unwrap_or_else(|_| Err(Failure::Deadline(Clean::new(&format!("no answer within {total:?}")))))
    }

    async fn exchange(&self, client: &Client, url: String, body: String) -> Result<Reply, Failure> {
        let idle = self.options.idle_timeout;
        let stalled = |_| Failure::Deadline(Clean::new(&format!("no byte for {idle:?}")));
        let request = client
            .post(url)
            .header(CONTENT_TYPE, form::CONTENT_TYPE)
            .header(ACCEPT_ENCODING, "identity")
            .body(body)
            .send();
        // The first byte may take as long as connecting plus one idle span.
        let first = tokio::time::timeout(self.options.connect_timeout + idle, request).await;
        let mut response = first.map_err(stalled)?.map_err(failure)?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let too_large =
            || Failure::Unusable(Clean::new(&format!("more than {} bytes", self.options.max_body)));
        let fault = |fault| match fault {
            BodyFault::TooLarge => too_large(),
            BodyFault::Encoding => Failure::Unusable(Clean::new("packed in a way we cannot unpack")),
        };
        if response.content_length().is_some_and(|length| length > self.options.max_body as u64) {
            return Err(too_large());
        }
        let encoding = response.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        let mut collector =
            Collector::new(encoding.unwrap_or_default(), self.options.max_body).map_err(fault)?;
        // No more than the cap, as was just seen.
        collector.expect(response.content_length().and_then(|length| usize::try_from(length).ok()));
        loop {
            let piece =
                tokio::time::timeout(idle, response.chunk()).await.map_err(stalled)?.map_err(failure)?;
            match piece {
                Some(piece) => collector.push(&piece).map_err(fault)?,
                None => break,
            }
        }
        Ok(Reply { status, retry_after, body: collector.finish().map_err(fault)? })
    }

    /// URL and form of a call, signed.
    fn signed(&self, call: &Call) -> (String, String) {
        let path = sign::path(call.namespace, call.name, &self.credentials.app_key);
        let now = Timestamp::now().as_millisecond().to_string();
        let mut params: Vec<(&str, &str)> =
            call.params.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        params.push(("_aop_timestamp", &now));
        if let Some(token) = self.credentials.access_token.as_deref().filter(|_| call.with_token) {
            params.push(("access_token", token));
        }
        let signature = sign::signature(&self.credentials.app_secret, &path, params.iter().copied());
        params.push((sign::SIGNATURE_FIELD, &signature));
        (format!("{}/openapi/{path}", self.origin.base), form::encode(params))
    }

    fn reads_builder(&self) -> ClientBuilder {
        // What a burst needed is not kept open: towards an embedded market each is two of our descriptors.
        self.builder().pool_max_idle_per_host(KEPT_CONNECTIONS)
    }

    fn acts_builder(&self) -> ClientBuilder {
        self.builder().http1_only().pool_max_idle_per_host(0)
    }

    fn builder(&self) -> ClientBuilder {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = Client::builder()
            .user_agent(concat!("pifa/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.options.connect_timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(self.origin.https);
        let builder = if self.origin.loopback { builder.no_proxy() } else { builder };
        if self.origin.https {
            // The platform's verifier asks for the process's provider; a second installation changes nothing.
            let _already = rustls::crypto::ring::default_provider().install_default();
            return builder.tls_backend_rustls();
        }
        // Plain http never uses TLS, but a client wants a configuration: an empty one costs no reading of
        // the system's certificates.
        let config =
            rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        match config {
            Ok(config) => builder.tls_backend_preconfigured(
                config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth(),
            ),
            Err(_) => builder,
        }
    }
}

impl Reply {
    /// A body whose status and envelope do not speak against it. Business refusals pass: each family of
    /// calls has its own.
    pub fn into_body(self) -> Result<Vec<u8>, MarketError> {
        if let Some(fault) = envelope::gateway_fault(&self.body) {
            return Err(self.fault_error(&fault));
        }
        match self.status {
            200..=299 => Ok(self.body),
            429 => Err(MarketError::Throttled { retry_after: self.retry_after }),
            503 if self.retry_after.is_some() => {
                Err(MarketError::Throttled { retry_after: self.retry_after })
            }
            500.. => Err(MarketError::Broken(Clean::new(&format!("HTTP {}", self.status)))),
            300..=399 => Err(MarketError::BadAnswer(Clean::new(&format!(
                "HTTP {} points elsewhere, and credentials are not sent elsewhere",
                self.status
            )))),
            // Some families send their refusals with a status to match.
            400..=499 if envelope::is_business(&self.body) => Ok(self.body),
            other => Err(MarketError::BadAnswer(Clean::new(&format!("HTTP {other}")))),
        }
    }

    /// What a gateway fault in this reply means.
    pub fn fault_error(&self, fault: &GatewayFault) -> MarketError {
        if self.status >= 500 && !fault.is_throttle() {
            return MarketError::Broken(Clean::new(&format!(
                "HTTP {} {} {}",
                self.status, fault.code, fault.message
            )));
        }
        fault.error(self.retry_after)
    }
}

/// Seconds only: the date form needs both clocks to agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(Duration::from_secs(u64::from(seconds)))
}

/// Only an error while connecting proves that nothing was sent.
fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        Failure::NotSent(described(error))
    } else if error.is_timeout() {
        Failure::Deadline(described(error))
    } else {
        Failure::Broken(described(error))
    }
}

/// The innermost cause says most; the URL is left out.
fn described(error: reqwest::Error) -> Clean {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    Clean::capped(&text, 200)
}
