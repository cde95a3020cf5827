//! The route table: every address of this server, the contents page of the API.
//!
//! Each handler is the use case and lives in `routes/<subject>.rs`. The OpenAPI document is made from the same
//! table, so that no route can be missing from it. Who may use which is said in `routes/access.rs`, how the table works in
//! `routes/table.rs`.

pub mod access;
mod accounts;
mod approvals;
mod audit;
mod bindings;
mod bundle;
mod catalogue;
mod certificates;
mod changes;
mod collection;
mod collections;
mod conformity;
mod copies;
mod devices;
mod documents;
mod encryption_keys;
mod faces;
mod factors;
mod grants;
mod health;
mod ingest;
mod keys;
mod kpi;
mod landing;
mod licence_counts;
mod list;
mod lookups;
mod maintenance;
mod nonconformities;
mod passwords;
mod presentations;
mod receipts;
mod refusals;
mod reveals;
mod service_keys;
mod sessions;
#[macro_use]
mod table;
mod verifications;
mod wechat;

pub use table::nowhere;

routes! {
    // Accounts
    "/v1/sessions"          [GET => sessions::list, POST => sessions::create]
    "/v1/sessions/second-factor" [POST => sessions::complete]
    "/v1/sessions/refresh"  [POST => sessions::refresh]
    "/v1/sessions/current"  [DELETE => sessions::sign_out]
    "/v1/sessions/others"   [DELETE => sessions::end_others]
    "/v1/sessions/{id}"     [DELETE => sessions::end]
    "/v1/me"                [GET => sessions::me]
    "/v1/me/reveals"        [GET => reveals::of_holder]
    "/v1/me/grant-uses"     [GET => grants::my_uses]
    "/v1/me/lookups"        [GET => lookups::of_holder]
    "/v1/me/password"       [POST => passwords::change]
    "/v1/me/second-factors"                     [GET => factors::show]
    "/v1/me/second-factors/totp"                [POST => factors::offer]
    "/v1/me/second-factors/totp/confirmation"   [POST => factors::confirm]
    "/v1/me/second-factors/recovery-codes"      [POST => factors::renew_recovery_codes]
    "/v1/me/accounts"       [GET => bindings::acting]
    "/v1/me/accounts/{id}"  [DELETE => bindings::end]

    // From WeChat
    "/v1/wechat/sessions"                   [POST => wechat::create]
    "/v1/bindings"                          [GET => bindings::list, POST => bindings::create]
    "/v1/bindings/{id}/sessions"            [POST => bindings::begin]
    "/v1/binding-requests"                  [GET => bindings::requests]
    "/v1/binding-requests/{id}/decision"    [POST => bindings::decide]

    // Administration
    "/v1/accounts"                  [GET => accounts::list, POST => accounts::create]
    "/v1/accounts/{id}"             [GET => accounts::one, PATCH => accounts::change]
    "/v1/accounts/{id}/lock"        [DELETE => accounts::unlock]
    "/v1/accounts/{id}/grants"      [POST => accounts::grants::request]
    "/v1/accounts/{id}/factor-resets" [POST => accounts::factors::request_reset]
    "/v1/approvals"                 [GET => approvals::list, POST => approvals::create]
    "/v1/approvals/{id}"            [GET => approvals::one]
    "/v1/approvals/{id}/decision"   [POST => approvals::decide]
    "/v1/keys"                      [GET => keys::list]
    "/v1/keys/{kid}/revocation"     [POST => keys::revoke]
    "/v1/service-keys"              [GET => service_keys::list, POST => service_keys::create]
    "/v1/service-keys/{kid}"        [DELETE => service_keys::revoke]

    // What officers carry
    "/v1/bundle"              [GET => bundle::manifest]
    "/v1/bundle/trust-list"   [GET => bundle::trust_list]
    "/v1/bundle/status/{iss}" [GET => bundle::status_list]

    // Certificates
    "/v1/ingest"                            [POST => ingest::create]
    "/v1/ingest/{batch}"                    [GET => ingest::report]
    "/v1/certificates"                      [GET => certificates::list, POST => ingest::one]
    "/v1/catalogue"                         [GET => catalogue::show]
    "/v1/changes"                           [GET => changes::list]
    "/v1/certificates/{id}"                 [GET => certificates::one]
    "/v1/certificates/{id}/face"            [GET => faces::one]
    "/v1/certificates/{id}/events"          [POST => certificates::report]
    "/v1/certificates/{id}/history"         [GET => certificates::history]
    "/v1/certificates/{id}/reveals"         [GET => reveals::of_certificate, POST => reveals::create]
    "/v1/certificates/{id}/presentations"   [POST => presentations::create]
    "/v1/certificates/{id}/credentials"     [POST => devices::bind]

    // Sharing
    "/v1/recipients"                [GET => grants::recipients]
    "/v1/grants"                    [GET => grants::list, POST => grants::create]
    "/v1/grants/{id}"               [GET => grants::one]
    "/v1/grants/{id}/revocation"    [POST => grants::revoke]
    "/v1/grants/{id}/uses"          [GET => grants::uses, POST => grants::give]
    "/v1/certificates/{id}/copies"  [POST => copies::create]
    "/v1/copies"                    [GET => copies::list]
    "/v1/copies/{id}"               [GET => copies::one]
    "/v1/copies/{id}/file"          [GET => copies::file]
    "/v1/encryption-key-challenges" [POST => encryption_keys::challenge]
    "/v1/encryption-keys"           [GET => encryption_keys::list, POST => encryption_keys::create]
    "/v1/encryption-keys/{id}"      [DELETE => encryption_keys::revoke]

    // Devices
    "/v1/device-challenges" [POST => devices::challenge]
    "/v1/devices"           [GET => devices::list, POST => devices::create]
    "/v1/devices/{id}"      [DELETE => devices::revoke]

    // Pages
    "/V/{tail}"             [GET => landing::page]
    "/C/{tail}"             [GET => landing::copy_page]
    "/landing/landing.js"   [GET => landing::script]
    "/landing/landing.css"  [GET => landing::style]

    // Officers
    "/v1/verifications"     [POST => verifications::create]
    "/v1/copy-verifications" [POST => copies::check]
    "/v1/lookups"           [GET => lookups::of_account, POST => lookups::create]
    "/v1/receipts"          [POST => receipts::create]
    "/v1/receipts/batch"    [POST => receipts::create_batch]
    "/v1/receipts/{id}"     [GET => receipts::show]

    // Supervision
    "/v1/reveals/{id}"      [GET => reveals::one]
    "/v1/lookups/{id}"      [GET => lookups::one]
    "/v1/maintenance-applications"                  [GET => maintenance::list, POST => maintenance::create]
    "/v1/maintenance-applications/{id}"             [GET => maintenance::one, PUT => maintenance::change,
                                                     DELETE => maintenance::withdraw]
    "/v1/maintenance-applications/{id}/submission"  [POST => maintenance::submit]
    "/v1/maintenance-applications/{id}/decision"    [POST => maintenance::decide]
    "/v1/maintenance-applications/{id}/completion"  [POST => maintenance::complete]
    "/v1/maintenance-applications/{id}/form"        [GET => maintenance::form]

    // Collection
    "/v1/collection"                            [GET => collection::show]
    "/v1/collection/commands"                   [POST => collection::command]
    "/v1/collection/set-aside"                  [GET => collection::set_aside]
    "/v1/collection/set-aside/{id}/retry"       [POST => collection::retry]
    "/v1/collection/incidents"                  [GET => collection::incidents::list, POST => collection::incidents::declare]
    "/v1/collection/incidents/{id}/reports"     [POST => collection::incidents::report]
    "/v1/collection/reconciliations"            [GET => collection::reconciliations::list, POST => collection::reconciliations::begin]
    "/v1/collection/reconciliations/{id}/differences" [GET => collection::reconciliations::differences]
    "/v1/collection/reconciliations/{id}/mending"     [POST => collection::reconciliations::mend]
    "/v1/collections"                           [GET => collections::list, POST => collections::create]

    // Figures
    "/v1/kpi/activation"                    [GET => kpi::activation]
    "/v1/kpi/scores"                        [GET => kpi::scores::show]
    "/v1/kpi/scores/certificates"           [GET => kpi::scores::certificates]
    "/v1/kpi/scores/signs"                  [GET => kpi::scores::signs]
    "/v1/kpi/trainings"                     [GET => kpi::trainings::list, POST => kpi::trainings::create]
    "/v1/kpi/trainings/{id}/evidence"       [GET => kpi::trainings::evidence]
    "/v1/kpi/reports"                       [GET => kpi::reports::list, POST => kpi::reports::create]
    "/v1/kpi/reports/{id}"                  [GET => kpi::reports::one]
    "/v1/kpi/reports/{id}/assessment"       [PUT => kpi::reports::assess]
    "/v1/kpi/reports/{id}/page"             [GET => kpi::reports::page]
    "/v1/kpi/reports/{id}/workbook"         [GET => kpi::reports::workbook]
    "/v1/licence-counts"                    [GET => licence_counts::list, PUT => licence_counts::report]
    "/v1/refusals"                          [GET => refusals::list, POST => refusals::create]
    "/v1/refusals/{id}/decision"            [POST => refusals::decide]

    // Conformity
    "/v1/conformity/rules"                          [GET => conformity::rules]
    "/v1/conformity/rates"                          [GET => conformity::rates]
    "/v1/conformity/checks"                         [POST => conformity::check]
    "/v1/conformity/checks/{id}"                    [GET => conformity::progress]
    "/v1/nonconformities"                           [GET => nonconformities::list]
    "/v1/nonconformities/{id}"                      [GET => nonconformities::one]
    "/v1/nonconformities/{id}/assignment"           [POST => nonconformities::assign]
    "/v1/nonconformities/{id}/correction-requests"  [POST => nonconformities::request_correction]
    "/v1/nonconformities/{id}/exception"            [POST => nonconformities::request_exception]
    "/v1/correction-requests"                       [GET => nonconformities::correction_requests]

    // Audit
    "/v1/audit"             [GET => audit::list]

    // Operations
    "/healthz"          [GET => health::alive]
    "/readyz"           [GET => health::ready]
    "/metrics"          [GET => health::metrics]

    // Documents
    "/openapi.json"     [GET => documents::openapi]
    "/problems/{code}"  [GET => documents::problem]
}
