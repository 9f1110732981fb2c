//! Servers that misbehave: whatever they do, a read ends in a typed error in bounded time and memory, and a create
//! is sent once and says *unknown* unless it is certain.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use pifa::domain::id::{GroupId, OrderId, OutOrderId};
use pifa::domain::quantity::Quantity;
use pifa::domain::text::Clean;
use pifa::market::gateway::{Credentials, Gateway, GatewayOptions};
use pifa::market::{
    Capabilities, CreateError, CreateRequest, JoinRequest, KeywordQuery, MarketError, Marketplace,
    RequestLine,
};
use pifa::wire::{form, sign};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with one connection.
#[derive(Clone)]
enum Act {
    /// Reads the request, answers, closes.
    Answer(Vec<u8>),
    /// Reads the request, answers, and then neither writes nor closes.
    AnswerAndHang(Vec<u8>),
    /// Reads the request, answers, and then writes this piece for as long as anybody reads.
    Endless(Vec<u8>, Vec<u8>),
    /// One byte every few milliseconds, for ever.
    Drip(Vec<u8>),
    /// Reads a little of the request and hangs up: the rest unread makes it a reset.
    Reset,
}

struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    written: Arc<AtomicUsize>,
}

impl Server {
    /// One act a connection; the last one goes on for all further connections.
    async fn start(acts: Vec<Act>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
            written: Arc::default(),
        };
        let (requests, connections, written) =
            (server.requests.clone(), server.connections.clone(), server.written.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                let act = acts.get(number).or(acts.last()).unwrap().clone();
                tokio::spawn(play(act, stream, requests.clone(), written.clone()));
            }
        });
        server
    }

    fn gateway(&self) -> Gateway {
        gateway(&format!("http://{}", self.address))
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn play(act: Act, mut stream: TcpStream, requests: Arc<Mutex<Vec<String>>>, written: Arc<AtomicUsize>) {
    if matches!(act, Act::Reset) {
        let mut few = [0; 16];
        let _ = stream.read(&mut few).await;
        return;
    }
    let Some(request) = read_request(&mut stream).await else { return };
    requests.lock().unwrap().push(request);
    match act {
        Act::Answer(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Act::AnswerAndHang(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let mut rest = Vec::new();
            // Until the client has had enough.
            let _ = stream.read_to_end(&mut rest).await;
        }
        Act::Endless(head, piece) => {
            let _ = stream.write_all(&head).await;
            while stream.write_all(&piece).await.is_ok() {
                written.fetch_add(piece.len(), Ordering::SeqCst);
            }
        }
        Act::Drip(bytes) => {
            let mut pace = tokio::time::interval(Duration::from_millis(5));
            for byte in bytes.into_iter().chain(std::iter::repeat(b' ')) {
                pace.tick().await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
        Act::Reset => {}
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&piece[..count]),
            _ => return None,
        }
    }
}

/// Patient enough for a busy machine: only the test of deadlines is in a hurry.
fn gateway(origin: &str) -> Gateway {
    with_deadlines(origin, Duration::from_secs(10), Duration::from_secs(20))
}

fn with_deadlines(origin: &str, idle_timeout: Duration, total_timeout: Duration) -> Gateway {
    let credentials = Credentials {
        app_key: "1000000".to_owned(),
        app_secret: "test123".to_owned(),
        access_token: Some("token-of-the-account".to_owned()),
    };
    let options = GatewayOptions {
        connect_timeout: Duration::from_millis(100).max(idle_timeout / 2),
        idle_timeout,
        total_timeout,
        max_body: 1024 * 1024,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(20),
        ..GatewayOptions::new(origin)
    };
    Gateway::new(credentials, options).unwrap()
}

fn http(status: &str, headers: &str, body: &str) -> Act {
    Act::Answer(
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}

fn ok(body: &str) -> Act {
    http("200 OK", "", body)
}

const EMPTY_PAGE: &str = r#"{"result":{"success":true,"code":"200","result":{"totalRecords":7,"data":[]}}}"#;
const CREATED: &str = r#"{"success":true,"result":{"orderId":"3317081160226242182"}}"#;
const QOS: &str =
    r#"{"error_code":"gw.QosAppFrequencyLimit","error_message":"App call exceeds limited frequency"}"#;

fn query() -> KeywordQuery {
    KeywordQuery { keyword: "保温杯".to_owned(), category: None, page: 1, page_size: 20 }
}

async fn create(gateway: &Gateway) -> Result<String, CreateError> {
    let frozen = gateway.freeze(&CreateRequest {
        lines: vec![RequestLine { offer_id: 1, spec_id: None, quantity: Quantity::whole(2) }],
        address_id: "1".to_owned(),
        flow: "general".to_owned(),
        trade_type: "assureTrade".to_owned(),
        out_order_id: OutOrderId::new("0192-aa"),
        message: None,
    });
    gateway.create(&frozen).await.map(|created| created.order_ids[0].to_string())
}

fn is_unknown(outcome: &Result<String, CreateError>) -> bool {
    matches!(outcome, Err(CreateError::Unknown(_)))
}

#[tokio::test]
async fn requests_are_signed_and_carry_the_token_only_where_it_is_needed() {
    let server = Server::start(vec![ok(EMPTY_PAGE), ok(r#""20261122083000123+0800""#)]).await;
    let gateway = server.gateway();
    assert_eq!(gateway.search(&query()).await.unwrap().total, 7);
    gateway.server_time().await.unwrap();
    let requests = server.requests();
    let path = "/openapi/param2/1/com.alibaba.fenxiao.crossborder/product.search.keywordQuery/1000000";
    assert!(requests[0].starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{}", requests[0]);
    assert!(requests[0].contains("accept-encoding: identity"));
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("token-of-the-account") && !requests[0].contains("test123"));
    let fields = form::decode(body.as_bytes());
    let given = fields.iter().find(|(key, _)| key == sign::SIGNATURE_FIELD).unwrap().1.clone();
    let pairs = fields.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    assert!(sign::verify("test123", path.strip_prefix("/openapi/").unwrap(), pairs, &given));
    assert!(fields.contains(&("access_token".to_owned(), "token-of-the-account".to_owned())));
    let asked = fields.iter().find(|(key, _)| key == "offerQueryParam").unwrap();
    let asked: serde_json::Value = serde_json::from_str(&asked.1).unwrap();
    assert_eq!((asked["keyword"].as_str(), asked["country"].as_str()), (Some("保温杯"), Some("en")));
    assert!(!requests[1].contains("access_token"), "{}", requests[1]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(vec![ok(CREATED)]).await;
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: http://{}/\r\n", elsewhere.address);
        let server = Server::start(vec![http(status, &location, "")]).await;
        assert!(
            matches!(server.gateway().search(&query()).await, Err(MarketError::BadAnswer(_))),
            "{status}"
        );
        assert!(is_unknown(&create(&server.gateway()).await), "{status}");
        assert_eq!(server.connections(), 2, "{status}");
    }
    assert_eq!(elsewhere.connections(), 0, "credentials went elsewhere");
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_when_read_and_never_when_created() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"success\":true,".to_vec();
    let server = Server::start(vec![Act::Answer(cut.clone())]).await;
    assert!(matches!(server.gateway().search(&query()).await, Err(MarketError::Broken(_))));
    assert_eq!(server.connections(), 3);
    let server = Server::start(vec![Act::Answer(cut.clone()), ok(EMPTY_PAGE)]).await;
    assert_eq!(server.gateway().search(&query()).await.unwrap().total, 7);
    let server = Server::start(vec![Act::Answer(cut), ok(CREATED)]).await;
    assert!(is_unknown(&create(&server.gateway()).await));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_chunked_answer_without_its_end_is_not_whole() {
    let cut =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{CREATED}\r\n", CREATED.len());
    let server = Server::start(vec![Act::Answer(cut.into_bytes())]).await;
    assert!(is_unknown(&create(&server.gateway()).await));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_giant_body_ends_at_the_cap() {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n".to_vec();
    let endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    for head in [announced, endless] {
        let server = Server::start(vec![Act::Endless(head, vec![b' '; 64 * 1024])]).await;
        let gateway = server.gateway();
        assert!(matches!(gateway.search(&query()).await, Err(MarketError::BadAnswer(_))));
        assert!(is_unknown(&create(&gateway).await));
        assert_eq!(server.connections(), 2, "neither is asked for again");
        let written = server.written.load(Ordering::SeqCst);
        assert!(written < 32 * 1024 * 1024, "{written} bytes were taken");
    }
}

#[tokio::test]
async fn a_packed_bomb_ends_at_the_cap_and_honest_packing_is_read() {
    use std::io::Write;
    let gzip = |body: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        let packed = encoder.finish().unwrap();
        let mut answer =
            format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len())
                .into_bytes();
        answer.extend(packed);
        Act::Answer(answer)
    };
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    let server =
        Server::start(vec![bomb.clone(), bomb, gzip(EMPTY_PAGE.as_bytes()), gzip(CREATED.as_bytes())]).await;
    let gateway = server.gateway();
    assert!(matches!(gateway.search(&query()).await, Err(MarketError::BadAnswer(_))));
    assert!(is_unknown(&create(&gateway).await));
    assert_eq!(gateway.search(&query()).await.unwrap().total, 7);
    assert_eq!(create(&gateway).await.unwrap(), "3317081160226242182");
}

#[tokio::test]
async fn silence_and_dripping_end_at_their_deadlines() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".to_vec();
    for act in [Act::AnswerAndHang(Vec::new()), Act::AnswerAndHang(head.clone()), Act::Drip(head)] {
        let server = Server::start(vec![act]).await;
        let origin = format!("http://{}", server.address);
        let gateway = with_deadlines(&origin, Duration::from_millis(150), Duration::from_millis(400));
        let started = Instant::now();
        // The first byte may take connecting and one idle span, the whole no longer than the total.
        assert!(matches!(gateway.search(&query()).await, Err(MarketError::Broken(_))));
        assert!(is_unknown(&create(&gateway).await));
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert_eq!(server.connections(), 2, "a deadline is not waited for twice");
    }
}

#[tokio::test]
async fn a_reset_leaves_a_create_unknown_and_it_is_sent_once() {
    let server = Server::start(vec![Act::Reset, ok(CREATED)]).await;
    let outcome = create(&server.gateway()).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert_eq!(server.connections(), 1);
    // Closed without a word after the whole request was read: the market may have acted.
    let server = Server::start(vec![Act::Answer(Vec::new()), ok(CREATED)]).await;
    assert!(is_unknown(&create(&server.gateway()).await));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_refused_connection_means_not_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gateway = gateway(&format!("http://{free}"));
    assert!(matches!(create(&gateway).await, Err(CreateError::NotSent(_))));
    assert!(matches!(gateway.search(&query()).await, Err(MarketError::Unreachable(_))));
}

#[tokio::test]
async fn a_failed_tls_handshake_means_not_sent() {
    let server = Server::start(vec![Act::Reset]).await;
    let gateway = gateway(&format!("https://{}", server.address));
    let outcome = create(&gateway).await;
    assert!(matches!(outcome, Err(CreateError::NotSent(_))), "{outcome:?}");
    assert!(matches!(gateway.search(&query()).await, Err(MarketError::Unreachable(_))));
    assert_eq!((server.connections(), server.requests().len()), (2, 0));
}

#[tokio::test]
async fn no_pooled_connection_carries_a_create() {
    let kept = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{CREATED}", CREATED.len()).into_bytes();
    let server = Server::start(vec![Act::AnswerAndHang(kept)]).await;
    let gateway = server.gateway();
    for _ in 0..3 {
        create(&gateway).await.unwrap();
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_server_error_after_the_commit_leaves_a_create_unknown() {
    for (status, body) in [
        ("503 Service Unavailable", ""),
        ("500 Internal Server Error", r#"{"error_code":"gw.SignatureInvalid","error_message":"m"}"#),
        ("502 Bad Gateway", CREATED),
        ("404 Not Found", "<html>"),
        ("429 Too Many Requests", "slow down"),
        ("429 Too Many Requests", r#"{"success":false,"code":"E","message":"m"}"#),
        ("200 OK", ""),
        ("200 OK", "<html>captive portal</html>"),
        ("400 Bad Request", r#"{"error_code":"gw.Timeout","error_message":"the service did not answer"}"#),
    ] {
        let server = Server::start(vec![http(status, "", body)]).await;
        let outcome = create(&server.gateway()).await;
        assert!(is_unknown(&outcome), "{status} {body}: {outcome:?}");
        assert_eq!(server.connections(), 1, "{status}");
    }
}

#[tokio::test]
async fn what_the_gateway_judges_before_running_a_create_is_no_order() {
    let fault = |code: &str| format!(r#"{{"error_code":"{code}","error_message":"m","request_id":"r"}}"#);
    for status in ["200 OK", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "429 Too Many Requests"]
    {
        let outcome = async |code: &str| {
            let server = Server::start(vec![http(status, "", &fault(code))]).await;
            let outcome = create(&server.gateway()).await;
            assert_eq!(server.connections(), 1);
            outcome.unwrap_err()
        };
        let judged = outcome("gw.QosAppFrequencyLimit").await;
        assert!(matches!(judged, CreateError::Judged(MarketError::Throttled { .. })), "{judged:?}");
        let judged = outcome("gw.SignatureInvalid").await;
        assert!(matches!(judged, CreateError::Judged(MarketError::SignatureRefused(_))), "{judged:?}");
        assert!(matches!(outcome("401").await, CreateError::Judged(MarketError::Unauthorized(_))));
        assert!(matches!(outcome("gw.APIACLDecline").await, CreateError::Judged(MarketError::Denied(_))));
        assert!(matches!(outcome("gw.ParamMissing").await, CreateError::Refused(_)));
    }
}

#[tokio::test]
async fn a_gateway_error_is_found_under_any_status() {
    let fault = r#"{"error_code":"gw.SignatureInvalid","error_message":"Signature is invalid"}"#;
    for status in ["200 OK", "400 Bad Request", "403 Forbidden"] {
        let server = Server::start(vec![http(status, "", fault)]).await;
        let got = server.gateway().search(&query()).await;
        assert!(matches!(got, Err(MarketError::SignatureRefused(_))), "{status}: {got:?}");
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_throttled_read_waits_and_asks_again() {
    let too_many = |after: &str| http("429 Too Many Requests", &format!("Retry-After: {after}\r\n"), "");
    let server =
        Server::start(vec![too_many("0"), http("403 Forbidden", "", QOS), ok(QOS), ok(EMPTY_PAGE)]).await;
    assert_eq!(server.gateway().search(&query()).await.unwrap().total, 7);
    assert_eq!(server.connections(), 4);
    // Longer than we would wait: the caller is told, at once.
    let server = Server::start(vec![too_many("3600")]).await;
    let got = server.gateway().search(&query()).await;
    assert_eq!(got.unwrap_err(), MarketError::Throttled { retry_after: Some(Duration::from_secs(3600)) });
    assert_eq!(server.connections(), 1);
    // For ever: bounded.
    let server = Server::start(vec![ok(QOS)]).await;
    assert!(matches!(server.gateway().search(&query()).await, Err(MarketError::Throttled { .. })));
    assert_eq!(server.connections(), 6);
}

/// Being offline is the buyer's word: a call that was turned away and would be asked again in an hour, or was at the market
/// when the switch was thrown, is given up, and nothing else leaves until the switch is thrown back.
#[tokio::test]
async fn what_was_turned_away_is_not_asked_again_once_the_buyer_is_offline() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let soon = Duration::from_secs(20);
    let patient = |server: &Server| {
        let options = GatewayOptions {
            first_wait: HOUR,
            longest_wait: HOUR * 2,
            ..GatewayOptions::new(&format!("http://{}", server.address))
        };
        let (app_key, app_secret) = ("1000000".to_owned(), "test123".to_owned());
        let credentials = Credentials { app_key, app_secret, access_token: Some("token".to_owned()) };
        Gateway::new(credentials, options).unwrap()
    };
    let id = OrderId::new("3317081160226242182");
    let offline = MarketError::Unreachable(Clean::new("offline"));
    for turned_away in
        [http("429 Too Many Requests", "Retry-After: 3600\r\n", QOS), http("403 Forbidden", "", QOS), ok(QOS)]
    {
        for is_act in [false, true] {
            let server = Server::start(vec![turned_away.clone()]).await;
            let gateway = patient(&server);
            let asking = async {
                if is_act { gateway.cancel(&id).await } else { gateway.search(&query()).await.map(|_| ()) }
            };
            let switching = async {
                // Answered: what follows is the wait.
                while server.requests().is_empty() {
                    tokio::task::yield_now().await;
                }
                gateway.set_off(true);
            };
            let (got, ()) =
                tokio::time::timeout(soon, async { tokio::join!(asking, switching) }).await.expect("no wait");
            let error = got.unwrap_err();
            if is_act {
                assert!(matches!(error, MarketError::Throttled { .. }), "{error:?}: nothing was done");
            } else {
                assert_eq!(error, offline);
            }
            assert_eq!(server.connections(), 1, "asked again");
            // Nothing else leaves, a create least of all.
            assert_eq!(gateway.search(&query()).await.unwrap_err(), offline);
            assert!(matches!(create(&gateway).await, Err(CreateError::NotSent(_))));
            assert_eq!(server.connections(), 1);
            gateway.set_off(false);
            assert!(create(&gateway).await.is_err());
            assert_eq!(server.connections(), 2, "back");
        }
    }
    // Short waits, six attempts: the second answer finds the switch thrown.
    let server = Server::start(vec![ok(QOS)]).await;
    let gateway = server.gateway();
    let query = query();
    let asking = gateway.search(&query);
    let switching = async {
        while server.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
        gateway.set_off(true);
    };
    let (got, ()) = tokio::join!(asking, switching);
    assert_eq!(got.unwrap_err(), offline);
    assert!(server.connections() < 6, "{} times", server.connections());
}

#[tokio::test]
async fn other_acts_are_sent_once_unless_they_were_cleanly_turned_away() {
    let id = OrderId::new("3317081160226242182");
    let server = Server::start(vec![Act::Reset, ok(r#"{"success":true}"#)]).await;
    assert!(matches!(server.gateway().cancel(&id).await, Err(MarketError::Broken(_))));
    assert_eq!(server.connections(), 1);
    let server =
        Server::start(vec![http("503 Service Unavailable", "", ""), ok(r#"{"success":true}"#)]).await;
    assert!(matches!(server.gateway().cancel(&id).await, Err(MarketError::Broken(_))));
    assert_eq!(server.connections(), 1);
    let server = Server::start(vec![http("403 Forbidden", "", QOS), ok(r#"{"success":true}"#)]).await;
    server.gateway().cancel(&id).await.unwrap();
    assert!(server.requests()[1].contains("tradeID=3317081160226242182"));
    let server = Server::start(vec![Act::Reset]).await;
    let join = JoinRequest {
        group_id: GroupId::new("1_1"),
        quantity: Quantity::whole(3),
        spec_id: None,
        join_id: OutOrderId::new("j"),
    };
    assert!(matches!(server.gateway().join(&join).await, Err(MarketError::Broken(_))));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_gateway_without_the_extension_is_plain_and_not_broken() {
    for body in [
        r#"{"error_code":"gw.APIUnsupported","error_message":"m"}"#,
        r#"{"error_code":"gw.APIACLDecline","error_message":"m"}"#,
        r#"{"error_code":"401","error_message":"m"}"#,
    ] {
        let server = Server::start(vec![http("400 Bad Request", "", body)]).await;
        assert_eq!(server.gateway().capabilities().await.unwrap(), Capabilities::default(), "{body}");
    }
    let server = Server::start(vec![ok(r#"{"error_code":"gw.APIUnsupported","error_message":"m"}"#)]).await;
    assert_eq!(server.gateway().suppliers("", 1, 20).await.unwrap_err(), MarketError::Unsupported);
    let wrong_key = r#"{"error_code":"gw.SignatureInvalid","error_message":"m"}"#;
    let server = Server::start(vec![ok(wrong_key)]).await;
    assert!(matches!(server.gateway().capabilities().await, Err(MarketError::SignatureRefused(_))));
}

#[tokio::test]
async fn an_answer_that_names_an_order_has_made_one_whatever_else_it_says() {
    let body =
        r#"{"error_code":"gw.ParamInvalid","error_message":"m","result":{"orderId":"3317081160226242182"}}"#;
    let server = Server::start(vec![ok(body)]).await;
    assert_eq!(create(&server.gateway()).await, Ok("3317081160226242182".to_owned()));
}

#[tokio::test]
async fn the_offer_answered_must_be_the_one_asked_for() {
    let body = r#"{"result":{"success":true,"result":{"offerId":5,"subject":"x"}}}"#;
    let server = Server::start(vec![ok(body)]).await;
    assert!(matches!(server.gateway().offer(6).await, Err(MarketError::BadAnswer(_))));
    assert!(server.gateway().offer(5).await.unwrap().is_some());
}
