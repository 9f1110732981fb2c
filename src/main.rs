//! The `pifa` program: parses its arguments and hands over, to a verb or to the screens.

use std::process::ExitCode;

use jiff::tz::TimeZone;
use pifa::app::Model;
use pifa::cli::session::Profile;
use pifa::cli::{self, Failure, Next};
use pifa::procure::Policy;
use pifa::runtime::{self, Look, RunError};

fn main() -> ExitCode {
    match cli::run() {
        Next::Exit(code) => code,
        Next::Screens(profile) => {
            let lang = profile.lang;
            screens(*profile).unwrap_or_else(|failure| failure.report(false, lang))
        }
    }
}

fn screens(profile: Profile) -> Result<ExitCode, Failure> {
    // https://no-color.org: set and not empty.
    let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let look = Look::load(profile.paths.folder(), colours)
        .map_err(|error| Failure::usage(error.to_string(), "mend that line, or remove the file"))?;
    let settings = &profile.settings;
    let policy =
        Policy { accept_drift_percent: settings.accept_drift_percent, max_freight: settings.max_freight };
    let mut model = Model::new(profile.lang, profile.ascii, look.keys, settings.quantity);
    model.theme = look.theme;
    model.zone = TimeZone::system();
    let open = async move {
        let session = profile.online().await?;
        Ok::<_, Failure>((session.desk, session.market))
    };
    match runtime::run(model, policy, open) {
        Ok(ended) => Ok(ExitCode::from(ended.code())),
        Err(RunError::Open(failure)) => Err(failure),
        Err(error) => Err(Failure::failed("terminal", error.to_string(), "")),
    }
}
