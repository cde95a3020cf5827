//! Arbitrary trust lists, and trust lists changed behind a good signature.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use verifier_core::trust::TrustList;
use verifier_core_fuzz::parts::key;
use verifier_core_fuzz::{Known, Sample, changed, check_valid};

static SAMPLE: LazyLock<Sample> = LazyLock::new(Sample::default);
static KNOWN: LazyLock<Known> = LazyLock::new(Known::read);

fuzz_target!(|input: &[u8]| {
    let Some((mode, rest)) = input.split_first() else { return };
    let case = &SAMPLE.case;
    if mode % 2 == 0 {
        let taken = TrustList::open(rest, &case.roots).is_ok();
        assert!(!taken || KNOWN.lists.contains(rest), "{rest:02x?}");
        return;
    }
    let bundle = case.bundle_with(&changed(&case.trust_list, rest, &key("root")));
    check_valid(&case.verdict_with(bundle.as_ref().map_err(|error| *error), &case.code), case.now);
    if let Ok(bundle) = bundle {
        let claims = bundle.trust().claims();
        // What was read is written again as it was, and takes the place of itself.
        let again = claims.sign(&key("root")).unwrap();
        assert_eq!(TrustList::open(&again, &case.roots).unwrap().claims(), claims);
        assert!(bundle.may_replace(&bundle).is_ok());
        let _ = SAMPLE.bundle.may_replace(&bundle);
    }
});
