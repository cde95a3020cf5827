//! Who may do what: one line for each method and address, the only place where it is said.
//!
//! The server asks this table before any handler runs. A route without a line is open to nobody. What each line says
//! of objects ([`Object`]) is done where the object is found, because only there it is known whose it is; that it is
//! done is what `tests/e2e/authority/access.rs` looks at, line by line. `docs/access.md` is made from the table.
//!
//! - `access/guard.rs`: the asking
//! - `access/document.rs`: the table on paper

use crate::auth::Role;

mod document;
mod guard;

pub use document::reference;
pub(super) use guard::guard;

/// Whose objects a role may touch at an address, and how all others are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// The account's own; all others are answered as if they did not exist.
    Own,
    /// Those of the divisions in the account's jurisdiction; elsewhere it is `other_division`.
    Division,
    /// As [`Self::Division`], but of many lines sent together each is judged, and refused, by itself.
    Lines,
    /// Every one.
    Any,
}

/// Who may use an address.
#[derive(Clone, Copy, Debug)]
pub enum Grant {
    /// Everybody, signed in or not.
    Public,
    /// Who came in from WeChat, with the session that is good for binding: no role at all.
    WechatUser,
    /// These roles, with these objects.
    To(&'static [(Role, Object)]),
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// The HTTP method.
    pub method: &'static str,
    /// The address, as in the route table.
    pub path: &'static str,
    /// Who may use it.
    pub grant: Grant,
}

impl Access {
    /// What the table says of a route.
    #[must_use]
    pub fn of(method: &str, path: &str) -> Option<&'static Self> {
        TABLE.iter().find(|line| line.method == method && line.path == path)
    }

    /// The objects a role may touch there; `None`: it may not use the address.
    #[must_use]
    pub fn object(&self, role: Role) -> Option<Object> {
        match self.grant {
            Grant::Public => Some(Object::Any),
            Grant::WechatUser => None,
            Grant::To(roles) => roles.iter().find(|(granted, _)| *granted == role).map(|(_, object)| *object),
        }
    }
}

/// Makes the table from lines of method, address and grants.
macro_rules! access {
    ($( $method:ident $path:literal $($grants:tt $(: $object:ident)?),+ ; )*) => {
        /// The table, in the order of the documents.
        pub const TABLE: &[Access] = &[$( Access {
            method: stringify!($method),
            path: $path,
            grant: access!(@ $($grants $(: $object)?),+),
        }, )*];
    };
    (@ public) => { Grant::Public };
    (@ wechat_user) => { Grant::WechatUser };
    (@ everybody: $object:ident) => { Grant::To(&[
        (Role::Holder, Object::$object), (Role::Officer, Object::$object), (Role::Issuer, Object::$object),
        (Role::ThirdParty, Object::$object), (Role::Operator, Object::$object),
        (Role::SystemAdmin, Object::$object), (Role::SecurityAdmin, Object::$object),
        (Role::AuditAdmin, Object::$object),
    ]) };
    (@ staff: $object:ident) => { Grant::To(&[
        (Role::Officer, Object::$object), (Role::Issuer, Object::$object), (Role::ThirdParty, Object::$object),
        (Role::Operator, Object::$object), (Role::SystemAdmin, Object::$object),
        (Role::SecurityAdmin, Object::$object), (Role::AuditAdmin, Object::$object),
    ]) };
    (@ $($role:ident: $object:ident),+) => { Grant::To(&[$( (Role::$role, Object::$object) ),+]) };
}

access! {
    // Accounts
    POST   "/v1/sessions"                         public;
    POST   "/v1/sessions/second-factor"           public;
    POST   "/v1/sessions/refresh"                 public;
    GET    "/v1/sessions"                         everybody: Own;
    DELETE "/v1/sessions/current"                 everybody: Own;
    DELETE "/v1/sessions/others"                  everybody: Own;
    DELETE "/v1/sessions/{id}"                    everybody: Own;
    GET    "/v1/me"                               everybody: Own;
    GET    "/v1/me/reveals"                       Holder: Own;
    GET    "/v1/me/grant-uses"                    Holder: Own;
    GET    "/v1/me/lookups"                       Holder: Own;
    POST   "/v1/me/password"                      everybody: Own;
    GET    "/v1/me/second-factors"                staff: Own;
    POST   "/v1/me/second-factors/totp"           staff: Own;
    POST   "/v1/me/second-factors/totp/confirmation" staff: Own;
    POST   "/v1/me/second-factors/recovery-codes" staff: Own;
    GET    "/v1/me/accounts"                      Holder: Own;
    DELETE "/v1/me/accounts/{id}"                 Holder: Own;

    // From WeChat
    POST   "/v1/wechat/sessions"                  public;
    GET    "/v1/bindings"                         wechat_user;
    POST   "/v1/bindings"                         wechat_user;
    POST   "/v1/bindings/{id}/sessions"           wechat_user;
    GET    "/v1/binding-requests"                 Operator: Division;
    POST   "/v1/binding-requests/{id}/decision"   Operator: Division;

    // Administration
    GET    "/v1/accounts"                         SystemAdmin: Division, SecurityAdmin: Division, AuditAdmin: Division;
    POST   "/v1/accounts"                         SystemAdmin: Division;
    GET    "/v1/accounts/{id}"                    SystemAdmin: Division, SecurityAdmin: Division, AuditAdmin: Division;
    PATCH  "/v1/accounts/{id}"                    SystemAdmin: Division;
    DELETE "/v1/accounts/{id}/lock"               SystemAdmin: Division;
    POST   "/v1/accounts/{id}/grants"             SystemAdmin: Division;
    POST   "/v1/accounts/{id}/factor-resets"      SystemAdmin: Division;
    GET    "/v1/approvals"                        SystemAdmin: Own, Operator: Own, SecurityAdmin: Division, AuditAdmin: Division;
    POST   "/v1/approvals"                        Operator: Own, AuditAdmin: Own;
    GET    "/v1/approvals/{id}"                   SystemAdmin: Own, Operator: Own, SecurityAdmin: Division, AuditAdmin: Division;
    POST   "/v1/approvals/{id}/decision"          SecurityAdmin: Division;
    GET    "/v1/keys"                             SystemAdmin: Any, SecurityAdmin: Any, AuditAdmin: Any;
    POST   "/v1/keys/{kid}/revocation"            SecurityAdmin: Division;
    GET    "/v1/service-keys"                     SystemAdmin: Division, SecurityAdmin: Division, AuditAdmin: Division;
    POST   "/v1/service-keys"                     SystemAdmin: Division;
    DELETE "/v1/service-keys/{kid}"               SystemAdmin: Division, SecurityAdmin: Division;

    // What officers carry
    GET    "/v1/bundle"                           public;
    GET    "/v1/bundle/trust-list"                public;
    GET    "/v1/bundle/status/{iss}"              public;

    // Certificates
    POST   "/v1/ingest"                           Issuer: Lines;
    GET    "/v1/ingest/{batch}"                   Issuer: Own, Operator: Division;
    GET    "/v1/certificates"                     Holder: Own;
    POST   "/v1/certificates"                     Issuer: Lines;
    GET    "/v1/catalogue"                        public;
    GET    "/v1/changes"                          Issuer: Division, Operator: Division;
    GET    "/v1/certificates/{id}"                Holder: Own, Officer: Division, Issuer: Division, Operator: Division;
    GET    "/v1/certificates/{id}/face"           Holder: Own, Officer: Division, Issuer: Division, Operator: Division;
    POST   "/v1/certificates/{id}/events"         Issuer: Division;
    GET    "/v1/certificates/{id}/history"        Holder: Own, Issuer: Division, Operator: Division;
    GET    "/v1/certificates/{id}/reveals"        Holder: Own;
    POST   "/v1/certificates/{id}/reveals"        Officer: Division, Issuer: Division, Operator: Division;
    POST   "/v1/certificates/{id}/presentations"  Holder: Own;
    POST   "/v1/certificates/{id}/credentials"    Holder: Own;

    // Sharing
    GET    "/v1/recipients"                       Holder: Any, Operator: Any;
    GET    "/v1/grants"                           Holder: Own, ThirdParty: Own, Operator: Division;
    POST   "/v1/grants"                           Holder: Own, Operator: Division;
    GET    "/v1/grants/{id}"                      Holder: Own, ThirdParty: Own, Operator: Division;
    POST   "/v1/grants/{id}/revocation"           Holder: Own, Operator: Division;
    GET    "/v1/grants/{id}/uses"                 Holder: Own, ThirdParty: Own, Operator: Division;
    POST   "/v1/grants/{id}/uses"                 ThirdParty: Own;
    POST   "/v1/certificates/{id}/copies"         Holder: Own, Operator: Division;
    GET    "/v1/copies"                           Holder: Own, Operator: Division;
    GET    "/v1/copies/{id}"                      Holder: Own, Operator: Division;
    GET    "/v1/copies/{id}/file"                 Holder: Own, Operator: Division;
    POST   "/v1/encryption-key-challenges"        ThirdParty: Own;
    GET    "/v1/encryption-keys"                  ThirdParty: Own;
    POST   "/v1/encryption-keys"                  ThirdParty: Own;
    DELETE "/v1/encryption-keys/{id}"             ThirdParty: Own;

    // Devices
    POST   "/v1/device-challenges"                everybody: Own;
    GET    "/v1/devices"                          everybody: Own;
    POST   "/v1/devices"                          everybody: Own;
    DELETE "/v1/devices/{id}"                     Holder: Own, Officer: Own, Issuer: Own, ThirdParty: Own, Operator: Own,
                                                  SystemAdmin: Division, SecurityAdmin: Own, AuditAdmin: Own;

    // Pages
    GET    "/V/{tail}"                            public;
    GET    "/C/{tail}"                            public;
    GET    "/landing/landing.js"                  public;
    GET    "/landing/landing.css"                 public;

    // Officers
    POST   "/v1/verifications"                    public;
    POST   "/v1/copy-verifications"               public;
    GET    "/v1/lookups"                          Officer: Own;
    POST   "/v1/lookups"                          Officer: Any;
    POST   "/v1/receipts"                         Officer: Own;
    POST   "/v1/receipts/batch"                   Officer: Own;
    GET    "/v1/receipts/{id}"                    Officer: Own, Operator: Division;

    // Supervision
    GET    "/v1/reveals/{id}"                     AuditAdmin: Any;
    GET    "/v1/lookups/{id}"                     AuditAdmin: Any;
    GET    "/v1/maintenance-applications"                 Operator: Division;
    POST   "/v1/maintenance-applications"                 Operator: Division;
    GET    "/v1/maintenance-applications/{id}"            Operator: Division;
    PUT    "/v1/maintenance-applications/{id}"            Operator: Own;
    DELETE "/v1/maintenance-applications/{id}"            Operator: Own;
    POST   "/v1/maintenance-applications/{id}/submission" Operator: Own;
    POST   "/v1/maintenance-applications/{id}/decision"   Operator: Division;
    POST   "/v1/maintenance-applications/{id}/completion" Operator: Division;
    GET    "/v1/maintenance-applications/{id}/form"       Operator: Division;

    // Collection: the operator of the whole province; at the ministry, the system of a province
    GET    "/v1/collection"                       Operator: Any;
    POST   "/v1/collection/commands"              Operator: Any;
    GET    "/v1/collection/set-aside"             Operator: Any;
    POST   "/v1/collection/set-aside/{id}/retry"  Operator: Any;
    GET    "/v1/collection/incidents"             Operator: Any;
    POST   "/v1/collection/incidents"             Operator: Any;
    POST   "/v1/collection/incidents/{id}/reports" Operator: Any;
    GET    "/v1/collection/reconciliations"       Operator: Any;
    POST   "/v1/collection/reconciliations"       Operator: Any;
    GET    "/v1/collection/reconciliations/{id}/differences" Operator: Any;
    POST   "/v1/collection/reconciliations/{id}/mending"     Operator: Any;
    GET    "/v1/collections"                      Issuer: Own;
    POST   "/v1/collections"                      Issuer: Lines;

    // Figures
    GET    "/v1/kpi/activation"                   Operator: Division;
    GET    "/v1/kpi/scores"                       Operator: Division;
    GET    "/v1/kpi/scores/certificates"          Operator: Division;
    GET    "/v1/kpi/scores/signs"                 Operator: Division;
    GET    "/v1/kpi/trainings"                    Operator: Division;
    POST   "/v1/kpi/trainings"                    Operator: Division;
    GET    "/v1/kpi/trainings/{id}/evidence"      Operator: Division;
    GET    "/v1/kpi/reports"                      Operator: Any;
    POST   "/v1/kpi/reports"                      Operator: Any;
    GET    "/v1/kpi/reports/{id}"                 Operator: Any;
    PUT    "/v1/kpi/reports/{id}/assessment"      Operator: Any;
    GET    "/v1/kpi/reports/{id}/page"            Operator: Any;
    GET    "/v1/kpi/reports/{id}/workbook"        Operator: Any;
    GET    "/v1/licence-counts"                   Issuer: Division, Operator: Division;
    PUT    "/v1/licence-counts"                   Issuer: Division, Operator: Division;
    GET    "/v1/refusals"                         Holder: Own, Officer: Own, Operator: Division;
    POST   "/v1/refusals"                         Holder: Own, Officer: Any;
    POST   "/v1/refusals/{id}/decision"           Operator: Division;

    // Conformity
    GET    "/v1/conformity/rules"                 staff: Any;
    GET    "/v1/conformity/rates"                 Operator: Division, Issuer: Division;
    POST   "/v1/conformity/checks"                Operator: Division;
    GET    "/v1/conformity/checks/{id}"           Operator: Division;
    GET    "/v1/nonconformities"                  Operator: Division, Issuer: Division;
    GET    "/v1/nonconformities/{id}"             Operator: Division, Issuer: Division;
    POST   "/v1/nonconformities/{id}/assignment"  Operator: Division;
    POST   "/v1/nonconformities/{id}/correction-requests" Operator: Division;
    POST   "/v1/nonconformities/{id}/exception"   Operator: Division;
    GET    "/v1/correction-requests"              Operator: Division, Issuer: Division;

    // Audit
    GET    "/v1/audit"                            AuditAdmin: Division;

    // Operations
    GET    "/healthz"                             public;
    GET    "/readyz"                              public;
    GET    "/metrics"                             public;

    // Documents
    GET    "/openapi.json"                        public;
    GET    "/problems/{code}"                     public;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::routes;

    #[test]
    fn every_route_has_a_line_and_every_line_a_route() {
        let routes: BTreeSet<_> = routes::TABLE.iter().copied().collect();
        let lines: Vec<_> = TABLE.iter().map(|line| (line.method, line.path)).collect();
        let missing: Vec<_> = routes.iter().filter(|route| !lines.contains(route)).collect();
        assert!(missing.is_empty(), "say in routes/access.rs who may use {missing:?}");
        assert!(lines.iter().all(|line| routes.contains(line)));
        assert_eq!(lines.len(), lines.iter().collect::<BTreeSet<_>>().len(), "a route has two lines");
    }

    #[test]
    fn administrators_have_no_way_to_certificates() {
        for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            let mut certificates = TABLE.iter().filter(|line| line.path.starts_with("/v1/certificates"));
            assert!(certificates.all(|line| line.object(role).is_none()), "{role}");
        }
    }

    #[test]
    fn no_role_is_granted_an_address_twice() {
        for line in TABLE {
            if let Grant::To(roles) = line.grant {
                let once: BTreeSet<_> = roles.iter().map(|(role, _)| role.word()).collect();
                assert_eq!(once.len(), roles.len(), "{} {}", line.method, line.path);
            }
        }
    }
}
