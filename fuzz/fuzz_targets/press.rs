//! Target `press`: what a pressed button carries.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ceknomor::fuzzing::press(bytes));
