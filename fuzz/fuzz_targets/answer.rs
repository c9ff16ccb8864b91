//! Target `answer`: the body of an answer of the partner API.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::answer(bytes));
