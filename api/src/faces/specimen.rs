//! Specimens (样证) of all nine kinds, with invented data: to see what the templates and the fonts of a machine make.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Luma};
use serde_json::{Value, json};
use verifier_core::ids::{Family, Kind};

use super::{Content, CopyTexts, Particulars, Sheet, copy, face};
use crate::clock::Timestamp;
use crate::generate::Generator;
use crate::problem::Problem;
use crate::qr;
use crate::record::{Day, name};

/// What is written across a specimen.
pub const MARK: &str = "样证";

/// Where nothing is.
const ADDRESS: &str = "https://yzt.example.gov.cn";

/// Characters of a usual copy's token.
const CODE_LENGTH: usize = 1_000;

/// Side of the silhouette in pixels; portraits are 5 to 7.
const PORTRAIT: (u32, u32) = (150, 210);

/// The face of an invented certificate of this kind, under this name of a seal.
///
/// # Errors
/// When none could be invented.
pub fn specimen(kind: Kind, today: Day, seal: &str) -> Result<Sheet, Problem> {
    let (content, particulars) = invented(kind, today, seal)?;
    Ok(face(&content, &particulars))
}

/// An annotated copy of an invented certificate, with a code that leads nowhere.
///
/// # Errors
/// When none could be invented.
pub fn specimen_copy(now: Timestamp, seal: &str) -> Result<Sheet, Problem> {
    let today = i32::try_from(now.day().0).ok().and_then(Day::from_days);
    let today = today.ok_or_else(|| Problem::internal("a day outside the calendar"))?;
    let (content, particulars) = invented(Kind::PractitionerQualification, today, seal)?;
    let texts = CopyTexts {
        recipient: "示例财产保险股份有限公司沈阳分公司（样例）".to_owned(),
        purpose: "办理车辆保险投保手续（样例）".to_owned(),
        made: now,
        ends: Some(now.plus_seconds(30 * 86_400)),
        serial: "2026000000000000".to_owned(),
        maker: "持证主体",
        digest: "0".repeat(64),
        address: ADDRESS.to_owned(),
    };
    let code = format!("{}/C/1{}", ADDRESS.to_ascii_uppercase(), "SPECIMEN".repeat(CODE_LENGTH / 8));
    let code = qr::Code::new(&code, qr::Medium::Document).map_err(Problem::internal)?;
    Ok(copy(&content, &particulars, &texts, &code))
}

fn invented(kind: Kind, today: Day, seal: &str) -> Result<(Content, Particulars), Problem> {
    let record =
        Generator::new(7, today).find(|record| record.kind() == kind && record.valid_from() <= today);
    let record = record.ok_or_else(|| Problem::internal("no record of this kind was invented"))?;
    let mut items: Value = serde_json::from_slice(&record.to_line()).map_err(Problem::internal)?;
    if let (Some(items), Family::Qualification) = (items.as_object_mut(), kind.family()) {
        items.insert(name::PHOTO.to_owned(), json!(silhouette()?));
    }
    let content = Content::of(kind, items.to_string().as_bytes())?;
    let particulars = Particulars {
        identifier: format!(
            "1.2.156.3005.2.11100000000013338W{}.11210100999921015H.000000001.001.X",
            kind.code()
        ),
        version: 1,
        seal: seal.to_owned(),
        mark: Some(MARK),
    };
    Ok((content, particulars))
}

/// A head and shoulders of nobody.
fn silhouette() -> Result<String, Problem> {
    let (width, height) = (f64::from(PORTRAIT.0), f64::from(PORTRAIT.1));
    let picture = image::GrayImage::from_fn(PORTRAIT.0, PORTRAIT.1, |x, y| {
        let (x, y) = (f64::from(x) / width - 0.5, f64::from(y) / height);
        let is_head = (x / 0.21).powi(2) + ((y - 0.4) / 0.2).powi(2) < 1.0;
        let is_body = (x / 0.42).powi(2) + ((y - 1.02) / 0.36).powi(2) < 1.0;
        Luma([if is_head || is_body { 150 } else { 235 }])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, ImageFormat::Png).map_err(Problem::internal)?;
    Ok(STANDARD.encode(file.into_inner()))
}
