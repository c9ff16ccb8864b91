//! Target `block`: a block of the archive.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::block(bytes));
