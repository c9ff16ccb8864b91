//! What reads outside input, each part by the name of its fuzz target in `fuzz/`: a function that takes bytes from
//! anywhere and panics where a property of that part does not hold.
//!
//! No part of the program: it is there for the tests, and with the feature `fuzzing`. The properties stand beside what
//! they are about, in files named `properties`. The tests below run every target over its committed seeds and over
//! seeds that proptest has damaged, on the stable toolchain; the fuzzer runs the same functions.

use std::sync::LazyLock;

use crate::{catalog::Catalog, chat, inquiry, jobs, klikoo, store};

/// A target: takes bytes from anywhere, and panics where a property does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 6] =
    [("line", line), ("answer", answer), ("record", record), ("job", job), ("task", task), ("press", press)];

/// The built-in products.
#[allow(clippy::expect_used, reason = "they are in the program")]
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(None).expect("the built-in products"));

/// A line that an agent typed.
pub fn line(bytes: &[u8]) {
    inquiry::parse::properties::hold(&String::from_utf8_lossy(bytes), &CATALOG);
}

/// The body of an answer of the partner API.
pub fn answer(bytes: &[u8]) {
    klikoo::properties::hold(bytes);
}

/// A record of the history, as it is stored.
pub fn record(bytes: &[u8]) {
    store::properties::record(bytes);
}

/// A job, as it is stored.
pub fn job(bytes: &[u8]) {
    store::properties::job(bytes);
}

/// What a job is to do, as the store holds it.
pub fn task(bytes: &[u8]) {
    jobs::properties::task(&String::from_utf8_lossy(bytes), &CATALOG);
}

/// What a pressed button carries.
pub fn press(bytes: &[u8]) {
    chat::properties::press(&String::from_utf8_lossy(bytes));
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        panic::catch_unwind,
        path::{Path, PathBuf},
    };

    use proptest::{prelude::*, sample::Index};

    use super::*;

    fn fuzz() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The seeds of a target, by their names.
    fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
        let dir = fuzz().join("seeds").join(target);
        names(&dir).into_iter().map(|name| (name.clone(), fs::read(dir.join(name)).unwrap())).collect()
    }

    #[test]
    fn every_seed_holds() {
        for (target, holds) in TARGETS {
            let seeds = seeds(target);
            assert!(seeds.len() > 1, "{target}");
            for (name, bytes) in seeds {
                assert!(catch_unwind(|| holds(&bytes)).is_ok(), "fuzz/seeds/{target}/{name}: see the panic above");
            }
        }
    }

    /// Nothing else builds `fuzz/` in the checks of a change: this keeps it from falling behind.
    #[test]
    fn the_fuzzer_runs_these_very_targets() {
        let mut expected = TARGETS.map(|(name, _)| name);
        expected.sort_unstable();
        assert_eq!(names(&fuzz().join("seeds")), expected);
        assert_eq!(names(&fuzz().join("fuzz_targets")), expected.map(|name| format!("{name}.rs")));

        let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
        assert_eq!(manifest.matches("[[bin]]").count(), expected.len());
        for name in expected {
            assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
            let code = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
            assert!(
                code.contains(&format!("fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::{name}(bytes));")),
                "{name}"
            );
        }
    }

    /// Some bytes of a seed taken out, and others put in their place.
    fn damaged(seed: &[u8], from: Index, length: usize, instead: &[u8]) -> Vec<u8> {
        let from = from.index(seed.len() + 1);
        let to = (from + length).min(seed.len());
        [&seed[..from], instead, &seed[to..]].concat()
    }

    proptest! {
        #[test]
        fn every_target_holds_for_damaged_seeds(
            pick: Index, from: Index, length in 0_usize..20,
            instead in prop_oneof!["[0-9:,.+\" -]{0,8}".prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..8)],
        ) {
            for (target, holds) in TARGETS {
                let seeds = seeds(target);
                let (_, seed) = pick.get(&seeds);
                holds(&damaged(seed, from, length, &instead));
            }
        }

        #[test]
        fn every_target_holds_for_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            TARGETS.iter().for_each(|(_, holds)| holds(&bytes));
        }
    }
}
