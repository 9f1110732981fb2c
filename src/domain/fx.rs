//! A second currency for the eye: yuan shown as what they are about worth elsewhere. It is dated, it is never sent,
//! and nothing is ever computed from it.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::domain::money::Money;

/// Finest rate: a hundred-millionth of a yuan. Keeps every product exact.
const RATE_SCALE: u32 = 8;
/// Dearest unit of any currency, yuan, with room.
const MAX_RATE: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// What one unit of a currency cost on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fx {
    currency: String,
    rate: Decimal,
    date: Date,
}

/// Why a rate cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFx {
    /// Not three letters.
    #[error("a currency is three letters such as USD")]
    Currency,
    /// Yuan into yuan.
    #[error("prices are in CNY already: name another currency")]
    Home,
    /// Not a number above nothing.
    #[error("a rate is yuan for one unit, above 0, at most 8 decimals, such as 7.12")]
    Rate,
    /// Not a day of the calendar.
    #[error("a date is a real day such as 2026-11-20")]
    Date,
}

impl Fx {
    /// `rate` is yuan for one unit of `currency` (ISO 4217, three letters), as of `date` (`2026-11-20`).
    pub fn new(currency: &str, rate: &str, date: &str) -> Result<Fx, BadFx> {
        Ok(Fx { currency: Fx::code(currency)?, rate: Fx::rate_of(rate)?, date: Fx::day(date)? })
    }

    /// The code in capitals.
    pub fn code(currency: &str) -> Result<String, BadFx> {
        let code = currency.trim().to_ascii_uppercase();
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(BadFx::Currency);
        }
        if code == "CNY" { Err(BadFx::Home) } else { Ok(code) }
    }

    /// Yuan for one unit.
    pub fn rate_of(rate: &str) -> Result<Decimal, BadFx> {
        Decimal::from_str_exact(rate.trim())
            .ok()
            .map(|rate| rate.normalize())
            .filter(|rate| *rate > Decimal::ZERO && *rate <= MAX_RATE && rate.scale() <= RATE_SCALE)
            .ok_or(BadFx::Rate)
    }

    /// A day.
    pub fn day(date: &str) -> Result<Date, BadFx> {
        let date = date.trim();
        // The calendar's own parser takes times and zones too.
        if date.len() != 10 {
            return Err(BadFx::Date);
        }
        date.parse().map_err(|_| BadFx::Date)
    }

    /// ISO code of the currency.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The day the rate is of.
    pub fn date(&self) -> Date {
        self.date
    }

    /// About what this is worth, to two places, exact halves to the even neighbour; `None` for sums far outside any
    /// order.
    pub fn amount(&self, money: Money) -> Option<Decimal> {
        let cent = Decimal::new(1, 2);
        let yuan = money.yuan();
        // Rounded down first and judged by what is left over: a quotient without end has no halves of its own.
        let whole = yuan.abs().checked_div(self.rate)?.trunc_with_scale(2);
        let over = yuan.abs().checked_sub(whole.checked_mul(self.rate)?)?;
        let twice = over.checked_mul(Decimal::TWO)?;
        let step = self.rate.checked_mul(cent)?;
        let is_odd = !(whole.checked_mul(Decimal::ONE_HUNDRED)? % Decimal::TWO).is_zero();
        let up = twice > step || (twice == step && is_odd);
        let mut amount = if up { whole.checked_add(cent)? } else { whole };
        amount.rescale(2);
        if yuan.is_sign_negative() && !amount.is_zero() {
            amount.set_sign_negative(true);
        }
        Some(amount)
    }

    /// The amount with the currency's sign: `US$412.30`, `CHF 412.30`; without thousands apart. `?` where there is
    /// none.
    pub fn show(&self, money: Money) -> String {
        let Some(amount) = self.amount(money) else { return "?".to_owned() };
        let (sign, amount) =
            if amount.is_sign_negative() { ("-", (-amount).to_string()) } else { ("", amount.to_string()) };
        match self.sign() {
            Some(mark) => format!("{sign}{mark}{amount}"),
            None => format!("{} {sign}{amount}", self.currency),
        }
    }

    /// The currency's sign where it has one that is not also another's.
    fn sign(&self) -> Option<&'static str> {
        Some(match self.currency.as_str() {
            "USD" => "US$",
            "EUR" => "€",
            "GBP" => "£",
            "HKD" => "HK$",
            "TWD" => "NT$",
            "SGD" => "S$",
            "AUD" => "A$",
            "CAD" => "C$",
            "BRL" => "R$",
            "KRW" => "₩",
            "INR" => "₹",
            "RUB" => "₽",
            "THB" => "฿",
            "VND" => "₫",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fx(rate: &str) -> Fx {
        Fx::new("usd", rate, "2026-11-20").unwrap()
    }

    #[test]
    fn amounts_carry_their_sign_and_two_places() {
        let shown = |text: &str| fx("7.12").show(text.parse().unwrap());
        assert_eq!(shown("2935.58"), "US$412.30");
        assert_eq!(shown("0"), "US$0.00");
        assert_eq!(shown("-71.2"), "-US$10.00");
        assert_eq!(shown("0.01"), "US$0.00");
        assert_eq!(Fx::new("chf", "8.9", "2026-11-20").unwrap().show(Money::from_fen(8900)), "CHF 10.00");
        assert_eq!(fx("0.00000001").show(Money::from_yuan(Decimal::MAX)), "?");
    }

    #[test]
    fn exact_halves_go_to_the_even_cent() {
        let shown = |text: &str| fx("4").show(text.parse().unwrap());
        assert_eq!([shown("0.02"), shown("0.06"), shown("0.10")], ["US$0.00", "US$0.02", "US$0.02"]);
        assert_eq!(shown("0.020001"), "US$0.01");
        assert_eq!(shown("-0.06"), "-US$0.02");
    }

    #[test]
    fn what_is_no_rate_is_refused_by_name() {
        let bad = |currency: &str, rate: &str, date: &str| Fx::new(currency, rate, date).unwrap_err();
        for currency in ["", "US", "USDT", "U$D", "元", "us1"] {
            assert_eq!(bad(currency, "7", "2026-11-20"), BadFx::Currency, "{currency}");
        }
        assert_eq!(bad("cny", "7", "2026-11-20"), BadFx::Home);
        for rate in ["0", "-7.12", "7,12", "", "1e3", "0.000000001", "99999999"] {
            assert_eq!(bad("USD", rate, "2026-11-20"), BadFx::Rate, "{rate}");
        }
        for date in ["2026-02-30", "20 Nov", "2026-11-20T00:00:00", "", "2026-13-01"] {
            assert_eq!(bad("USD", "7", date), BadFx::Date, "{date}");
        }
    }

    proptest! {
        /// Whole numbers alone: rate in ten-thousandths of a yuan, money in fen.
        #[test]
        fn dividing_agrees_with_whole_numbers(fen in 0_u128..1_000_000_000_000, rate in 1_u128..10_000_000) {
            // cents = fen * 10_000 / rate, halves to even.
            let (cents, over) = (fen * 10_000 / rate, fen * 10_000 % rate);
            let up = over * 2 > rate || (over * 2 == rate && cents % 2 == 1);
            let cents = cents + u128::from(up);
            let rate = Decimal::from_i128_with_scale(rate as i128, 4).to_string();
            let shown = fx(&rate).amount(Money::from_fen(fen as i64)).unwrap().to_string();
            prop_assert_eq!(shown, format!("{}.{:02}", cents / 100, cents % 100));
        }
    }
}
