//! Calls to a gateway that counts them, one at a time: as fast as the day's share and the market's own word allow.

use std::future::Future;
use std::time::Duration;

use super::pace::Bucket;
use crate::market::MarketError;

/// How often one call is turned away for its frequency before the queue gives up for this time.
const PATIENCE: u32 = 6;

/// The queue of one sync.
pub(in crate::procure) struct Queue {
    bucket: Bucket,
    began: tokio::time::Instant,
}

impl Queue {
    pub fn new() -> Queue {
        Queue { bucket: Bucket::new(Duration::ZERO), began: tokio::time::Instant::now() }
    }

    /// Makes a read when its turn comes. A market that keeps asking to slow down ends it with
    /// [`MarketError::Throttled`]: what was read until then stays, the next sync goes on.
    pub async fn ask<T, F>(&mut self, mut call: impl FnMut() -> F + Send) -> Result<T, MarketError>
    where
        F: Future<Output = Result<T, MarketError>> + Send,
    {
        let mut turned_away = 0;
        loop {
            let wait = self.bucket.take(self.began.elapsed());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            match call().await {
                Err(MarketError::Throttled { retry_after }) if turned_away < PATIENCE => {
                    turned_away += 1;
                    self.bucket.turned_away(self.began.elapsed(), retry_after);
                    tracing::debug!(turned_away, ?retry_after, "the market asks to slow down");
                }
                Ok(answer) => {
                    self.bucket.went_well();
                    return Ok(answer);
                }
                Err(error) => return Err(error),
            }
        }
    }
}
