//! What was bought before, found by looking at every order for every question.

/// An order: its state's word, day, number, supplier and lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub state: &'static str,
    pub day: i64,
    pub number: u32,
    pub supplier: u32,
    pub lines: Vec<Line>,
}

/// One line: offer, whole units, unit if told, price of one in fen if told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub offer: i64,
    pub pieces: u32,
    pub unit: Option<&'static str>,
    pub fen: Option<i64>,
}

/// Times, units in all, unit, last price, day of it.
pub type Bought = (u64, Option<u32>, Option<String>, Option<i64>, i64);

/// Ways to get it wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    None,
    /// Closed orders count.
    ClosedCounts,
    /// Every line is a time.
    TimesByLine,
    /// The price of the first order is told, not of the last.
    OldestPrice,
    /// Units of unlike unit are added up.
    UnitsMixed,
}

fn counted(orders: &[Past], twist: Twist) -> Vec<&Past> {
    orders.iter().filter(|order| order.state != "closed" || twist == Twist::ClosedCounts).collect()
}

/// What was bought of one offer.
pub fn bought(orders: &[Past], offer: i64, twist: Twist) -> Option<Bought> {
    let orders = counted(orders, twist);
    let has = |order: &&&Past| order.lines.iter().any(|line| line.offer == offer);
    let with: Vec<&&Past> = orders.iter().filter(has).collect();
    let lines: Vec<&Line> =
        with.iter().flat_map(|order| &order.lines).filter(|line| line.offer == offer).collect();
    let told = match twist {
        Twist::OldestPrice => with.iter().min_by_key(|order| (order.day, order.number))?,
        _ => with.iter().max_by_key(|order| (order.day, order.number))?,
    };
    let newest = with.iter().map(|order| order.day).max()?;
    // The most units; of as many the dearest, a price not told being the least.
    let telling =
        told.lines.iter().filter(|line| line.offer == offer).max_by_key(|line| (line.pieces, line.fen))?;
    let same_unit = lines.iter().all(|line| line.unit.is_some() && line.unit == lines[0].unit);
    let times = if twist == Twist::TimesByLine { lines.len() } else { with.len() };
    Some((
        times as u64,
        (same_unit || twist == Twist::UnitsMixed).then(|| lines.iter().map(|line| line.pieces).sum()),
        telling.unit.map(str::to_owned),
        telling.fen,
        newest,
    ))
}

/// Orders with one supplier, and the day of the newest.
pub fn ordered(orders: &[Past], supplier: u32, twist: Twist) -> Option<(u64, i64)> {
    let theirs: Vec<i64> = counted(orders, twist)
        .iter()
        .filter(|order| order.supplier == supplier)
        .map(|order| order.day)
        .collect();
    theirs.iter().max().map(|newest| (theirs.len() as u64, *newest))
}
