use proptest::prelude::*;
use verifier_core::Seconds;
use zeroize::Zeroizing;

use super::*;
use crate::audit::{Action, Context, Entry};
use crate::clock::Timestamp;

fn key(secret: u8) -> MacKey {
    MacKey::new(Zeroizing::new(vec![secret; 32]))
}

/// A chain of so many rows under a secret.
fn log(length: i64, secret: u8) -> Vec<AuditRow> {
    let mut before = chain::BEGINNING.to_vec();
    let mut rows = Vec::new();
    for seq in 1..=length {
        let entry = Entry::new(Action::KeyMade, Context::system())
            .on("key", "k")
            .in_division("210102")
            .because("because")
            .detail("n", seq);
        let mut row = entry.row(seq, Timestamp(1_781_488_800_000 + seq), before);
        row.address = Some("192.0.2.1".to_owned());
        row.device = Some("phone".to_owned());
        row.request_id = Some("r".to_owned());
        chain::bind(&mut row, &key(secret));
        before = row.hash.clone();
        rows.push(row);
    }
    rows
}

fn checkpoint(row: &AuditRow) -> Checkpoint {
    Checkpoint {
        iss: "21".to_owned(),
        issued: Seconds(1_781_488_900),
        first: 1,
        seq: row.seq.try_into().unwrap(),
        hash: row.hash.clone().try_into().unwrap(),
        file: None,
        archived: false,
    }
}

fn faults(rows: &[AuditRow], kept: Option<&Checkpoint>) -> Vec<Fault> {
    let key = key(7);
    let mut verification = Verification::begin(Some(&key), Some((0, chain::BEGINNING.to_vec())));
    kept.into_iter().for_each(|checkpoint| verification.expect(checkpoint));
    rows.iter().for_each(|row| verification.row(row));
    verification.finish().faults
}

type Mutation = fn(&mut AuditRow);

/// Every field of a row, changed.
fn mutations() -> Vec<(&'static str, Mutation)> {
    vec![
        ("id", |row| row.id.push('x')),
        ("at", |row| row.at += 1),
        ("actor", |row| row.actor = Some("nobody".to_owned())),
        ("actor taken away", |row| row.actor = None),
        ("role", |row| row.role = Some("holder".to_owned())),
        ("address", |row| row.address = Some("192.0.2.2".to_owned())),
        ("device", |row| row.device = None),
        ("request", |row| row.request_id = None),
        ("action", |row| row.action = "key.revoked".to_owned()),
        ("kind of object", |row| row.object_kind = Some("account".to_owned())),
        ("object", |row| row.object_id = Some("l".to_owned())),
        ("division", |row| row.division = None),
        ("result", |row| row.result = "failed".to_owned()),
        ("reason", |row| row.reason = Some(String::new())),
        ("details", |row| row.details = "{}".to_owned()),
        ("hash before", |row| row.prev_hash[0] ^= 1),
        // What belongs to one field moved into its neighbour.
        ("border", |row| {
            row.object_kind = None;
            row.object_id = Some("keyk".to_owned());
        }),
    ]
}

#[test]
fn a_log_as_it_was_written_is_sound() {
    let rows = log(20, 7);
    assert_eq!(faults(&rows, Some(&checkpoint(&rows[9]))), []);
    assert_eq!(faults(&[], None), []);
}

#[test]
fn every_field_that_is_changed_is_noticed_and_its_row_named() {
    for (field, change) in mutations() {
        let mut rows = log(5, 7);
        change(&mut rows[2]);
        let found = faults(&rows, None);
        assert!(found.contains(&Fault::Changed(3)), "{field}: {found:?}");
        assert!(found.contains(&Fault::Foreign(3)), "{field}: {found:?}");
    }
}

#[test]
fn a_row_made_to_fit_its_own_hash_breaks_with_its_neighbour_and_its_code() {
    for (field, change) in mutations() {
        let mut rows = log(5, 7);
        change(&mut rows[2]);
        rows[2].hash = chain::hash(&chain::canonical(&rows[2])).to_vec();
        let found = faults(&rows, None);
        assert!(found.contains(&Fault::Foreign(3)), "{field}: {found:?}");
        assert!(found.contains(&Fault::Unlinked(4)), "{field}: {found:?}");
    }
}

#[test]
fn hash_and_code_themselves_are_watched() {
    let mut rows = log(5, 7);
    rows[2].hash[0] ^= 1;
    assert_eq!(faults(&rows, None), [Fault::Changed(3), Fault::Unlinked(4)]);
    let mut rows = log(5, 7);
    rows[2].mac[0] ^= 1;
    assert_eq!(faults(&rows, None), [Fault::Foreign(3)]);
}

#[test]
fn a_chain_that_someone_without_the_secret_made_anew_is_foreign_in_every_row() {
    let forged = log(3, 8);
    assert_eq!(faults(&forged, None), [Fault::Foreign(1), Fault::Foreign(2), Fault::Foreign(3)]);
    // Even where nobody has the secret, a checkpoint that was kept tells.
    let kept = checkpoint(&log(4, 7)[1]);
    let mut verification = Verification::begin(None, Some((0, chain::BEGINNING.to_vec())));
    verification.expect(&kept);
    let mut forged = log(3, 8);
    forged[0].actor = None;
    for at in 0..3_usize {
        let before =
            at.checked_sub(1).map_or(chain::BEGINNING.to_vec(), |before| forged[before].hash.clone());
        forged[at].prev_hash = before;
        chain::bind(&mut forged[at], &key(8));
        verification.row(&forged[at]);
    }
    assert_eq!(verification.finish().faults, [Fault::Contradicts(2)]);
}

#[test]
fn rows_taken_out_are_named() {
    let mut rows = log(6, 7);
    rows.drain(2..4);
    assert_eq!(faults(&rows, None), [Fault::Missing(3, 4)]);
    assert_eq!(faults(&log(6, 7)[1..], None), [Fault::Missing(1, 1)]);
}

#[test]
fn rows_doubled_and_exchanged_are_out_of_place() {
    let mut rows = log(4, 7);
    rows.insert(2, rows[1].clone());
    assert_eq!(faults(&rows, None), [Fault::OutOfPlace(2)]);
    let mut rows = log(4, 7);
    rows.swap(1, 2);
    assert_eq!(faults(&rows, None), [Fault::Missing(2, 2), Fault::OutOfPlace(2)]);
}

#[test]
fn the_contents_of_two_rows_exchanged_are_both_changed() {
    let mut rows = log(4, 7);
    rows.swap(1, 2);
    (rows[1].seq, rows[2].seq) = (2, 3);
    let found = faults(&rows, None);
    assert!(found.contains(&Fault::Changed(2)) && found.contains(&Fault::Changed(3)), "{found:?}");
}

#[test]
fn a_row_put_in_between_is_noticed_even_when_the_rest_is_renumbered() {
    let mut rows = log(4, 7);
    let mut added = rows[1].clone();
    added.seq = 3;
    rows.insert(2, added);
    rows[3].seq = 4;
    rows[4].seq = 5;
    let found = faults(&rows, None);
    for fault in [Fault::Changed(3), Fault::Foreign(3), Fault::Changed(4), Fault::Changed(5)] {
        assert!(found.contains(&fault), "{fault}: {found:?}");
    }
}

#[test]
fn an_end_that_was_cut_off_shows_against_a_checkpoint_that_was_kept() {
    let rows = log(6, 7);
    let kept = checkpoint(&rows[5]);
    assert_eq!(faults(&rows[..4], None), [], "the chain alone cannot tell");
    assert_eq!(faults(&rows[..4], Some(&kept)), [Fault::CutOff(4, 6)]);
}

#[test]
fn faults_without_end_take_no_memory_without_end() {
    let rows = log(2_000, 8);
    let key = key(7);
    let mut verification = Verification::begin(Some(&key), None);
    rows.iter().for_each(|row| verification.row(row));
    let findings = verification.finish();
    assert_eq!((findings.faults.len(), findings.more), (NAMED, 1_000));
}

proptest! {
    /// Whatever is done to the list of rows, it is noticed, unless it is an end cut off.
    #[test]
    fn no_rearrangement_is_sound(order in proptest::collection::vec(0..8_usize, 0..10)) {
        let rows = log(8, 7);
        let arranged: Vec<_> = order.iter().map(|at| rows[*at].clone()).collect();
        let is_beginning = order.iter().copied().eq(0..order.len());
        prop_assert_eq!(faults(&arranged, None).is_empty(), is_beginning);
    }

    /// One bit of a row's canonical bytes is one other hash and one other code.
    #[test]
    fn canonical_bytes_tell_all_texts_apart(a in ".{0,20}", b in ".{0,20}") {
        let mut one = log(1, 7).remove(0);
        let mut other = one.clone();
        (one.object_kind, one.object_id) = (Some(a.clone()), Some(b.clone()));
        (other.object_kind, other.object_id) = (Some(b.clone()), Some(a.clone()));
        prop_assert_eq!(chain::canonical(&one) == chain::canonical(&other), a == b);
    }
}
