//! Money in whole rupiah.

/// An amount in whole rupiah. Indonesia has no smaller coin in use, and the partner API sends none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rupiah(pub u64);
