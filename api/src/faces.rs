//! Faces (证照样式): what a certificate looks like on a page, as an image and in print, from one template.
//!
//! - `faces/content.rs`: the data items as people read them
//! - `faces/columns.rs`: which of them stand where (`api/data/faces.csv`), in the place there is
//! - `faces/face.rs`: the face of each family, from its template (`api/data/faces/*.svg`)
//! - `faces/copy.rs`: the sheet of an annotated copy
//! - `faces/text.rs`, `faces/photo.rs`, `faces/guilloche.rs`, `faces/seal.rs`: what a sheet is made of
//! - `faces/specimen.rs`: invented ones, to look at
//! - `faces/draw.rs`, `faces/fonts.rs`: the file of a sheet
//!
//! What is not here: who may see which item. A face shows what it is given.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::Database;
use tokio::sync::Semaphore;
use verifier_core::ids::Kind;

use crate::problem::{Code, Problem};

mod columns;
mod content;
mod copy;
mod draw;
mod face;
mod fonts;
mod guilloche;
mod photo;
mod seal;
mod specimen;
mod text;

pub use content::Content;
pub use copy::{CopyTexts, copy};
pub use draw::Format;
pub use face::{Particulars, face};
pub use specimen::{MARK as SPECIMEN_MARK, specimen, specimen_copy};

/// The names of all items that a face of this kind shows.
#[must_use]
pub fn items_of_face(kind: Kind) -> BTreeSet<&'static str> {
    columns::items(kind)
}

/// A sheet, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The picture.
    svg: String,
    /// Width and height, in quarters of a millimetre.
    size: (f64, f64),
}

/// What draws sheets: the fonts, and places for as many as are drawn at once.
pub struct Faces {
    directory: String,
    fonts: OnceLock<Arc<Database>>,
    places: Semaphore,
}

impl Faces {
    /// What draws with the fonts in a directory, `places` sheets at once.
    #[must_use]
    pub fn new(directory: String, places: usize) -> Self {
        Self { directory, fonts: OnceLock::new(), places: Semaphore::new(places) }
    }

    /// Draws a sheet.
    ///
    /// # Errors
    /// [`Code::FontsMissing`] when the fonts are not there.
    pub async fn draw(self: &Arc<Self>, sheet: Sheet, format: Format) -> Result<Vec<u8>, Problem> {
        let _place = self.places.acquire().await.map_err(Problem::internal)?;
        let faces = Arc::clone(self);
        let drawn = tokio::task::spawn_blocking(move || faces.draw_here(&sheet, format)).await;
        drawn.map_err(Problem::internal)?
    }

    /// As [`Self::draw`], on this thread. Blocks.
    ///
    /// # Errors
    /// As there.
    pub fn draw_here(&self, sheet: &Sheet, format: Format) -> Result<Vec<u8>, Problem> {
        draw::drawn(sheet, format, self.fonts()?)
    }

    /// Whether the fonts are there: asked before what is drawn is counted or kept.
    ///
    /// # Errors
    /// [`Code::FontsMissing`].
    pub async fn ready(self: &Arc<Self>) -> Result<(), Problem> {
        let faces = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || faces.fonts().map(|_| ())).await;
        asked.map_err(Problem::internal)?
    }

    /// The fonts. Once found they are kept; as long as they are not, they are looked for again, so that a server need not
    /// start anew when they are installed.
    fn fonts(&self) -> Result<Arc<Database>, Problem> {
        if let Some(fonts) = self.fonts.get() {
            return Ok(Arc::clone(fonts));
        }
        let found = fonts::load(&self.directory);
        let found = found.ok_or_else(|| {
            Problem::new(Code::FontsMissing)
                .because(format_args!("no Noto Serif CJK SC in {}", self.directory))
        })?;
        Ok(Arc::clone(self.fonts.get_or_init(|| found)))
    }
}
