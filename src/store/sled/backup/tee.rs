//! What is committed while a backup is made: the writer puts it here too, and the backup takes it from here.
//!
//! It is bounded, and putting never waits: a backup that does not keep up is given up, never the bot's writes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::super::super::Error;
use super::super::change::Change;
use super::super::mark::Mark;

/// How much may wait to be taken, in bytes: minutes of a bot under load.
const MOST: usize = 16 * 1024 * 1024;

/// The writer's end.
#[derive(Default)]
pub(in super::super) struct Tap(Weak<Mutex<Teed>>);

/// The backup's end. The writer puts nothing more once it is dropped.
pub(in super::super) struct Tee {
    teed: Arc<Mutex<Teed>>,
    /// What was true when it was opened, and could be read.
    pub(super) start: Mark,
}

struct Teed {
    changes: Vec<Change>,
    bytes: usize,
    /// What is true after all of the changes, those that were taken included.
    mark: Mark,
    /// Why there is no more to come.
    ended: Option<&'static str>,
}

impl Tap {
    /// Begins to put what is committed after `mark` is true.
    ///
    /// # Errors
    /// A backup is under way.
    pub(in super::super) fn open(&mut self, mark: Mark) -> Result<Tee, Error> {
        if self.0.strong_count() > 0 {
            return Err(no_backup("another is under way: wait for it"));
        }
        let teed = Arc::new(Mutex::new(Teed { changes: Vec::new(), bytes: 0, mark, ended: None }));
        self.0 = Arc::downgrade(&teed);
        Ok(Tee { teed, start: mark })
    }

    /// Puts a group, and makes it readable by `show`. Nothing is taken from here in between: so whatever can be read in
    /// the store is here too, and whatever was taken from here can be read. Else a row that was read late could be
    /// older than the one that was taken, and would be written over it.
    pub(in super::super) fn put<T>(&self, changes: &[Change], mark: Mark, show: impl FnOnce() -> T) -> T {
        let Some(teed) = self.0.upgrade() else { return show() };
        let mut teed = lock(&teed);
        teed.bytes += changes.iter().map(Change::size).sum::<usize>();
        teed.mark = mark;
        if teed.bytes > MOST {
            teed.end("it took too long: is the disk or the reader slow?");
        }
        if teed.ended.is_none() {
            teed.changes.extend_from_slice(changes);
        }
        show()
    }

    /// Nothing more can be put: the disk failed.
    pub(in super::super) fn fail(&self) {
        if let Some(teed) = self.0.upgrade() {
            lock(&teed).end("the store failed meanwhile: see the bot's log");
        }
    }
}

impl Tee {
    /// All that was put since it was last asked, and what is true with it.
    ///
    /// # Errors
    /// Something is missing.
    pub(super) fn take(&self) -> Result<(Vec<Change>, Mark), Error> {
        let mut teed = lock(&self.teed);
        teed.bytes = 0;
        match teed.ended {
            Some(why) => Err(no_backup(why)),
            None => Ok((std::mem::take(&mut teed.changes), teed.mark)),
        }
    }
}

impl Teed {
    fn end(&mut self, why: &'static str) {
        self.changes = Vec::new();
        self.ended.get_or_insert(why);
    }
}

fn lock(teed: &Mutex<Teed>) -> MutexGuard<'_, Teed> {
    teed.lock().unwrap_or_else(PoisonError::into_inner)
}

fn no_backup(why: &str) -> Error {
    Error::NoBackup { what: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_before_what_was_put_can_be_read() {
        let mut tap = Tap::default();
        let tee = tap.open(Mark::default()).unwrap();
        let may_take = || tee.teed.try_lock().is_ok();
        assert!(!tap.put(&[], Mark::default(), may_take));
        assert!(may_take());
    }
}
