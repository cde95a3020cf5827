//! 实名核验: whether a name and a citizen id are those of one person, as the province's real-name service says.
//!
//! The service is asked in one documented form (`docs/wechat.md`), which a site's own platform is put behind. In
//! development, whoever knows the code and name of a holder on record may be taken for that holder instead; production
//! refuses that setting. What is not here: what a person may do once it is known.

use verifier_core::ids::CitizenId;

use crate::app::{App, StartError};
use crate::config::Config;
use crate::problem::{Code, Problem};
use crate::store::{StoreError, holders};
use crate::vault::Field;

mod service;

use service::Service;

/// What stands for the number of the service's record where there was no service.
const BY_RECORDS: &str = "development: by the records";
/// The type of a citizen id among holders' codes (GB/T 36903).
const CITIZEN_ID: &str = "111";
/// Seconds after which a service that did not answer may be asked again.
const RETRY_AFTER: u32 = 10;

/// How a person is known to be who it says.
pub enum RealName {
    /// Not at all: nobody can bind.
    Off,
    /// By what certificates say of their holders. For development.
    Records,
    /// By the province's service.
    Service(Service),
}

/// A person that was confirmed: the number of the service's own record of it.
pub struct Confirmed {
    /// For disputes, and for the audit log.
    pub reference: String,
}

/// What the service found.
enum Finding {
    Match(String),
    Mismatch,
}

impl RealName {
    /// The way the settings name.
    ///
    /// # Errors
    /// When the file with the secret or this machine's certificates cannot be read.
    pub fn open(config: &Config) -> Result<Self, StartError> {
        Ok(match Service::open(config)? {
            Some(service) => Self::Service(service),
            None if config.real_name_by_records => Self::Records,
            None => Self::Off,
        })
    }
}

/// Confirms that the person with this citizen id has this name.
///
/// # Errors
/// [`Code::RealNameMismatch`], [`Code::RealNameUnavailable`], [`Code::RealNameOff`].
pub async fn confirm(app: &App, id: &CitizenId, name: &str) -> Result<Confirmed, Problem> {
    let found = match &app.real_name {
        RealName::Off => return Err(Code::RealNameOff.into()),
        RealName::Records => by_records(app, id, name).await?,
        RealName::Service(service) => service.check(app, id, name).await.map_err(|failure| {
            app.metrics.real_name_checks.with_label_values(&["unavailable"]).inc();
            let problem = Problem::new(Code::RealNameUnavailable).retry_after(RETRY_AFTER);
            problem.because(format!("real-name service: {failure}"))
        })?,
    };
    let (word, confirmed) = match found {
        Finding::Match(reference) => ("match", Ok(Confirmed { reference })),
        Finding::Mismatch => ("mismatch", Err(Code::RealNameMismatch.into())),
    };
    app.metrics.real_name_checks.with_label_values(&[word]).inc();
    confirmed
}

async fn by_records(app: &App, id: &CitizenId, name: &str) -> Result<Finding, Problem> {
    let index = app.vault.index(Field::HolderCode, id.as_str());
    let find = move |conn: &mut _| holders::find_by_typed_code(conn, CITIZEN_ID, &index);
    let holder = app.db.read::<_, StoreError, _>(find).await?;
    let matches = holder.is_some_and(|holder| holder.name == name);
    Ok(if matches { Finding::Match(BY_RECORDS.to_owned()) } else { Finding::Mismatch })
}
