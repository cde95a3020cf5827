//! Forms one by one, where the cases of whole records do not reach.

use serde_json::{Value, json};

use super::*;

fn text(form: &str, value: Value) -> Result<Option<String>, Rule> {
    let form = Form::parse(form).unwrap();
    let found = form.normalise(&value)?;
    Ok(found.and_then(|(datum, _)| datum.text().map(str::to_owned)))
}

#[test]
fn every_notation_is_read_and_nothing_else() {
    for (notation, form) in [
        ("C..256", Form::Text(256)),
        ("n12", Form::Digits(12, 12)),
        ("n..5", Form::Digits(1, 5)),
        ("n..8.3", Form::Decimal(8, 3)),
        ("an18", Form::Alnum(18, 18)),
        ("hex64", Form::Hex(64)),
        ("codes:fuels", Form::CodeList(Codes::Fuels)),
        ("plate", Form::Plate),
    ] {
        assert_eq!(Form::parse(notation), Some(form));
    }
    for notation in ["", "n", "an..", "C256", "code:nothing", "dates:fuels", "x"] {
        assert_eq!(Form::parse(notation), None, "{notation}");
    }
}

#[test]
fn decimals_lose_the_zeros_that_say_nothing() {
    for (sent, normal) in [("4.50", "4.5"), ("007", "7"), ("0", "0"), ("12.000", "12"), ("0.10", "0.1")] {
        assert_eq!(text("n..8.3", json!(sent)), Ok(Some(normal.to_owned())));
    }
    for sent in ["1.2345", "123456789", ".5", "1.", "1,5", "-1", "1e3", "1.2.3"] {
        assert!(text("n..8.3", json!(sent)).is_err(), "{sent}");
    }
}

#[test]
fn nothing_is_no_value() {
    for value in [json!(null), json!(""), json!("  "), json!("\u{3000}")] {
        assert_eq!(text("C..5", value), Ok(None));
    }
    assert_eq!(Form::parse("dates").unwrap().normalise(&json!([])).map(|found| found.is_none()), Ok(true));
}

#[test]
fn length_is_counted_in_characters() {
    assert_eq!(text("C..3", json!("一二三")), Ok(Some("一二三".to_owned())));
    assert_eq!(text("C..3", json!("一二三四")), Err(Rule::WrongLength));
}

#[test]
fn a_time_is_a_real_one() {
    assert!(text("time", json!("20250301235959")).is_ok());
    for sent in ["20250301240000", "20250301236000", "20250230000000", "202503012359", "2025030123595九"] {
        assert_eq!(text("time", json!(sent)), Err(Rule::NotADate), "{sent}");
    }
}

#[test]
fn a_picture_over_the_limit_is_refused() {
    let large = "A".repeat(64 * 1024 / 3 * 4 + 8);
    assert_eq!(text("image", json!(large)), Err(Rule::WrongLength));
}

#[test]
fn a_flag_is_true_or_false_however_it_is_written() {
    for (sent, flag) in
        [(json!(true), true), (json!("1"), true), (json!("false"), false), (json!("0"), false)]
    {
        let found = Form::Flag.normalise(&sent).unwrap();
        assert!(found == Some((Datum::Flag(flag), None)));
    }
    assert!(Form::Flag.normalise(&json!("yes")).is_err());
}
