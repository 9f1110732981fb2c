//! Buying lists as they are typed.

use clap::Subcommand;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::values::scale;
use crate::domain::list::MOST_DAYS;
use crate::domain::saved::SavedName;

/// `pifa list`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ListVerb {
    /// Every list, and when it is due
    All,
    /// Only the lists that are due by now
    Due {
        /// Also those due within so many days
        #[arg(long, value_name = "DAYS", default_value = "0", value_parser = clap::value_parser!(i64).range(0..=3650))]
        within: i64,
    },
    /// Keep the cart as a list
    Save {
        /// Its name
        #[arg(value_parser = name)]
        name: SavedName,
        /// Due again every so many days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
        every: Option<u32>,
        /// The first day it is due (default: so many days from today)
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "every")]
        since: Option<Date>,
        /// Words to keep with it
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        note: Option<String>,
        /// Replace another list of that name
        #[arg(long)]
        replace: bool,
    },
    /// One list with today's prices
    Show {
        /// Its name, or a file
        #[arg(value_name = "NAME|FILE")]
        name: String,
        /// So many sets of it
        #[arg(long, value_name = "N", value_parser = scale, allow_negative_numbers = true)]
        scale: Option<Decimal>,
    },
    /// Put a list into the cart, as one step of undo
    Load {
        /// Its name, or a file
        #[arg(value_name = "NAME|FILE")]
        name: String,
        /// So many sets of it
        #[arg(long, value_name = "N", value_parser = scale, allow_negative_numbers = true)]
        scale: Option<Decimal>,
    },
    /// What differs between a list and the cart, or another list
    Diff {
        /// Its name, or a file
        #[arg(value_name = "NAME|FILE")]
        name: String,
        /// Another list instead of the cart
        #[arg(value_name = "NAME|FILE")]
        other: Option<String>,
    },
    /// Put the lines of other lists into one; quantities of one SKU add up
    Merge {
        /// The list that grows; made where there is none
        #[arg(value_parser = name)]
        into: SavedName,
        /// The others
        #[arg(required = true, value_name = "NAME|FILE")]
        from: Vec<String>,
    },
    /// Give a list another name
    Rename {
        /// As it is called
        name: String,
        /// As it is to be called
        #[arg(value_parser = name)]
        new: SavedName,
    },
    /// Delete a list
    Rm {
        /// Its name
        name: String,
    },
}

fn name(text: &str) -> Result<SavedName, String> {
    SavedName::new(text).map_err(|error| error.to_string())
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "a day such as 2026-01-31".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::args::Args;

    #[test]
    fn what_can_be_said_of_lists_and_plans() {
        let reads = |words: &str| Args::try_parse_from(words.split(' ')).is_ok();
        for good in [
            "pifa list all",
            "pifa list due --within 7",
            "pifa list save 每月 --every 28 --since 2026-11-22 --note 先问价 --replace",
            "pifa list show 每月 --scale 3",
            "pifa list load ./a.txt --scale 0.5",
            "pifa list diff 每月",
            "pifa list diff 每月 每周",
            "pifa list merge 每月 每周 a.txt",
            "pifa list rename 每月 月月",
            "pifa list rm 每月",
            "pifa cart plan",
            "pifa cart apply plan.txt",
            "pifa reorder --from past.csv --scale 2 --dry-run --accept +3%",
            "pifa reorder 1 2 --submit --accept 3 --raise --skip-missing --max-freight 80",
        ] {
            assert!(reads(good), "{good}");
        }
        for bad in [
            "pifa list",
            "pifa list save ../x",
            "pifa list save x --every 0",
            "pifa list save x --since 2026-11-22",
            "pifa list save x --every 7 --since tomorrow",
            "pifa list load x --scale 0",
            "pifa list load x --scale -1",
            "pifa list merge x",
            "pifa list due --within -1",
            "pifa cart apply",
            "pifa reorder",
            "pifa reorder 1 --from past.csv",
            "pifa reorder 1 --dry-run --submit",
            "pifa reorder 1 --max-freight 80",
            "pifa reorder 1 --accept much",
        ] {
            assert!(!reads(bad), "{bad}");
        }
    }
}
