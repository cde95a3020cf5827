//! `yzt conformity`: checks certificates now, and shows the rules as they are here.

use std::sync::Arc;

use clap::{Args, Subcommand};
use verifier_core::ids::Kind;

use super::accounts::said;
use super::progress::Progress;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::auth::is_prefix;
use crate::config::Config;
use crate::conformity;
use crate::problem::Problem;
use crate::store::conformity::gather;

const EXAMPLES: &str = "\
Examples:
  yzt conformity check                             every certificate, as the nightly check does
  yzt conformity check --division 2101 --kind 013
  yzt conformity rules                             every rule with its grade here";

/// Check the data of certificates, and show the rules it is held to
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Conformity {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Check certificates now; servers go on meanwhile
    Check {
        /// Two, four or six digits of GB/T 2260
        #[arg(long, default_value = "")]
        division: String,
        /// One kind, by its three digits
        #[arg(long)]
        kind: Option<String>,
    },
    /// Every rule with its grade here
    Rules,
}

impl Conformity {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        match self.action {
            Action::Check { division, kind } => {
                if !is_prefix(&division) {
                    return Err(Failure::wrong_use("--division: two, four or six digits"));
                }
                if kind.as_deref().is_some_and(|kind| Kind::from_code(kind).is_none()) {
                    return Err(Failure::wrong_use("--kind: the three digits of one of the nine kinds"));
                }
                with_app(config, async |app| check(app, &division, kind.as_deref()).await)
            }
            Action::Rules => with_app(config, async |app| {
                for (rule, grade) in app.conformity.rules() {
                    say(format_args!("{:<24}  {:<8}  {}", rule.id, grade.word(), rule.text_zh));
                }
                Ok(())
            }),
        }
    }
}

async fn check(app: App, division: &str, kind: Option<&str>) -> Result<(), Failure> {
    let scope = conformity::scope(division, kind);
    let counted = scope.clone();
    let count =
        app.db.read::<_, Problem, _>(move |conn| Ok(gather::count(conn, &counted)?)).await.map_err(said)?;
    let total = u64::try_from(count).unwrap_or_default();
    let mut progress = Progress::begin(Some(total), "{wide_bar} {pos}/{len} {msg} {eta}");
    let outcome =
        conformity::sweep(&Arc::new(app), scope, |done| progress.move_to(done)).await.map_err(said)?;
    let rate = progress.end();
    say(format_args!("检查 {} 新发现 {} 已消除 {}", outcome.checked, outcome.opened, outcome.closed));
    say(format_args!("{} checked, {} found, {} gone", outcome.checked, outcome.opened, outcome.closed));
    say(rate);
    Ok(())
}
