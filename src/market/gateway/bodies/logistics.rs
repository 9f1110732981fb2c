//! Consignments and where they have been (GATEWAY.md 2.10). Two calls tell of one thing, and neither alone is
//! enough: the one knows carrier and state, the other the stations. "No trace yet" comes as an error text beside
//! `success:true`, "not shipped" as code 500_2.

use serde::Deserialize;

use super::list::{List, Maybe, object};
use super::scalar::{Field, Moment};
use crate::domain::order::{Shipment, TraceStep};
use crate::domain::text::Clean;
use crate::market::MarketError;
use crate::market::gateway::envelope;

/// The documented code of an order that was not shipped.
const NOT_SHIPPED: &str = "500_2";
/// Codes of a trace that is not there: none known, or the order is older than a year.
const NO_TRACE: [&str; 2] = ["404", "order.createtime.history"];

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct InfoBody {
    #[serde(alias = "logisticsCode")]
    logistics_id: Field<String>,
    logistics_bill_no: Field<String>,
    logistics_company_name: Field<String>,
    status: Field<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct TraceBody {
    logistics_id: Field<String>,
    logistics_bill_no: Field<String>,
    logistics_steps: List<StepBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct StepBody {
    accept_time: Field<Moment>,
    remark: Field<String>,
}

/// `alibaba.trade.getLogisticsInfos.buyerView`: consignments without their stations.
pub fn infos(body: &[u8]) -> Result<Vec<Shipment>, MarketError> {
    let payload = match envelope::payload(body) {
        Err(MarketError::Refused(refusal)) if refusal.code.as_str() == NOT_SHIPPED => return Ok(Vec::new()),
        other => other?,
    };
    let list = payload.map(List::<InfoBody>::read).unwrap_or_default();
    if list.dropped > 0 {
        return Err(envelope::unreadable("a consignment that is none"));
    }
    Ok(list.items.into_iter().map(InfoBody::into_shipment).collect())
}

/// `nativeLogistics.logisticsItems` of an order: what is left where the app was not given the call above.
pub fn native(body: &[u8]) -> Result<Vec<Shipment>, MarketError> {
    #[derive(Deserialize, Default)]
    #[serde(default, rename_all = "camelCase")]
    struct Order {
        native_logistics: Maybe<Native>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default, rename_all = "camelCase")]
    struct Native {
        logistics_items: List<InfoBody>,
    }
    let payload =
        envelope::payload(body)?.ok_or_else(|| envelope::unreadable("an order without its content"))?;
    let order: Order = object(payload).ok_or_else(|| envelope::unreadable("an order that is none"))?;
    let items = order.native_logistics.0.unwrap_or_default().logistics_items.items;
    Ok(items.into_iter().map(InfoBody::into_shipment).collect())
}

/// `alibaba.trade.getLogisticsTraceInfo.buyerView`: consignments with their stations and little else.
pub fn traces(body: &[u8]) -> Result<Vec<Shipment>, MarketError> {
    let top = envelope::open(body)?;
    match envelope::refused(&top) {
        Err(MarketError::Refused(refusal))
            if NO_TRACE.contains(&refusal.code.as_str()) || refusal.code.as_str() == NOT_SHIPPED =>
        {
            return Ok(Vec::new());
        }
        other => other?,
    }
    let list = match top.raw("logisticsTrace").or_else(|| top.raw("result")) {
        Some(raw) => List::<TraceBody>::read(raw),
        None => List::default(),
    };
    Ok(list.items.into_iter().map(TraceBody::into_shipment).collect())
}

/// Consignments with the stations of their traces; a trace that belongs to none of them is one of its own.
pub fn merged(infos: Vec<Shipment>, traces: Vec<Shipment>) -> Vec<Shipment> {
    let mut shipments = infos;
    // Where there is one of each they are the same, whatever they are called.
    let only = shipments.len() == 1 && traces.len() == 1;
    for trace in traces {
        let same = |known: &&mut Shipment| {
            let named = |a: &Clean, b: &Clean| !a.is_empty() && a == b;
            only || named(&known.id, &trace.id) || named(&known.bill_no, &trace.bill_no)
        };
        match shipments.iter_mut().find(same) {
            Some(known) => {
                if known.bill_no.is_empty() {
                    known.bill_no = trace.bill_no;
                }
                known.steps.extend(trace.steps);
            }
            None => shipments.push(trace),
        }
    }
    for shipment in &mut shipments {
        // Newest last. One whose time cannot be read keeps its place only if all of them are left alone.
        if shipment.steps.iter().all(|step| step.at.is_some()) {
            shipment.steps.sort_by_key(|step| step.at);
        }
    }
    shipments
}

fn words(field: Field<String>, most: usize) -> Clean {
    Clean::capped(&field.get().unwrap_or_default(), most)
}

impl InfoBody {
    fn into_shipment(self) -> Shipment {
        Shipment {
            id: words(self.logistics_id, 60),
            company: words(self.logistics_company_name, 60),
            bill_no: words(self.logistics_bill_no, 60),
            status: words(self.status, 40),
            steps: Vec::new(),
        }
    }
}

impl TraceBody {
    fn into_shipment(self) -> Shipment {
        let steps = self.logistics_steps.items.into_iter().filter_map(|step| {
            let text = words(step.remark, 300);
            (!text.is_empty()).then(|| TraceStep { at: step.accept_time.get().map(|at| at.0), text })
        });
        Shipment {
            id: words(self.logistics_id, 60),
            company: Clean::default(),
            bill_no: words(self.logistics_bill_no, 60),
            status: Clean::default(),
            steps: steps.collect(),
        }
    }
}
