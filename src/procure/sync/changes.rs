//! The bulk export: page after page since a cursor, the next one read while this one is written.
//!
//! Cursor, beginning of the pass and rows are written in one transaction, so wherever a sync is cut off, the next
//! one goes on exactly there.

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Report, SyncOptions, SyncReport};
use crate::catalog::With;
use crate::domain::text::Clean;
use crate::market::{Changes, MarketError, Marketplace};
use crate::procure::{CURSOR, Desk, DeskError, off_thread};

/// Pages read ahead, and written together at most: a transaction touches much of the store's indexes however few rows
/// it has, so what has come while the last one was written goes into one.
const TOGETHER: usize = 8;
/// Offers in one page of the bulk export.
const BULK_PAGE: u32 = 1000;
/// Catalog note: when the full pass began that is not at its end, UTC milliseconds.
const PASS: &str = "pass";
/// Catalog note: when the market last said that there is nothing more that changed, UTC milliseconds.
const UP_TO_DATE: &str = "up_to_date";

impl Desk {
    pub(super) async fn sync_changes(
        &self,
        options: &SyncOptions,
        told: &Report<'_>,
    ) -> Result<SyncReport, DeskError> {
        let catalog = &self.parts.catalog;
        let mut pass = self.pass()?;
        let mut cursor = catalog.meta(CURSOR)?;
        // A pass that was cut off is gone on with; else everything is asked for again from the beginning.
        if pass.is_none() && (options.full || cursor.is_none()) {
            pass = Some(self.read_at());
            cursor = None;
        }
        let limit = options.limit.map_or(u64::MAX, |limit| limit as u64);
        let mut report = SyncReport { cursor: cursor.clone(), ..SyncReport::default() };
        let mut pages = self.pages(cursor.unwrap_or_default(), limit);
        while let Some(page) = pages.recv().await {
            let mut batch = page?;
            let trouble = gather(&mut batch, &mut pages);
            if batch.restarted {
                // The cursor was of another market or age: all that is on sale is listed from here on.
                let first = batch.offers.first().map_or(Timestamp::MAX, |offer| offer.fetched_at);
                pass = Some(self.read_at().min(first));
            }
            let Changes { offers, suppliers, cursor, complete, total, .. } = batch;
            report.fetched += offers.len() as u64;
            report.market_total = Some(total);
            let catalog = catalog.clone();
            let (note, begun, ends) = (cursor.clone(), pass, complete && pass.is_some());
            let now = self.read_at();
            let stored = off_thread(move || {
                let begun_ms = begun.map(|begun| begun.as_millisecond().to_string());
                let pass_note = begun_ms.as_deref().filter(|_| !ends);
                let up_to_date = now.as_millisecond().to_string();
                let mut notes = vec![(CURSOR, Some(note.as_str())), (PASS, pass_note)];
                notes.extend(complete.then_some((UP_TO_DATE, Some(up_to_date.as_str()))));
                catalog.upsert_with(&offers, &suppliers, &With { notes: &notes, pass: begun, ends })
            })
            .await??;
            report.cursor = Some(cursor);
            report.changed += (stored.new + stored.changed) as u64;
            report.gone += stored.gone as u64;
            report.complete = complete;
            // How many changed nobody knows before the last page; a pass reads all there is.
            let to_read = pass.map(|_| total).or_else(|| complete.then_some(report.fetched));
            told.moved(report.fetched, to_read);
            // What came before the trouble is kept, and gone on from.
            trouble?;
        }
        Ok(report)
    }

    /// When the full pass began that is not at its end.
    fn pass(&self) -> Result<Option<Timestamp>, DeskError> {
        self.noted_moment(PASS)
    }

    /// When the market last said that nothing else had changed: all that is stored was right then, however long ago it
    /// was read.
    pub(in crate::procure) fn up_to_date(&self) -> Result<Option<Timestamp>, DeskError> {
        self.noted_moment(UP_TO_DATE)
    }

    fn noted_moment(&self, note: &str) -> Result<Option<Timestamp>, DeskError> {
        let note = self.parts.catalog.meta(note)?;
        Ok(note.and_then(|ms| ms.parse().ok()).and_then(|ms| Timestamp::from_millisecond(ms).ok()))
    }

    /// Reads pages ahead of who takes them, a few at most, and stops with the one that is taken last.
    fn pages(&self, mut cursor: String, limit: u64) -> mpsc::Receiver<Result<Changes, MarketError>> {
        let (pages, arriving) = mpsc::channel(TOGETHER);
        let desk = self.clone();
        tokio::spawn(async move {
            let mut fetched = 0;
            loop {
                let size = u32::try_from(limit - fetched).unwrap_or(u32::MAX).clamp(1, BULK_PAGE);
                let page = match desk.connection() {
                    Ok(gateway) => gateway.changes(&cursor, size).await,
                    Err(error) => Err(error),
                };
                let page = page.and_then(|page| {
                    // It would be asked for again for ever.
                    if page.offers.is_empty() && !page.complete && page.cursor == cursor {
                        return Err(MarketError::BadAnswer(Clean::new("changes that do not go on")));
                    }
                    Ok(page)
                });
                let last = match &page {
                    Ok(page) => {
                        fetched += page.offers.len() as u64;
                        cursor.clone_from(&page.cursor);
                        page.complete || fetched >= limit
                    }
                    Err(_) => true,
                };
                if pages.send(page).await.is_err() || last {
                    return;
                }
            }
        });
        arriving
    }
}

/// Adds the pages that have come meanwhile; none after one that is the last or begins anew.
fn gather(
    batch: &mut Changes,
    pages: &mut mpsc::Receiver<Result<Changes, MarketError>>,
) -> Result<(), MarketError> {
    for _ in 1..TOGETHER {
        if batch.complete {
            break;
        }
        let Ok(page) = pages.try_recv() else { break };
        let page = page?;
        if page.restarted {
            // All that is on sale is listed again from its first page on, so that nothing before it is needed.
            *batch = page;
            break;
        }
        batch.offers.extend(page.offers);
        batch.suppliers.extend(page.suppliers);
        (batch.cursor, batch.complete, batch.total) = (page.cursor, page.complete, page.total);
    }
    Ok(())
}
