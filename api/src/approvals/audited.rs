//! What the audit log says of an approval.

use super::Kind;
use crate::audit::{Action, Context, Entry};
use crate::store::approvals::ApprovalRow;

/// That it was asked for.
#[must_use]
pub fn requested(context: Context, row: &ApprovalRow) -> Entry {
    about(Action::ApprovalRequested, context, row)
}

/// That it was decided, and what was done with that.
#[must_use]
pub fn decided(context: &Context, row: &ApprovalRow) -> Vec<Entry> {
    let action = if row.refusal.is_some() { Action::ApprovalRefused } else { Action::ApprovalGiven };
    let mut entries = vec![about(action, context.clone(), row)];
    let done = row.executed_at.and_then(|_| row.kind.parse().ok());
    let done = done.and_then(|kind| match kind {
        Kind::RoleGrant => Some((Action::AccountChanged, "account")),
        Kind::ServiceKey => Some((Action::ClientAdded, "service_key")),
        Kind::KeyRevocation => Some((Action::KeyRevoked, "key")),
        Kind::FactorReset => Some((Action::FactorRemoved, "account")),
        Kind::DataException => Some((Action::NonconformityExcepted, "nonconformity")),
        Kind::BulkExport => None,
    });
    if let Some((action, object)) = done {
        let entry = Entry::new(action, context.clone()).on(object, row.object.as_str());
        entries.push(entry.detail("approval", row.id.as_str()));
    }
    entries
}

fn about(action: Action, context: Context, row: &ApprovalRow) -> Entry {
    let entry = Entry::new(action, context).on("approval", row.id.as_str());
    let entry = entry.detail("kind", row.kind.as_str()).detail("object", row.object.as_str());
    match &row.division {
        Some(division) => entry.in_division(division.as_str()),
        None => entry,
    }
}
