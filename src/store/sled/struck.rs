//! `struck`: which entries of the journal have come to their end, noted at the moment when they do.
//!
//! The writer commits such an end with its next group, whenever that comes: till then a kill would have the answer
//! given a second time, although Telegram had taken the first and said so. So it is written here before, in place and
//! without a sync, which takes microseconds and which a kill cannot undo. The next open commits what stands here, and
//! removes the file, as a close does. It is
//! a note beside the journal: where it cannot be written, an answer may be given twice, and nothing else is lost.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::layout::Layout;
use crate::value::UpdateId;

/// How many ends are remembered: more than can be on their way to the writer at once. Telegram numbers updates in
/// turn, so those on their way have places of their own; where two should meet, the later one takes the place.
const SLOTS: u32 = 4096;

/// An update's number and a checksum: a flipped byte must not end what was not answered.
const SLOT: usize = 8;

/// The file, which is not there before the first end.
pub(super) struct Struck {
    path: PathBuf,
    file: OnceLock<File>,
    /// The highest update that was noted.
    highest: AtomicU32,
}

impl Struck {
    /// The notes of a store that is being opened. Nothing is to be noted before those that were left are thrown away.
    pub(super) fn new(layout: &Layout) -> Self {
        Self { path: layout.struck(), file: OnceLock::new(), highest: AtomicU32::new(0) }
    }

    /// Notes that an entry has come to its end; whether that could be written.
    pub(super) fn note(&self, update: UpdateId) -> bool {
        self.highest.fetch_max(update.0, Relaxed);
        let noted = self.file().and_then(|file| file.write_all_at(&encode(update), place(update)));
        if let Err(error) = &noted {
            tracing::warn!(%error, "the end of an answered question could not be noted at once");
        }
        noted.is_ok()
    }

    /// Takes back what is noted of an update that is new: it has not come to its end. What is noted of one that is
    /// known stays: its end may not be committed yet.
    pub(super) fn forget(&self, update: UpdateId) {
        // Telegram's numbers rise, so that nearly every update is settled here.
        let Some(file) = self.file.get().filter(|_| update.0 <= self.highest.load(Relaxed)) else { return };
        let mut slot = [0; SLOT];
        let is_noted = file.read_exact_at(&mut slot, place(update)).is_ok() && decode(&slot) == Some(update);
        if is_noted && let Err(error) = file.write_all_at(&[0; SLOT], place(update)) {
            tracing::error!(%error, "an old note of an update cannot be taken back");
        }
    }

    fn file(&self) -> io::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        // Two at once open the same file, and one of the two is kept.
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        Ok(self.file.get_or_init(|| file))
    }
}

/// All that was noted before the store was last left. A slot that is not whole is passed over.
pub(super) fn left_over(layout: &Layout) -> io::Result<Vec<UpdateId>> {
    let mut bytes = Vec::new();
    match File::open(layout.struck()) {
        Ok(file) => file.take(u64::from(SLOTS) * SLOT as u64).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let (slots, _) = bytes.as_chunks();
    Ok(slots.iter().filter_map(decode).collect())
}

/// Makes an empty one, for a store that is to take the place of another: the other's notes are put aside then, and do
/// not end entries of this one.
pub(super) fn create_empty(layout: &Layout) -> io::Result<()> {
    File::create(layout.struck()).map(|_file| ())
}

fn place(update: UpdateId) -> u64 {
    u64::from(update.0 % SLOTS) * SLOT as u64
}

fn encode(update: UpdateId) -> [u8; SLOT] {
    let number = update.0.to_be_bytes();
    let slot = u64::from(update.0) << 32 | u64::from(crc32fast::hash(&number));
    slot.to_be_bytes()
}

fn decode(slot: &[u8; SLOT]) -> Option<UpdateId> {
    let update = UpdateId(u32::from_be_bytes(*slot.first_chunk()?));
    (encode(update) == *slot).then_some(update)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_by_the_next_and_a_damaged_slot_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let struck = Struck::new(&layout);
        for update in [7, 8, u32::MAX] {
            struck.note(UpdateId(update));
        }
        let read = || left_over(&layout).unwrap();
        assert_eq!(read(), [7, 8, u32::MAX].map(UpdateId));

        let mut bytes = std::fs::read(layout.struck()).unwrap();
        bytes[7 * SLOT + 3] ^= 1;
        std::fs::write(layout.struck(), bytes).unwrap();
        assert_eq!(read(), [8, u32::MAX].map(UpdateId));

        [8, 9].map(UpdateId).into_iter().for_each(|update| struck.forget(update));
        assert_eq!(read(), [UpdateId(u32::MAX)]);
        std::fs::remove_file(layout.struck()).unwrap();
        assert_eq!(read(), []);
    }
}
