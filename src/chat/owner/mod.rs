//! What owners and their admins are shown and may press: each subject has its file.

pub(super) mod guard;
