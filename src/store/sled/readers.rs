//! The open trees, for reading beside the writer, which may have to take them away.

use std::sync::{Arc, PoisonError, RwLock};

use super::super::Error;
use super::database::Trees;

/// A handle on the open trees, or on why there are none.
#[derive(Clone)]
pub(super) struct Readers(Arc<RwLock<Result<Arc<Trees>, Error>>>);

impl Readers {
    /// Readers of `trees`.
    pub(super) fn of(trees: Trees) -> Self {
        Self(Arc::new(RwLock::new(Ok(Arc::new(trees)))))
    }

    /// The open trees. sled's files stay in use as long as they are held.
    pub(super) fn trees(&self) -> Result<Arc<Trees>, Error> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives later reads other trees, or an error.
    pub(super) fn set(&self, trees: Result<Trees, Error>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = trees.map(Arc::new);
    }
}
