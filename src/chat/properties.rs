//! What holds for all callback data: what a button carries comes back from outside, so anyone may have written it. The
//! property tests call it with data that is made, the fuzz target `press` with data that is found. It panics where
//! something does not hold.

use super::button::Press;

/// The longest that a button can carry, in bytes (Bot API, `InlineKeyboardButton.callback_data`).
const LONGEST: usize = 64;

/// Checks what is made of `data`: only what a button of ours carries is read, and all of it.
pub(crate) fn press(data: &str) {
    let Some(press) = Press::decode(data) else { return };
    assert_eq!(press.encode(), data, "no button carries this");
    assert!(data.len() <= LONGEST, "{} bytes", data.len());
}
