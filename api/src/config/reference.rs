//! The text of `docs/configuration.md`.

use std::fmt::Write;

use super::SETTINGS;

/// The text of `docs/configuration.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for setting in SETTINGS {
        let default = match (setting.default)().as_str() {
            "" | "(none)" => "–".to_owned(),
            value => format!("`{value}`"),
        };
        let _ = writeln!(
            text,
            "| `{}`<br>`{}` | {} | {default} | {} |",
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

| setting, variable | value | default | meaning |
|---|---|---|---|
";
