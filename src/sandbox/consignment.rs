//! Where the goods of a shipped order are: carrier, bill number and the scans on the way. All of it is a pure
//! function of the order, so it only grows as the clock goes on and needs no table.

use super::address::Address;
use super::goods::Goods;
use super::life;
use super::orders::Order;

/// From here on a forwarder carries it.
const FORWARDED_FROM_G: i64 = 30_000;

/// Questions put to [`life::of_order`]; apart from those of the life itself.
mod draw {
    pub const CARRIER: u64 = 100;
    pub const BILL: u64 = 101;
    pub const PICKED_BY: u64 = 102;
    pub const SCAN: u64 = 110;
}

/// One entry of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    pub at_ms: i64,
    pub remark: String,
}

/// How far it is, in the wire's words (GATEWAY.md 2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    WaitAccept,
    Accept,
    Transport,
    Sign,
}

impl Stage {
    pub fn word(self) -> &'static str {
        match self {
            Stage::WaitAccept => "WAITACCEPT",
            Stage::Accept => "ACCEPT",
            Stage::Transport => "TRANSPORT",
            Stage::Sign => "SIGN",
        }
    }
}

/// The parcel of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Consignment {
    /// `LP...`
    pub logistics_id: String,
    /// Its number, for fields that want one.
    pub id: i64,
    pub company_id: &'static str,
    pub company: &'static str,
    pub company_no: &'static str,
    pub bill_no: String,
    pub shipped_ms: i64,
    pub stage: Stage,
    /// What happened until now, oldest first.
    pub scans: Vec<Scan>,
}

struct Carrier {
    id: &'static str,
    name: &'static str,
    code: &'static str,
    /// How its bill numbers begin, and how many digits follow.
    bill: (&'static str, u32),
}

const COURIERS: [Carrier; 5] = [
    Carrier { id: "3", name: "中通快递", code: "ZTO", bill: ("78", 12) },
    Carrier { id: "2", name: "圆通速递", code: "YTO", bill: ("YT", 13) },
    Carrier { id: "8", name: "韵达快递", code: "YUNDA", bill: ("46", 13) },
    Carrier { id: "1", name: "申通快递", code: "STO", bill: ("77", 13) },
    Carrier { id: "26", name: "极兔速递", code: "JTSD", bill: ("JT", 13) },
];
const FORWARDER: Carrier = Carrier { id: "20", name: "德邦物流", code: "DBL", bill: ("DPK", 12) };

/// What is known at this time; `None` before it is shipped.
pub(super) fn of_order(order: &Order, goods: &Goods, now_ms: i64) -> Option<Consignment> {
    let shipped_ms = order.shipped_ms?;
    let arrival_ms = life::arrival_ms(order)?;
    let draw = |question| life::of_order(order, question);
    let courier = draw(draw::CARRIER).pick(&COURIERS).unwrap_or(&FORWARDER);
    let carrier = if life::grams(order, goods) > FORWARDED_FROM_G { &FORWARDER } else { courier };
    let (start, digits) = carrier.bill;
    let number = draw(draw::BILL).below(10_u64.pow(digits));
    let id = order.order_id / 1_000_000 * 100 + 7;
    let mut scans = journey(order, goods, shipped_ms, arrival_ms);
    let stage = match scans.iter().rfind(|(scan, _)| scan.at_ms <= now_ms) {
        None => Stage::WaitAccept,
        Some((_, stage)) => *stage,
    };
    scans.retain(|(scan, _)| scan.at_ms <= now_ms);
    Some(Consignment {
        logistics_id: format!("LP{id:014}"),
        id,
        company_id: carrier.id,
        company: carrier.name,
        company_no: carrier.code,
        bill_no: format!("{start}{number:0width$}", width = digits as usize),
        shipped_ms,
        stage,
        scans: scans.into_iter().map(|(scan, _)| scan).collect(),
    })
}

/// City with its province, once where they are the same, as carriers say them: `浙江省`, `金华市` is 浙江金华.
fn place(province: &str, city: &str) -> String {
    let (province, city) = (named(province), named(city));
    if province == city { city.to_owned() } else { format!("{province}{city}") }
}

fn named(region: &str) -> &str {
    ["壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市"]
        .iter()
        .find_map(|ending| region.strip_suffix(ending).filter(|rest| !rest.is_empty()))
        .unwrap_or(region)
}

/// Every scan from the counter to the door.
fn journey(order: &Order, goods: &Goods, shipped_ms: i64, arrival_ms: i64) -> Vec<(Scan, Stage)> {
    let from = goods
        .supplier(order.supplier)
        .map_or_else(|| "发货地".to_owned(), |supplier| place(&supplier.province, &supplier.city));
    let address = serde_json::from_str::<Address>(&order.address).ok();
    let (to, door) = match address.as_ref().filter(|address| !address.city.is_empty()) {
        Some(address) => {
            let to = place(&address.province, &address.city);
            let door = format!("{to}{}", address.area);
            (to, door)
        }
        None => ("目的地".to_owned(), "目的地".to_owned()),
    };
    let picked_by = life::of_order(order, draw::PICKED_BY).pick(&["本人", "前台", "门卫", "仓库"]);
    let mut legs = vec![
        (60, Stage::Accept, format!("在{from}营业部进行揽件扫描")),
        (110, Stage::Accept, format!("在{from}营业部进行下级地点扫描，即将发往：{from}分拨中心")),
        (200, Stage::Transport, format!("在{from}分拨中心进行称重扫描")),
    ];
    if from != to {
        legs.push((230, Stage::Transport, format!("在{from}分拨中心进行装车扫描，即将发往：{to}分拨中心")));
        legs.push((700, Stage::Transport, format!("在{to}分拨中心进行卸车扫描")));
    }
    legs.extend([
        (740, Stage::Transport, format!("从{to}分拨中心发出，本次转运目的地：{door}网点")),
        (870, Stage::Transport, format!("到达目的地网点{door}网点，快件将很快进行派送")),
        (930, Stage::Transport, format!("在{door}网点进行派件扫描；派送业务员：沙盒；联系电话：0000")),
        (1_000, Stage::Sign, format!("快件已被 {} 签收", picked_by.copied().unwrap_or("本人"))),
    ]);
    let transit = arrival_ms.saturating_sub(shipped_ms);
    legs.into_iter()
        .map(|(permille, stage, remark)| {
            // Nothing is scanned on the dot; steps keep their order, and it arrives exactly on time.
            let jitter = life::of_order(order, draw::SCAN + permille).between(0, 20);
            let permille = permille as i64;
            let tenths = if permille == 1_000 { 10_000 } else { permille * 10 + jitter * 10 };
            (Scan { at_ms: shipped_ms.saturating_add(transit / 10_000 * tenths), remark }, stage)
        })
        .map(|(scan, stage)| match stage {
            Stage::Sign => (Scan { at_ms: arrival_ms, ..scan }, stage),
            _ => (scan, stage),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_said_as_carriers_say_them() {
        assert_eq!(place("浙江省", "金华市"), "浙江金华");
        assert_eq!(place("上海市", "上海市"), "上海");
        assert_eq!(place("新疆维吾尔自治区", "乌鲁木齐市"), "新疆乌鲁木齐");
        assert_eq!(place("广东", "深圳"), "广东深圳");
    }
}
