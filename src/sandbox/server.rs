//! The socket: HTTP on loopback in front of [`Market::answer`], which runs on blocking threads.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::StartError;
use super::envelope::{Answer, Fault};
use super::market::Market;
use crate::wire::form;

/// Fifty lines with everything around them stay far below this.
const BODY_CAP: usize = 1 << 20;

/// Listens and serves until the sender is dropped.
pub(super) async fn serve(
    listen: SocketAddr,
    market: Arc<Market>,
) -> Result<(SocketAddr, oneshot::Sender<()>, JoinHandle<()>), StartError> {
    let failed = |source| StartError::Listen { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
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
    let answer = match to_bytes(body, BODY_CAP).await {
        Err(_) => Fault::too_large().answer(),
        Ok(body) => {
            let path = parts.uri.path().to_owned();
            let mut pairs = form::decode(parts.uri.query().unwrap_or_default().as_bytes());
            if parts.method == Method::POST {
                pairs.extend(form::decode(&body));
            }
            let work = tokio::task::spawn_blocking(move || market.answer(&path, pairs));
            work.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a sandbox call broke");
                Answer {
                    status: 500,
                    body: br#"{"error_code":"gw.ServerError","error_message":"internal error"}"#.to_vec(),
                }
            })
        }
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json;charset=UTF-8"));
    response
}
