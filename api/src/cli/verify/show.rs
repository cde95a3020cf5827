//! A verdict for people at a terminal: Chinese first, English second.

use std::fmt::Write;

use verifier_core::{Certificate, Display, Established, Outcome, Verdict};

/// The verdict in a few lines.
pub(in crate::cli) fn text(verdict: &Verdict) -> String {
    let mut out = headline(verdict);
    if let Some(certificate) = &verdict.certificate {
        out.push_str(&face(certificate));
    }
    for explained in &verdict.explanations {
        let _ = write!(out, "\n[{}] {}\n    {}", explained.code, explained.message.zh, explained.message.en);
        let _ = write!(out, "\n  → {}\n    {}", explained.next_step.zh, explained.next_step.en);
    }
    out.push_str(&established(&verdict.established));
    out
}

fn headline(verdict: &Verdict) -> String {
    let (zh, en) = match (verdict.outcome, verdict.display) {
        (Outcome::Valid, Display::Grey) => ("样证", "SPECIMEN"),
        (Outcome::Valid, Display::Amber) => ("有效（有提示）", "VALID, with something to know"),
        (Outcome::Valid, _) => ("有效", "VALID"),
        (Outcome::Invalid, _) => ("不予认可", "INVALID"),
        (Outcome::Undetermined, _) => ("无法判定", "UNDETERMINED"),
    };
    let seems =
        verdict.seems.map_or(String::new(), |seems| format!("（{} {}）", seems.name_zh(), seems.name_en()));
    format!("{zh} {en}{seems}")
}

fn face(certificate: &Certificate) -> String {
    let kind = certificate.kind_name.map_or_else(|| certificate.kind.to_string(), |name| name.zh.to_owned());
    let mut out = format!("\n  {kind}  {}  {}", certificate.number, certificate.holder);
    if let Some(plate) = &certificate.plate {
        let colour = certificate.plate_colour_name.map_or("", |name| name.zh);
        let _ = write!(out, "  {plate} {colour}");
    }
    let authority = certificate.authority.as_deref().unwrap_or(&certificate.issuer);
    let until = certificate.last_day.as_deref().unwrap_or("长期");
    let _ = write!(out, "\n  {authority}  有效期至 {until}");
    for item in &certificate.scope {
        let _ = write!(out, "\n  · {}", item.name.clone().unwrap_or_else(|| format!("{:05}", item.code)));
    }
    out
}

fn established(established: &Established) -> String {
    let mark = |is: bool| if is { "是" } else { "否" };
    let mut out = format!(
        "\n签章 seal: {}  亮证签名 presentation: {}  当场 shown now: {}",
        mark(established.seal),
        mark(established.presentation),
        mark(established.shown_now)
    );
    match established.status_as_of {
        Some(at) => {
            let at = jiff::Timestamp::from_second(i64::try_from(at.0).unwrap_or(i64::MAX));
            let _ = write!(
                out,
                "  状态截至 status as of: {}",
                at.map_or_else(|_| "?".to_owned(), |at| at.to_string())
            );
        }
        None => out.push_str("  状态未查 status not checked"),
    }
    out
}
