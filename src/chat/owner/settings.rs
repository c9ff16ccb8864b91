//! Where settings are read anew while the bot runs.

use crate::{access::Lists, catalog::Catalog};

/// What was read anew.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The products.
    pub catalog: Catalog,
    /// Who owns the bot, and which chats the settings admit.
    pub lists: Lists,
    /// Settings whose values have changed in the file and take effect at the next start, by name.
    pub need_restart: Vec<String>,
    /// The lists that are not taken from the file, since the environment or the command line has them, by name.
    pub fixed: Vec<String>,
}

/// Reads the operator's settings anew.
pub trait Settings: Send + Sync {
    /// Reads the catalog and the lists.
    ///
    /// # Errors
    /// Every mistake in them, one a line: no secret stands in it.
    fn read(&self) -> Result<Fresh, String>;
}

/// What a reload came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reloaded {
    /// How many products there are.
    pub products: usize,
    /// How many owners.
    pub owners: usize,
    /// How many chats the settings admit.
    pub chats: usize,
    /// See [`Fresh::need_restart`].
    pub need_restart: Vec<String>,
    /// See [`Fresh::fixed`].
    pub fixed: Vec<String>,
}
