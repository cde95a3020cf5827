//! The fonts that sheets are drawn with. Without them nothing fails by itself: the text is simply missing. So it is asked
//! whether they are there.

use std::path::Path;
use std::sync::Arc;

use resvg::usvg::fontdb::{Database, Family, Query, Weight};

/// What every sheet is drawn with (Debian: `fonts-noto-cjk`).
const FAMILY: &str = "Noto Serif CJK SC";

/// The fonts in a directory, if those of every sheet are among them. Blocks.
pub(super) fn load(directory: &str) -> Option<Arc<Database>> {
    let mut fonts = Database::new();
    // Which fonts a machine has besides must not change what a sheet looks like.
    let noto = Path::new(directory).join("opentype/noto");
    fonts.load_fonts_dir(if noto.is_dir() { &noto } else { Path::new(directory) });
    fonts.set_serif_family(FAMILY);
    let has = |weight| {
        let query = Query { families: &[Family::Name(FAMILY)], weight, ..Query::default() };
        let found = fonts.query(&query).and_then(|id| fonts.face(id));
        found.is_some_and(|face| face.weight == weight)
    };
    (has(Weight::NORMAL) && has(Weight::BOLD)).then(|| Arc::new(fonts))
}
