//! How far long work has come: a bar when a person watches, a line now and then otherwise.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

/// Records between two plain lines.
const PLAIN_EVERY: u64 = 20_000;

/// How far long work has come. Drawn on standard error.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    records: u64,
    told: u64,
}

impl Progress {
    /// Work of `total` steps, where that is known.
    pub(super) fn begin(total: Option<u64>, template: &str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            // A template that does not parse leaves the plain bar.
            ProgressStyle::with_template(template).map_or(bar.clone(), |style| bar.with_style(style))
        });
        Self { bar, began: Instant::now(), records: 0, told: 0 }
    }

    /// The bar, for whoever moves it from another thread.
    pub(super) fn bar(&self) -> Option<ProgressBar> {
        self.bar.clone()
    }

    /// Says how many records are done, where each is a step.
    pub(super) fn move_to(&mut self, records: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(records);
        }
        self.set(records);
    }

    /// Says how many records are done.
    pub(super) fn set(&mut self, records: u64) {
        self.records = records;
        if let Some(bar) = &self.bar {
            bar.set_message(self.so_far());
        } else if records >= self.told + PLAIN_EVERY {
            self.told = records;
            let _ = writeln!(stderr(), "{}", self.so_far());
        }
    }

    /// Takes the bar away, and says how many records were done and how fast.
    pub(super) fn end(self) -> String {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        format!("{} in {:.1} s", self.so_far(), self.began.elapsed().as_secs_f64())
    }

    fn so_far(&self) -> String {
        let millis = self.began.elapsed().as_millis().max(1);
        let rate = u128::from(self.records) * 1000 / millis;
        format!("{} records, {rate}/s", self.records)
    }
}
