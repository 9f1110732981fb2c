//! The `pifa` program: parses its arguments and hands over, to a verb or to the screens.

use std::process::ExitCode;

use jiff::tz::TimeZone;
use pifa::app::Model;
use pifa::cli::session::Profile;
use pifa::cli::{self, Failure, Next};
use pifa::config::ThemeName;
use pifa::config::theme::Preset;
use pifa::procure::Policy;
use pifa::runtime::{self, Look, Options, RunError};

fn main() -> ExitCode {
    match cli::run() {
        Next::Exit(code) => code,
        Next::Screens(profile) => {
            let lang = profile.lang;
            screens(*profile).unwrap_or_else(|failure| failure.report(false, lang))
        }
    }
}

fn screens(mut profile: Profile) -> Result<ExitCode, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let theme = profile.settings.theme.map(|theme| match theme {
        ThemeName::Dark => Preset::Dark,
        ThemeName::Light => Preset::Light,
    });
    let look = Look::load(profile.paths.folder(), theme, env)
        .map_err(|error| Failure::usage(error.to_string(), "mend that line, or remove the file"))?;
    let settings = &profile.settings;
    let policy =
        Policy { accept_drift_percent: settings.accept_drift_percent, max_freight: settings.max_freight };
    let mut model = Model::new(profile.lang, profile.ascii, look.keys, settings.quantity);
    model.theme = look.theme;
    model.fx = settings.fx.clone();
    model.zone = TimeZone::system();
    let mouse = settings.mouse;
    // What the settings say of doubtful marks needs no asking, and ASCII has none.
    model.ascii |= settings.ambiguous_width == Some(2);
    let ask_width = settings.ambiguous_width.is_none() && !model.ascii;
    let narrow = settings.ambiguous_width == Some(1) && !model.ascii;
    let open = async move {
        profile.on_screen = true;
        let session = profile.online().await?;
        Ok::<_, Failure>((session.desk, session.market, profile.told()))
    };
    let options = Options { policy, mouse, ask_width, narrow };
    match runtime::run(model, options, open) {
        Ok(ended) => Ok(ExitCode::from(ended.code())),
        Err(RunError::Open(failure)) => Err(failure),
        Err(error) => Err(Failure::failed("terminal", error.to_string(), "")),
    }
}
