//! The socket: HTTP on loopback in front of [`Market::answer`] (the gateway) and [`Market::page`] (a browser), which
//! run on blocking threads.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::StartError;
use super::envelope::{Answer, Fault};
use super::market::Market;
use super::pack;
use super::pages::{Page, Visit};
use crate::wire::form;

/// Fifty lines with everything around them stay far below this.
const BODY_CAP: usize = 1 << 20;
/// A hundred order ids and a seal fit in it.
const PATH_CAP: usize = 4096;

/// Listens and serves until the sender is dropped.
pub(super) async fn serve(
    listen: SocketAddr,
    market: Arc<Market>,
) -> Result<(SocketAddr, oneshot::Sender<()>, JoinHandle<()>), StartError> {
    let failed = |source| StartError::Listen { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    market.listens_at(format!("http://{address}"));
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let app = Router::new().fallback(handle).with_state(market);
    let serving = tokio::spawn(async move {
        let until = async {
            // Sent never, dropped to stop: both mean the same.
            stopped.await.unwrap_or_default();
        };
        if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(until).await {
            tracing::error!(%error, "the sandbox server failed");
        }
    });
    Ok((address, stop, serving))
}

async fn handle(State(market): State<Arc<Market>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let body = to_bytes(body, BODY_CAP).await;
    if !path.starts_with("/openapi/") {
        return page(market, parts.method, path, body.ok()).await;
    }
    let answer = match body {
        Err(_) => Fault::too_large().answer(),
        Ok(body) => {
            let mut pairs = form::decode(parts.uri.query().unwrap_or_default().as_bytes());
            if parts.method == Method::POST {
                pairs.extend(form::decode(&body));
            }
            let accepted = parts.headers.get_all(header::ACCEPT_ENCODING);
            let gzip = accepted.iter().filter_map(|value| value.to_str().ok()).any(pack::is_accepted);
            let work = tokio::task::spawn_blocking(move || {
                let answer = market.answer(&path, pairs);
                if gzip { pack::packed(answer) } else { answer }
            });
            work.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a sandbox call broke");
                Answer {
                    status: 500,
                    body: br#"{"error_code":"gw.ServerError","error_message":"internal error"}"#.to_vec(),
                    packed: false,
                }
            })
        }
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = (header::CONTENT_TYPE, "application/json;charset=UTF-8");
    if answer.packed {
        return response(status, answer.body, &[json, (header::CONTENT_ENCODING, "gzip")]);
    }
    response(status, answer.body, &[json])
}

/// For people with a browser. Everything a page needs is in it: nothing else may be loaded, run or framed, and
/// nothing is kept.
async fn page(market: Arc<Market>, method: Method, path: String, body: Option<Bytes>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    let page = match (method, body) {
        (_, None) => Page::too_large(),
        (Method::GET | Method::HEAD | Method::POST, Some(_)) if path.len() > PATH_CAP => Page::too_large(),
        (method @ (Method::GET | Method::HEAD | Method::POST), Some(body)) => {
            let form = if method == Method::POST { Some(form::decode(&body)) } else { None };
            let work = tokio::task::spawn_blocking(move || {
                market.page(&Visit { path: &path, form: form.as_deref() })
            });
            work.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a sandbox page broke");
                Page::broken()
            })
        }
        _ => Page::wrong_method(),
    };
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response(status, page.html.into_bytes(), &headers)
}

fn response(status: StatusCode, body: Vec<u8>, headers: &[(HeaderName, &'static str)]) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().insert(name.clone(), HeaderValue::from_static(value));
    }
    response
}
