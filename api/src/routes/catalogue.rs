//! 电子证照目录, for everybody.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::CatalogueKind;

/// The kinds of certificates of this province.
#[derive(Serialize, ToSchema)]
pub struct CatalogueDocument {
    /// The nine kinds, in the order of their standards.
    kinds: Vec<CatalogueKind>,
}

/// Which kinds of certificates there are, with their names, type codes, templates, the items of their faces, and since when
/// they are collected.
#[utoipa::path(get, path = "/v1/catalogue", tag = "certificates", operation_id = "catalogue",
    responses((status = 200, description = "Every kind", body = CatalogueDocument)))]
pub async fn show(app: web::Data<App>) -> web::Json<CatalogueDocument> {
    web::Json(CatalogueDocument { kinds: app.catalogue.kinds().to_vec() })
}
