//! Records are the same however the stream is cut.

use proptest::prelude::*;

use super::*;

fn split(format: Format, parts: &[&[u8]]) -> Vec<Piece> {
    let mut splitter = Splitter::new(format);
    let mut out = Vec::new();
    for part in parts {
        splitter.push(part, &mut out);
    }
    splitter.finish(&mut out);
    out
}

fn whole(line: u64, text: &str) -> Piece {
    Piece { line, content: Content::Whole(text.as_bytes().to_vec()) }
}

#[test]
fn a_record_of_ndjson_is_a_line() {
    let pieces = split(Format::Ndjson, &[b"{\"a\":\"\"}\r\n\n  \n{\"b\"", b":1}\n{}"]);
    assert_eq!(pieces, [whole(1, "{\"a\":\"\"}"), whole(4, "{\"b\":1}"), whole(5, "{}")]);
}

#[test]
fn a_record_of_csv_may_hold_line_feeds_in_quotation_marks() {
    let text = b"\xEF\xBB\xBF\"a\nb\",\"c\"\"d\"\n1,x\"y\n\"2\n\n3\",4\r\n5,6";
    let pieces = split(Format::Csv, &[text]);
    let expected = [
        whole(1, "\u{FEFF}\"a\nb\",\"c\"\"d\""),
        whole(3, "1,x\"y"),
        whole(4, "\"2\n\n3\",4"),
        whole(7, "5,6"),
    ];
    assert_eq!(pieces, expected);
}

#[test]
fn an_overlong_record_is_reported_and_the_next_one_taken() {
    let text = [b"1,\n".to_vec(), vec![b'x'; 3 * LENGTH_MAX], b"\n2,".to_vec()].concat();
    for format in [Format::Ndjson, Format::Csv] {
        let pieces = split(format, &[&text]);
        assert_eq!(pieces, [whole(1, "1,"), Piece { line: 2, content: Content::TooLong }, whole(3, "2,")]);
    }
}

#[test]
fn a_record_may_be_as_long_as_the_limit() {
    let text = vec![b'x'; LENGTH_MAX];
    let pieces = split(Format::Ndjson, &[&text, b"\n"]);
    assert!(
        matches!(&pieces[..], [Piece { content: Content::Whole(bytes), .. }] if bytes.len() == LENGTH_MAX)
    );
    let pieces = split(Format::Ndjson, &[&text, b"x\n"]);
    assert_eq!(pieces, [Piece { line: 1, content: Content::TooLong }]);
}

#[test]
fn a_quotation_mark_that_is_never_closed_costs_one_line() {
    let pieces = split(Format::Csv, &[b"1,\"a\n2,b\n3,c"]);
    let unclosed = Piece { line: 1, content: Content::UnclosedQuote };
    assert_eq!(pieces, [unclosed.clone(), whole(2, "2,b"), whole(3, "3,c")]);
    let many: String = (2..50_000).map(|n| format!("{n},b\n")).collect();
    let pieces = split(Format::Csv, &[b"1,\"a\n", many.as_bytes()]);
    assert_eq!(pieces.len(), 49_999);
    assert_eq!((&pieces[0], &pieces[49_998]), (&unclosed, &whole(49_999, "49999,b")));
}

#[test]
fn nothing_is_nothing() {
    for format in [Format::Ndjson, Format::Csv] {
        assert_eq!(split(format, &[]), []);
        assert_eq!(split(format, &[b"\n\r\n  \n"]), []);
    }
}

/// Text with all that matters to the cutting, often.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => Just(b"\n".to_vec()),
        3 => Just(b"\"".to_vec()),
        2 => Just(b",".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\xEF\xBB\xBF".to_vec()),
        4 => proptest::collection::vec(any::<u8>(), 0..6),
        1 => (LENGTH_MAX - 9..LENGTH_MAX + 9).prop_map(|length| vec![b'x'; length]),
    ];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cutting_of_the_stream_gives_the_same_records(
        text in text(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(text.len() + 1)).chain([text.len()]).collect();
        ends.sort_unstable();
        let mut begun = 0;
        let parts: Vec<_> = ends.into_iter().map(|end| &text[std::mem::replace(&mut begun, end)..end]).collect();
        for format in [Format::Ndjson, Format::Csv] {
            prop_assert_eq!(split(format, &parts), split(format, &[&text]));
        }
    }

    #[test]
    fn the_rows_of_csv_are_those_the_library_reads(
        rows in proptest::collection::vec(proptest::collection::vec("[ -~\n]{0,6}", 2..4), 1..6),
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let pieces = split(Format::Csv, &[&text]);
        prop_assert_eq!(pieces.len(), rows.len());
    }
}
