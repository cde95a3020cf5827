//! The one table of what is audited: the word that is stored, and what it means in Chinese and English.
//!
//! `docs/audit-actions.md` is made from it. A word, once written into a log, keeps its meaning.

use std::fmt::Write;

/// Makes [`Action`] from aligned entries, so that no action can lack a word or a meaning.
macro_rules! actions {
    ($( $(#[doc = $group:literal])? $variant:ident $word:literal $zh:literal, $en:literal; )*) => {
        /// What was done, or tried.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Action {
            $( #[doc = $en] $variant, )*
        }

        impl Action {
            /// All of them, in the order of the documents.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The word it is stored as.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// What it means: Chinese, English.
            #[must_use]
            pub fn meaning(self) -> (&'static str, &'static str) {
                match self { $( Self::$variant => ($zh, $en), )* }
            }
        }
    };
}

actions! {
    // Who comes and goes
    SignIn              "session.begun"         "登录", "Signing in";
    SessionRefreshed    "session.refreshed"     "续期会话", "A session goes on with new tokens";
    SessionEnded        "session.ended"         "退出或会话被终止", "Signing out, or a session ended by somebody";
    PasswordChanged     "password.changed"      "修改或重置密码", "A password is changed or set anew";
    FactorAdded         "factor.added"          "绑定第二因素", "A second factor is added";
    FactorRemoved       "factor.removed"        "解除第二因素", "A second factor is removed";
    IdentityBound       "identity.bound"        "实名绑定", "An account is bound to a holder";
    IdentityUnbound     "identity.unbound"      "解除实名绑定", "An account is no longer bound to a holder";

    // Accounts and what they may do
    AccountAdded        "account.added"         "新增账号", "An account is made";
    AccountChanged      "account.changed"       "修改账号", "An account's name, role or division is changed";
    AccountDisabled     "account.disabled"      "停用账号", "An account can no longer sign in";
    AccountEnabled      "account.enabled"       "启用账号", "An account can sign in again";
    AccountUnlocked     "account.unlocked"      "解锁账号", "An account that was locked can sign in again";
    PolicyChanged       "policy.changed"        "修改安全策略", "A rule of access is changed";
    AccessRefused       "access.refused"        "越权访问被拒绝", "Something was asked for that the account may not do";
    ApprovalRequested   "approval.requested"    "提交待审批操作", "An operation waits for a second person";
    ApprovalGiven       "approval.given"        "审批通过", "A second person approved an operation";
    ApprovalRefused     "approval.refused"      "审批驳回", "A second person refused an operation";
    ClientAdded         "client.added"          "登记接口调用方", "A system that may call is registered";
    ClientRevoked       "client.revoked"        "停用接口调用方", "A system may no longer call";

    // Keys and devices
    KeyMade             "key.made"              "生成密钥", "A key is made";
    KeyActivated        "key.activated"         "提前启用密钥", "A key signs before its time of publication is over";
    DataKeysListed      "data-keys.listed"      "查看数据密钥", "Data keys are looked at, with how much is under each";
    KeyRevoked          "key.revoked"           "吊销密钥", "A key is revoked";
    DeviceRegistered    "device.registered"     "登记设备", "A device is registered";
    DeviceRevoked       "device.revoked"        "停用设备", "A device is revoked";

    // Certificates and personal data
    BatchIngested       "ingest.batch"          "归集证照批次", "A batch of certificates came in";
    RecordTaken         "ingest.record"         "报送单条证照", "A certificate came in by itself";
    CertificateEvent    "certificate.event"     "证照状态变更", "What happened to a certificate is reported";
    CertificateRead     "certificate.read"      "工作人员查看证照", "Staff look at a certificate";
    LookedUp            "certificate.looked_up" "执法人员查询证照", "An officer looks certificates up without a code";
    DataRevealed        "data.revealed"         "查看未脱敏个人信息", "Personal data is shown unmasked";
    DataExported        "data.exported"         "导出数据", "Data is exported";
    DataRekeyed         "data.rekeyed"          "更换数据密钥", "Personal data is encrypted under another key";
    MaintenanceDrafted  "maintenance.drafted"   "起草数据维护申请", "An application to maintain data is drafted or changed";
    MaintenanceSubmitted "maintenance.submitted" "提交数据维护申请", "An application to maintain data is submitted";
    MaintenanceWithdrawn "maintenance.withdrawn" "撤回数据维护申请", "An application to maintain data is taken back";
    MaintenanceDecided  "maintenance.decided"   "审批数据维护申请", "An application to maintain data is decided";
    MaintenanceCompleted "maintenance.completed" "办结数据维护申请", "An application to maintain data is completed";

    // Collection and mutual recognition
    CollectionCommanded "collection.commanded"  "操作归集队列", "Collection is paused, resumed, replayed, retried, compared or mended";
    IncidentReported    "collection.incident"   "登记或更新归集故障", "An outage of collection is declared, cleared or made good";
    ProvinceRegistered  "province.registered"   "部级系统登记省份", "The ministry registers a province and its root keys";
    ProvinceRemoved     "province.removed"      "部级系统移除省份", "The ministry takes a province off the national trust list";

    // Figures
    LicencesReported    "licences.reported"     "报送实体证照数量", "Numbers of valid paper licences are reported";
    TrainingRecorded    "training.recorded"     "登记宣传培训", "A training is recorded";
    RefusalReported     "refusal.reported"      "报告亮证不予认可事件", "It is reported that a shown certificate was not accepted";
    RefusalDecided      "refusal.decided"       "处理亮证不予认可事件", "An operator decides on such a report";
    FiguresFrozen       "figures.frozen"        "冻结指标", "Figures are frozen for a report";
    AssessmentWritten   "assessment.written"    "编写自评估", "The self-assessment of an annual report is written";

    // Sharing
    GrantMade           "grant.made"            "授权", "Items of certificates are granted to a third party";
    GrantRevoked        "grant.revoked"         "撤销授权", "A grant is taken back";
    GrantUsed           "grant.used"            "按授权提供证照数据", "Items of a certificate are given under a grant";
    EncryptionKeyAdded  "encryption_key.added"  "登记加密公钥", "A key that answers are encrypted to is registered";
    EncryptionKeyRevoked "encryption_key.revoked" "停用加密公钥", "A key that answers are encrypted to is revoked";
    CopyMade            "copy.made"             "制作加注件", "An annotated copy is made";
    CopyRead            "copy.read"             "下载加注件", "An annotated copy is downloaded by the authority";

    // Conformity
    ConformityChecked   "conformity.checked"    "发起数据合规检查", "The data of certificates is checked on demand";
    NonconformityAssigned "nonconformity.assigned" "指派不规范数据", "Somebody is to see to what does not fit";
    NonconformityExcepted "nonconformity.excepted" "不规范数据确认为例外", "What does not fit is taken for an exception";
    CorrectionRequested "correction.requested"  "要求补正", "An issuer is asked to correct a certificate";

    // This program
    ServerStarted       "server.started"        "服务启动", "A server starts, with which settings";
    ServerStopped       "server.stopped"        "服务停止", "A server stops";
    SettingsReloaded    "settings.reloaded"     "重新加载配置", "Settings are read again";
    BackupMade          "backup.made"           "备份", "A backup is made";
    BackupRestored      "backup.restored"       "恢复备份", "A backup is restored";

    // The audit log itself
    AuditRead           "audit.read"            "查询审计日志", "The audit log is searched";
    AuditExported       "audit.exported"        "导出审计日志", "A part of the audit log is exported";
    AuditArchived       "audit.archived"        "归档审计日志", "A month is archived and its rows are removed";
    AuditBroken         "audit.broken"          "审计日志校验失败", "The audit log was found changed";
}

/// The text of `docs/audit-actions.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for action in Action::ALL {
        let (zh, en) = action.meaning();
        let _ = writeln!(text, "| `{}` | {zh} | {en} |", action.word());
    }
    text
}

const HEAD: &str = "\
# What is audited 审计事件

<!-- Made by `yzt docs audit-actions` from api/src/audit/action.rs. Do not edit. -->

The word stands in the field `action` of an entry of the [audit log](audit.md).

| action | 含义 | meaning |
|---|---|---|
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../../docs/audit-actions.md");
        assert!(written == reference(), "run `yzt docs audit-actions > docs/audit-actions.md`");
    }

    #[test]
    fn no_two_actions_share_a_word() {
        let words: BTreeSet<_> = Action::ALL.iter().map(|action| action.word()).collect();
        assert_eq!(words.len(), Action::ALL.len());
    }
}
