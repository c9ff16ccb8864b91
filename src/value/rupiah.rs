//! Money in whole rupiah.

use serde::{Deserialize, Serialize};

/// An amount in whole rupiah. Indonesia has no smaller coin in use, and the partner API sends none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rupiah(pub u64);
