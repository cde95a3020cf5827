//! `yzt faces`: specimens of all nine faces and of an annotated copy as files, to look at the templates and the fonts of this machine.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use verifier_core::ids::Kind;

use super::{Failure, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::faces::{Faces, Format, specimen, specimen_copy};
use crate::problem::Problem;
use crate::record::Day;

/// Draw specimens (样证) of all nine faces and of a copy, with invented data
#[derive(Args)]
pub(super) struct Specimens {
    /// The directory to write into; it must be there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// As what
    #[arg(long, value_enum, default_value_t = As::Png)]
    format: As,
    /// The day they are of, YYYYMMDD; today where none is named
    #[arg(long, value_name = "DAY", value_parser = super::day)]
    today: Option<Day>,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    Svg,
    Png,
    Pdf,
}

impl Specimens {
    pub(super) fn run(self, config: &Config) -> Result<(), Failure> {
        let today = i32::try_from(Clock::System.now().day().0).ok().and_then(Day::from_days);
        let today = self.today.or(today).ok_or_else(|| Failure::new("this machine's clock is off"))?;
        let format = match self.format {
            As::Svg => Format::Svg,
            As::Png => Format::Png,
            As::Pdf => Format::Pdf,
        };
        let faces = Faces::new(config.fonts_dir.clone(), 1);
        for kind in Kind::ALL {
            let sheet = specimen(kind, today, &config.seal_name).map_err(told)?;
            let path = self.out.join(format!("{}.{}", kind.code(), format.word()));
            std::fs::write(&path, faces.draw_here(&sheet, format).map_err(told)?)?;
            say(format_args!("{}: {}", path.display(), kind.name_zh()));
        }
        let sheet = specimen_copy(Clock::System.now(), &config.seal_name).map_err(told)?;
        let path = self.out.join(format!("copy.{}", format.word()));
        std::fs::write(&path, faces.draw_here(&sheet, format).map_err(told)?)?;
        say(format_args!("{}: 加注件", path.display()));
        Ok(())
    }
}

fn told(problem: Problem) -> Failure {
    let (_, title) = problem.code().title();
    let (_, next) = problem.code().next_step();
    Failure::new(format_args!("{title}. {next}."))
}
