//! The text of `docs/configuration.md`.

use std::fmt::Write;

use super::{SETTINGS, is_live};

/// The text of `docs/configuration.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for setting in SETTINGS {
        let default = match (setting.default)().as_str() {
            "" | "(none)" => "–".to_owned(),
            value => format!("`{value}`"),
        };
        let live = if is_live(setting.name) { " *Live.*" } else { "" };
        let _ = writeln!(
            text,
            "| `{}`<br>`{}` | {} | {default} | {}{live} |",
            setting.name,
            setting.variable(),
            setting.kind.replace('|', "\\|"),
            setting.meaning.trim(),
        );
    }
    text
}

const HEAD: &str = "\
# Configuration 配置

<!-- Made by `yzt docs configuration` from api/src/config/settings.rs. Do not edit. -->

No setting is needed to start. Settings come from a TOML file (`yzt --config FILE …` or `YZT_CONFIG`), one `name = value` a line, and
from the environment, which outranks the file. A name in the file that is not listed here stops the program.

A running server reads the file again on SIGHUP and takes anew what is marked *Live*; for every other setting that changed, its log says
that a restart is needed. Keys are learnt anew at once. A file that does not do changes nothing.

| setting, variable | value | default | meaning |
|---|---|---|---|
";
