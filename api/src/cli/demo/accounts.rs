//! The demonstration's people and their certificates. Their passwords are no secret: they exist here only.

use crate::app::App;
use crate::auth::{self, Password, Role};
use crate::generate::Generator;
use crate::record::{Day, Record};
use verifier_core::ids::Kind;

use super::super::Failure;
use super::ROUNDS;

/// Records to import; the first nine are one of each kind.
const RECORDS: usize = 200;
/// What the invented records are made from.
const SEED: u64 = 2022;

/// Someone who can sign in.
pub(super) struct DemoAccount {
    pub(super) login: &'static str,
    pub(super) password: &'static str,
    pub(super) about: &'static str,
    role: Role,
    name: &'static str,
}

/// Everybody in the story. The driver's account is made once the certificates are in.
pub(super) struct Accounts {
    pub(super) driver: DemoAccount,
    /// Whose certificate is still in force after the story.
    pub(super) second_driver: DemoAccount,
    pub(super) officer: DemoAccount,
    pub(super) issuer: DemoAccount,
    pub(super) operator: DemoAccount,
    /// 三员: what they may do is in docs/access.md.
    pub(super) administrators: [DemoAccount; 3],
    /// The records that come in.
    pub(super) records: Vec<Record>,
}

impl Accounts {
    pub(super) fn all(&self) -> impl Iterator<Item = &DemoAccount> {
        [&self.driver, &self.second_driver].into_iter().chain(self.staff())
    }

    fn staff(&self) -> impl Iterator<Item = &DemoAccount> {
        [&self.officer, &self.issuer, &self.operator].into_iter().chain(&self.administrators)
    }

    /// The certificates of the story's driver and of the one who is left to try things with: practitioners', the
    /// first of them issued in this year so that showing it moves this year's rate.
    pub(super) fn records_to_show(&self, today: verifier_core::Day) -> Option<(&Record, &Record)> {
        let year = |record: &Record| {
            u32::try_from(record.issued_on().days()).map(|day| verifier_core::Day(day).civil().0)
        };
        let is_driver = |record: &&Record| record.kind() == Kind::PractitionerQualification;
        let mut drivers = self.records.iter().filter(is_driver);
        let shown = drivers
            .clone()
            .find(|record| year(record) == Ok(today.civil().0))
            .or_else(|| drivers.clone().next())?;
        Some((shown, drivers.find(|record| record.number() != shown.number())?))
    }
}

/// Makes the staff's accounts and the records of the story.
pub(super) async fn make(app: &App) -> Result<Accounts, Failure> {
    let days = i32::try_from(app.clock.now().day().0).map_err(Failure::new)?;
    let today = Day::from_days(days).ok_or_else(|| Failure::new("the clock is far from any year of ours"))?;
    let account = |login, password, role, name, about| DemoAccount { login, password, about, role, name };
    let accounts = Accounts {
        driver: account(
            "driver",
            "demo-jiashi",
            Role::Holder,
            "演示驾驶员",
            "持证人，证照已在演示中注销 whose certificate the story cancelled",
        ),
        second_driver: account(
            "driver2",
            "demo-jiashi",
            Role::Holder,
            "演示驾驶员二",
            "持证人，证照有效，可亮证 whose certificate can be shown",
        ),
        officer: account(
            "officer",
            "demo-zhifa",
            Role::Officer,
            "演示执法员",
            "执法人员 officer at the roadside",
        ),
        issuer: account(
            "issuer",
            "demo-yunzheng",
            Role::Issuer,
            "演示运政系统",
            "运政系统 the issuer's system",
        ),
        operator: account(
            "operator",
            "demo-yewu",
            Role::Operator,
            "演示业务管理员",
            "业务管理员 who watches the figures",
        ),
        administrators: [
            account(
                "system",
                "demo-xitong",
                Role::SystemAdmin,
                "演示系统管理员",
                "系统管理员 who keeps accounts",
            ),
            account(
                "security",
                "demo-anquan",
                Role::SecurityAdmin,
                "演示安全管理员",
                "安全管理员 who decides on roles and keys",
            ),
            account(
                "audit",
                "demo-shenji",
                Role::AuditAdmin,
                "演示审计管理员",
                "审计管理员 who reads what was done",
            ),
        ],
        records: Generator::new(SEED, today).take(RECORDS).collect(),
    };
    for account in accounts.staff() {
        add(app, account, None).await?;
    }
    Ok(accounts)
}

/// Adds an account; a holder's with the holder it acts for.
pub(super) async fn add(app: &App, account: &DemoAccount, holder_id: Option<String>) -> Result<(), Failure> {
    let new = auth::accounts::NewAccount {
        id: app.new_id().to_string(),
        login: account.login.to_owned(),
        role: account.role,
        name: account.name.to_owned(),
        password: Some(
            Password::hash(account.password, ROUNDS).ok_or_else(|| Failure::new("no randomness"))?,
        ),
        password_initial: false,
        holder_id,
        division: None,
    };
    let now = app.clock.now();
    let integrity = app.integrity.clone();
    app.db.write(move |conn| auth::accounts::add(conn, &integrity, new, now)).await.map_err(Failure::new)?;
    Ok(())
}
