//! Target `entry`: an entry of the journal, as it is stored.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::entry(bytes));
