//! Target `job`: a job, as it is stored.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::job(bytes));
