//! What the story shows, step by step, and whether each verdict was as expected.

use std::path::Path;

use serde::Serialize;
use verifier_core::{Outcome, Reason, Seconds, Verdict, Warning};

use super::super::verify::{decide, show};
use super::super::{Failure, bundle, say};

/// A verdict that was shown. The names are those of the vectors.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    code: String,
    at: Seconds,
    outcome: Outcome,
    reason: Option<Reason>,
    warnings: Vec<Warning>,
    /// Directory of the bundle it was decided with, beside this file.
    bundle: &'static str,
}

/// What is expected of a verdict.
pub(super) struct Expected {
    pub(super) name: &'static str,
    pub(super) bundle: &'static str,
    pub(super) outcome: Outcome,
    pub(super) reason: Option<Reason>,
}

/// The story's notes.
pub(super) struct Notebook<'a> {
    dir: &'a Path,
    entries: Vec<Entry>,
    surprises: usize,
    step: usize,
}

impl<'a> Notebook<'a> {
    pub(super) const fn new(dir: &'a Path) -> Self {
        Self { dir, entries: Vec::new(), surprises: 0, step: 0 }
    }

    /// Begins a step.
    pub(super) fn step(&mut self, zh: &str, en: &str) {
        self.step += 1;
        say(format_args!("\n{}. {zh}\n   {en}", self.step));
    }

    /// Tells what happened.
    pub(super) fn tell(&self, line: impl std::fmt::Display) {
        say(format_args!("   {line}"));
    }

    /// Notes whether something was as expected.
    pub(super) fn check(&mut self, is_as_expected: bool, what: &str) {
        if !is_as_expected {
            self.surprises += 1;
            say(format_args!("   ✗ 与预期不符 not as expected: {what}"));
        }
    }

    /// Decides about a code at a time, from files alone, and shows and keeps the verdict.
    pub(super) fn verdict(
        &mut self,
        code: &str,
        at: Seconds,
        expected: &Expected,
    ) -> Result<Verdict, Failure> {
        let verdict = decide(code, &self.dir.join(expected.bundle), at)?;
        for line in show::text(&verdict).lines() {
            self.tell(line);
        }
        let is = (verdict.outcome, verdict.reason);
        self.check(is == (expected.outcome, expected.reason) && verdict.warnings.is_empty(), expected.name);
        self.entries.push(Entry {
            name: expected.name,
            code: code.to_owned(),
            at,
            outcome: verdict.outcome,
            reason: verdict.reason,
            warnings: verdict.warnings.clone(),
            bundle: expected.bundle,
        });
        Ok(verdict)
    }

    /// Writes `verdicts.json` and says whether everything was as expected.
    pub(super) fn close(self) -> Result<bool, Failure> {
        let json = serde_json::to_vec_pretty(&self.entries).map_err(Failure::new)?;
        bundle::replace(&self.dir.join("verdicts.json"), &json)?;
        say(match self.surprises {
            0 => "\n各步均与预期一致。 Every step was as expected.".to_owned(),
            n => format!("\n有 {n} 处与预期不符。 {n} steps were not as expected."),
        });
        Ok(self.surprises == 0)
    }
}
