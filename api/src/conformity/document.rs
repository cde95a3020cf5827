//! The text of `docs/conformity.md`: what conformity is, how one works with it, and every rule.

use std::fmt::Write as _;

use super::rules::RULES;

/// The document.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for rule in RULES.iter() {
        let mark = if rule.is_unconfirmed { "待标准文本核对" } else { "" };
        let items = if rule.items.is_empty() {
            "–".to_owned()
        } else {
            format!("`{}`", rule.items.replace(' ', "` `"))
        };
        let check = format!("{} {}", rule.check_name, rule.parameters.0);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {items} | {}<br>{} | `{}` | {} {mark} |",
            rule.id,
            rule.applies,
            rule.grade.word(),
            rule.text_zh,
            rule.text_en,
            check.trim(),
            rule.source,
        );
    }
    text
}

const HEAD: &str = include_str!("../../data/conformity/document.md");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../../docs/conformity.md");
        assert!(written == reference(), "run `yzt docs conformity > docs/conformity.md`");
    }
}
