//! Target `record`: a record of the history, as it is stored.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::record(bytes));
