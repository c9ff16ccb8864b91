//! Target `task`: a task, as an entry of the journal holds it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::task(bytes));
