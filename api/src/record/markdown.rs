//! The document about the ingest format, made from the tables the code uses.

use core::fmt::Write as _;

use verifier_core::ids::Family;

use super::codes::Codes;
use super::items::{self, Item, family_word};
use super::rule::{Rule, Severity};
use crate::generate;

/// What the tables cannot say.
const INTRODUCTION: &str = include_str!("../../data/ingest-format.md");

/// Marks what has to be compared with a standard's text.
const MARK: &str = " †";

/// `docs/ingest-format.md`, whole.
#[must_use]
pub fn items_markdown() -> String {
    let mut out = String::from(INTRODUCTION);
    section(&mut out, "Items of all kinds", |item| item.applies_text == "all");
    for family in Family::ALL {
        let title = format!("Items of {} ({}, {})", family.name_zh(), family.name_en(), family.standard());
        section(&mut out, &title, |item| item.applies_text != "all" && is_of(item, family));
    }
    examples(&mut out);
    rules(&mut out);
    tables(&mut out);
    out
}

/// Whether any kind of the family has the item.
fn is_of(item: &Item, family: Family) -> bool {
    let kinds = verifier_core::ids::Kind::ALL.into_iter();
    kinds.filter(|kind| kind.family() == family).any(|kind| item.applies_to(Some(kind)))
}

fn section(out: &mut String, title: &str, belongs: impl Fn(&Item) -> bool) {
    push(out, format_args!("\n## {title}\n\n"));
    push(out, format_args!("| item | 名称 | also | form | required | personal | source |\n"));
    push(out, format_args!("|---|---|---|---|---|---|---|\n"));
    for item in items::all().iter().filter(|item| belongs(item)) {
        let aliases: Vec<_> = item.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        push(
            out,
            format_args!(
                "| `{}` | {}{} | {} | `{}` | {} | {} | {}{} |\n",
                item.name,
                item.name_zh,
                only(item),
                aliases.join(", "),
                item.form_text,
                need(item.need_text),
                if item.is_personal { "yes" } else { "" },
                item.source,
                if item.is_unconfirmed { MARK } else { "" },
            ),
        );
    }
}

/// The kinds, where an item is for less than a family.
fn only(item: &Item) -> String {
    let words = item.applies_text;
    let is_whole = words == "all"
        || Family::ALL.iter().any(|family| words.split(' ').any(|word| word == family_word(*family)));
    if is_whole { String::new() } else { format!(" ({words})") }
}

fn need(text: &str) -> String {
    match text {
        "yes" => "**yes**".to_owned(),
        "should" => "*should*".to_owned(),
        "no" => String::new(),
        other => other
            .replace("yes:", "**yes** for ")
            .replace("should:", "*should* for ")
            .replace("one-of:", "*one of* "),
    }
}

/// A record of each family, as the generator makes them.
fn examples(out: &mut String) {
    push(out, format_args!("\n## Examples\n\nInvented. Sent as one line each; broken here to be read.\n"));
    for family in Family::ALL {
        let Some(record) = generate::example(family) else {
            continue;
        };
        let text = serde_json::from_slice::<serde_json::Value>(&record.to_line())
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or_default();
        push(out, format_args!("\n### {}\n\n```json\n{text}\n```\n", record.kind().name_zh()));
    }
}

fn rules(out: &mut String) {
    push(
        out,
        format_args!("\n## Rules\n\n| rule | severity | 说明 | meaning | source |\n|---|---|---|---|---|\n"),
    );
    for rule in Rule::all() {
        let severity = match rule.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (code, zh, en) = (rule.code(), rule.text_zh(), rule.text_en());
        let source = rule.source().unwrap_or("that of the item");
        push(out, format_args!("| `{code}` | {severity} | {zh} | {en} | {source} |\n"));
    }
}

fn tables(out: &mut String) {
    push(
        out,
        format_args!("\n## Code tables\n\n| table | 名称 | codes | source | 核对 |\n|---|---|---|---|---|\n"),
    );
    for codes in Codes::ALL {
        let (key, title, count) = (codes.key(), codes.title_zh(), codes.rows().count());
        let (source, mark) = (codes.source(), codes.check_mark());
        push(
            out,
            format_args!(
                "| [`{key}`](../api/data/codes/{key}.csv) | {title} | {count} | {source} | {mark} |\n"
            ),
        );
    }
}

/// Writing to a `String` cannot fail.
fn push(out: &mut String, text: core::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_item_rule_and_table() {
        let text = items_markdown();
        for item in items::all() {
            assert!(text.contains(&format!("| `{}` |", item.name)), "{}", item.name);
        }
        for rule in Rule::all() {
            assert!(text.contains(&format!("| `{}` |", rule.code())), "{}", rule.code());
        }
        for codes in Codes::ALL {
            assert!(text.contains(codes.title_zh()), "{codes:?}");
        }
        // An example of each family, and one of an event.
        assert_eq!(text.matches("```json").count(), Family::ALL.len() + 1);
    }

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../../docs/ingest-format.md");
        assert_eq!(written, items_markdown(), "run `yzt docs ingest-format > docs/ingest-format.md`");
    }
}
