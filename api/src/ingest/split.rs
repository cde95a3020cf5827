//! Cutting a stream of bytes into records, however the stream itself is cut.
//!
//! A record of NDJSON is a line. A record of CSV is a line too, unless quotation marks hold line feeds (RFC 4180).
//! Memory is bounded by the longest record taken. What is not here: what a record says.

use super::Format;

/// Most bytes of a record: a portrait of 64 KiB in base64, and much room.
pub const LENGTH_MAX: usize = 256 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// A record, or why there is none, with the line it begins on, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) line: u64,
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Without the end of line.
    Whole(Vec<u8>),
    TooLong,
    /// The line begins with a quoted cell, or holds one, that nothing closes.
    UnclosedQuote,
}

/// Where the scan is within a row of CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quotation mark inside a quoted cell: its end, or the first of two.
    QuoteSeen,
}

/// Takes bytes, gives records.
#[derive(Debug)]
pub(super) struct Splitter {
    format: Format,
    /// The record that has begun.
    buffer: Vec<u8>,
    /// How much of it was looked at.
    scanned: usize,
    place: Place,
    /// Whether the rest of the line is dropped, because what came of it was too long.
    dropping: bool,
    /// The line the record began on.
    line: u64,
    /// Line feeds within the record so far.
    within: u64,
}

impl Splitter {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            buffer: Vec::new(),
            scanned: 0,
            place: Place::CellStart,
            dropping: false,
            line: 1,
            within: 0,
        }
    }

    /// Takes bytes and adds the records they complete to `out`.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<Piece>) {
        // Byte by byte would copy slowly; all at once would hold all of a large chunk twice.
        for part in bytes.chunks(LENGTH_MAX) {
            self.buffer.extend_from_slice(part);
            self.scan(out);
        }
    }

    /// Takes the end of the stream, which ends the last record too.
    pub(super) fn finish(mut self, out: &mut Vec<Piece>) {
        while self.place == Place::Quoted && !self.dropping && !self.buffer.is_empty() {
            self.give_up_quote(out);
            self.scan(out);
        }
        if !self.dropping {
            let rest = core::mem::take(&mut self.buffer);
            self.give(rest, out);
        }
    }

    fn scan(&mut self, out: &mut Vec<Piece>) {
        let mut begun = 0;
        while let Some(byte) = self.buffer.get(self.scanned).copied() {
            self.scanned += 1;
            if self.ends_record(byte) {
                let record = self.buffer.get(begun..self.scanned.saturating_sub(1)).unwrap_or_default();
                let record = record.to_vec();
                begun = self.scanned;
                if !core::mem::take(&mut self.dropping) {
                    self.give(record, out);
                }
                self.next_line();
            } else if self.scanned - begun > LENGTH_MAX && !self.dropping {
                self.drop_front(begun);
                begun = 0;
                self.too_long(out);
            }
        }
        self.drop_front(begun);
        if self.dropping {
            self.drop_front(self.scanned);
        }
    }

    /// Moves on by a byte, and says whether it was the record's last.
    fn ends_record(&mut self, byte: u8) -> bool {
        if self.format == Format::Ndjson || self.dropping {
            return byte == b'\n';
        }
        self.within += u64::from(byte == b'\n');
        self.place = match (self.place, byte) {
            (Place::CellStart, b'"') | (Place::QuoteSeen, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::QuoteSeen,
            (Place::Quoted, _) => Place::Quoted,
            (_, b'\n') => return true,
            (_, b',') => Place::CellStart,
            (Place::CellStart, _) if self.is_in_mark() => Place::CellStart,
            _ => Place::Plain,
        };
        false
    }

    /// Whether the byte just looked at belongs to a byte order mark at the start of the stream.
    fn is_in_mark(&self) -> bool {
        let seen = self.buffer.get(..self.scanned).unwrap_or_default();
        self.line == 1 && self.within == 0 && BYTE_ORDER_MARK.starts_with(seen)
    }

    /// The record in the buffer is longer than any may be.
    fn too_long(&mut self, out: &mut Vec<Piece>) {
        if self.place == Place::Quoted && self.within > 0 {
            self.give_up_quote(out);
        } else {
            out.push(Piece { line: self.line, content: Content::TooLong });
            self.dropping = true;
        }
    }

    /// Nothing closes the quotation mark in the record's first line: that line is lost, those behind it are not.
    fn give_up_quote(&mut self, out: &mut Vec<Piece>) {
        out.push(Piece { line: self.line, content: Content::UnclosedQuote });
        let end = self.buffer.iter().position(|byte| *byte == b'\n');
        let end = end.map_or(self.buffer.len(), |end| end + 1);
        self.buffer.drain(..end);
        self.scanned = 0;
        self.within = 1;
        self.next_line();
    }

    fn next_line(&mut self) {
        self.line += self.within.max(1);
        self.within = 0;
        self.place = Place::CellStart;
    }

    fn drop_front(&mut self, bytes: usize) {
        let bytes = bytes.min(self.buffer.len());
        self.buffer.drain(..bytes);
        self.scanned = self.scanned.saturating_sub(bytes);
    }

    /// Gives a record, unless it is blank.
    fn give(&self, mut record: Vec<u8>, out: &mut Vec<Piece>) {
        if record.last() == Some(&b'\r') {
            record.pop();
        }
        if !record.iter().all(u8::is_ascii_whitespace) {
            out.push(Piece { line: self.line, content: Content::Whole(record) });
        }
    }
}

#[cfg(test)]
mod tests;
