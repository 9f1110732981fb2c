//! Names of things that are values elsewhere: orders of a list, tiers of a match, states of an order.

use crate::domain::search::{Sort, Tier, WhyPart};
use crate::i18n::Text;

impl Text {
    /// Name of a result order.
    pub fn sort_name(&self, sort: Sort) -> &'static str {
        match sort {
            Sort::Rank => self.sort_rank,
            Sort::Price => self.sort_price,
            Sort::Landed => self.sort_landed,
            Sort::Sold => self.sort_sold,
            Sort::Repeat => self.sort_repeat,
            Sort::Age => self.sort_age,
        }
    }

    /// How a query met an offer.
    pub fn tier_name(&self, tier: Tier) -> &'static str {
        match tier {
            Tier::Word => self.tier_word,
            Tier::Part => self.tier_part,
            Tier::Pinyin => self.tier_pinyin,
            Tier::Mine => self.tier_mine,
            Tier::Supplier => self.tier_supplier,
            Tier::Near => self.tier_near,
        }
    }

    /// What points of the rank are for.
    pub fn part_name(&self, part: WhyPart) -> &'static str {
        match part {
            WhyPart::Sales => self.part_sales,
            WhyPart::Repeat => self.part_repeat,
            WhyPart::Identities => self.part_identities,
            WhyPart::Years => self.part_years,
            WhyPart::Factory => self.part_factory,
            WhyPart::Freshness => self.part_freshness,
        }
    }

    /// What the buyer calls an order's state; `None` for a word of the market we do not know.
    pub fn state_name(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "draft" => self.state_draft,
            "queued" => self.state_queued,
            "sending" => self.state_sending,
            "unknown" => self.state_unknown,
            "handed_over" => self.state_handed_over,
            "rejected" => self.state_rejected,
            "to_pay" => self.state_to_pay,
            "to_pay_freight_open" => self.state_to_pay_freight_open,
            "to_ship" => self.state_to_ship,
            "shipped" => self.state_shipped,
            "done" => self.state_done,
            "closed" => self.state_closed,
            _ => return None,
        })
    }
}
