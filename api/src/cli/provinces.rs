//! `yzt provinces`: at the ministry, the provinces whose keys stand in the national trust list.

use std::sync::Arc;

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER_PERMISSIVE;
use verifier_core::sm2::PublicKey;

use super::accounts::said;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::audit::{Action as Audited, Context, Entry};
use crate::clock::Timestamp;
use crate::config::{Config, SiteRole};
use crate::ministry;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::provinces::{self as rows, ProvinceRow};

const EXAMPLES: &str = "\
The root keys are the lines of roots.txt, as `yzt bundle export` writes it at the province. They decide whom the whole country
believes: take them over in person, and compare them with the province's operator.

Examples:
  yzt provinces add --iss 21 --name 辽宁省交通运输厅 --url https://yzt.example.gov.cn --root 02ab…
  yzt provinces follow           fetch the lists of every province now
  yzt provinces list             each, with when its lists were fetched last";

/// At the ministry: register, list and remove provinces
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Provinces {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Register a province
    Add(Add),
    /// Each province, with when its lists were fetched last
    List,
    /// Take a province off the national trust list; its copy stays
    Remove {
        /// Its two digits
        iss: String,
    },
    /// Fetch the lists of every province now
    Follow,
}

#[derive(Args)]
struct Add {
    /// Its two digits (GB/T 2260)
    #[arg(long)]
    iss: String,
    /// Its name in the national trust list
    #[arg(long)]
    name: String,
    /// Scheme and host it is reached at
    #[arg(long)]
    url: String,
    /// A root public key of it, compressed, hexadecimal; may be given several times
    #[arg(long = "root", required = true)]
    roots: Vec<String>,
}

impl Provinces {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        if config.role != SiteRole::Ministry {
            return Err(Failure::wrong_use("this site is a province's: role = \"ministry\" is not set"));
        }
        with_app(config, async |app| match self.action {
            Action::Add(add) => add.run(&app).await,
            Action::List => list(&app).await,
            Action::Remove { iss } => remove(&app, iss).await,
            Action::Follow => {
                app.learn_keys().await.map_err(Failure::new)?;
                ministry::follow(&Arc::new(app)).await.map_err(said)
            }
        })
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<(), Failure> {
        let row = self.row(app.clock.now())?;
        let (iss, audit) = (row.iss.clone(), app.audit.clone());
        let add = move |conn: &mut Conn| -> Result<bool, Problem> {
            if !rows::insert(conn, &row)? {
                return Ok(false);
            }
            let entry =
                Entry::new(Audited::ProvinceRegistered, Context::command()).on("province", row.iss.clone());
            audit.append(conn, entry.detail("roots", row.roots.as_str()))?;
            Ok(true)
        };
        if app.db.write(add).await.map_err(said)? {
            say(format_args!(
                "{iss} registered; its keys stand in the national list once `yzt provinces follow` has fetched them"
            ));
            Ok(())
        } else {
            Err(Failure::new("the province is registered already"))
        }
    }

    fn row(self, now: Timestamp) -> Result<ProvinceRow, Failure> {
        if self.iss.len() != 2 || !self.iss.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Failure::wrong_use("--iss: two digits"));
        }
        reqwest::Url::parse(&self.url).map_err(|_| Failure::wrong_use("--url: scheme and host"))?;
        let is_key = |text: &String| {
            let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes());
            bytes.is_ok_and(|bytes| PublicKey::from_compressed(&bytes).is_ok())
        };
        if !self.roots.iter().all(is_key) {
            return Err(Failure::wrong_use("--root: 33 bytes of a public key, hexadecimal"));
        }
        Ok(ProvinceRow {
            iss: self.iss,
            name: self.name,
            url: self.url,
            roots: self.roots.join(" ").to_lowercase(),
            registered_at: now.millis(),
            trust_list: None,
            trust_at: None,
            status_list: None,
            status_at: None,
            status_end: None,
            heard_at: None,
        })
    }
}

async fn list(app: &App) -> Result<(), Failure> {
    let at = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), |at| Timestamp(at).to_string());
    for row in app.db.read(rows::list).await? {
        say(format_args!(
            "{}  {}  {}  trust list {}  status list of {}  collected {}",
            row.iss,
            row.name,
            row.url,
            at(row.trust_at),
            at(row.status_at),
            at(row.heard_at)
        ));
    }
    Ok(())
}

async fn remove(app: &App, iss: String) -> Result<(), Failure> {
    let audit = app.audit.clone();
    let remove = move |conn: &mut Conn| -> Result<bool, Problem> {
        if !rows::remove(conn, &iss)? {
            return Ok(false);
        }
        audit.append(conn, Entry::new(Audited::ProvinceRemoved, Context::command()).on("province", iss))?;
        Ok(true)
    };
    if app.db.write(remove).await.map_err(said)? { Ok(()) } else { Err(Failure::new("no such province")) }
}
