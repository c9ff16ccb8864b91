//! Target `log`: a write-ahead log, or the body of one of its records.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::log(bytes));
