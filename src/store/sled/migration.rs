//! A directory of an older schema becomes one of this build's; what it was is kept aside meanwhile.
//!
//! | schema | what came with it |
//! |---|---|
//! | 1 | histories and preferences |
//! | 2 | the journal: a third tree, two more numbers in the mark, and the write-ahead log |
//!
//! The old directory is found undamaged first and copied to `schema-1/`; only then is anything changed. A migration
//! that is cut off is begun anew: the manifest names the older schema until the end. The copy goes when the store has
//! been closed and opened again in good order. Until then, what is in it, moved to a directory of its own, is the old
//! store.

use std::fs::{self, File};
use std::io;

use super::super::Error;
use super::layout::{Layout, copy_sled, remove_dir, sync_dir, sync_sled};

/// Copies the store as it is, unless a migration that was cut off did so already.
pub(super) fn keep_aside(layout: &Layout, schema: u32) -> Result<(), Error> {
    let aside = Layout::new(&layout.aside(schema));
    if !aside.dir.exists() {
        copy(layout, schema).map_err(|error| layout.error(&error))?;
    }
    tracing::info!(schema, aside = %aside.dir.display(), "the store is of an older schema: it is migrated, and kept aside");
    Ok(())
}

fn copy(layout: &Layout, schema: u32) -> io::Result<()> {
    let next = Layout::new(&layout.next_aside());
    remove_dir(&next)?;
    copy_sled(&layout.sled(), &next.sled())?;
    fs::copy(layout.mark(), next.mark())?;
    fs::copy(layout.manifest(), next.manifest())?;
    sync(&next)?;
    fs::rename(&next.dir, layout.aside(schema))?;
    sync_dir(&layout.dir)
}

/// Makes a store that nobody has open durable, before that which it is a copy of is changed.
pub(super) fn sync(copy: &Layout) -> io::Result<()> {
    sync_sled(copy)?;
    File::open(copy.mark())?.sync_all()?;
    File::open(copy.manifest())?.sync_all()?;
    sync_dir(&copy.dir)
}

/// Removes what was kept aside of the schemas before `schema`: the store has proved itself since.
pub(super) fn forget_aside(layout: &Layout, schema: u32) {
    for older in 1..schema {
        if let Err(error) = remove_dir(&Layout::new(&layout.aside(older))) {
            tracing::warn!(%error, "what was kept aside of an older schema could not be removed");
        }
    }
}

#[cfg(test)]
#[path = "migration_tests.rs"]
mod tests;
