//! Target `line`: a line that an agent typed.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::line(bytes));
