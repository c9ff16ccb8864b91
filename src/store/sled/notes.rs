//! The file `deletions.jsonl` beside sled: the notes of what no backup may undo, a line each, in the order of writing.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

use super::super::Error;
use super::super::note::{Note, newest};

/// The name of the file.
pub(super) const NAME: &str = "deletions.jsonl";

/// More than the longest line, in bytes: a row's value is 64 KiB at most, of which JSON may need six bytes for one.
const MAX_LINE_LEN: u64 = 512 * 1024;

/// What the file in `dir` says, but for notes that say nothing any more; `None` where there is none.
///
/// # Errors
/// It cannot be read, or has a line that is no note. A last line that was cut off while it was written is passed over:
/// nothing followed from it yet.
pub(in super::super) fn notes(dir: &Path) -> Result<Option<Vec<Note>>, Error> {
    let mut file = match File::open(dir.join(NAME)) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::from_io(dir, &error)),
    };
    let lines = std::iter::from_fn(|| {
        let mut line = Vec::new();
        let read = (&mut file).take(MAX_LINE_LEN).read_until(b'\n', &mut line);
        match read.map_err(|error| Error::from_io(dir, &error)) {
            Ok(0) => None,
            Ok(_) => match serde_json::from_slice(&line) {
                Ok(note) => Some(Ok(note)),
                Err(error) if error.is_eof() && !line.ends_with(b"\n") && (line.len() as u64) < MAX_LINE_LEN => None,
                Err(_) => Some(Err(Error::damaged(dir, "deletions.jsonl has a line that is no note"))),
            },
            Err(error) => Some(Err(error)),
        }
    });
    lines.collect::<Result<Vec<_>, _>>().map(|notes| Some(newest(notes)))
}

/// Writes a note durably behind the others. For the thread that writes alone: two at once could write over each
/// other's.
pub(super) fn append(dir: &Path, note: &Note) -> Result<(), Error> {
    let write = || {
        let mut file = File::options().append(true).create(true).mode(0o600).open(dir.join(NAME))?;
        let length = file.metadata()?.len();
        let written = file.write_all(&line(note)).and_then(|()| file.sync_all());
        // A part of a line would spoil the next one.
        written.inspect_err(|_| drop(file.set_len(length)))
    };
    write().map_err(|error| Error::from_io(dir, &error))
}

/// Writes the file anew without what says nothing any more, and without a last line that was cut off.
pub(super) fn tidy(dir: &Path) -> Result<(), Error> {
    let Some(notes) = notes(dir)? else { return Ok(()) };
    let lines: Vec<u8> = notes.iter().flat_map(line).collect();
    let write = || {
        if fs::metadata(dir.join(NAME))?.len() == lines.len() as u64 {
            return Ok(());
        }
        let mut file = NamedTempFile::new_in(dir)?;
        file.write_all(&lines)?;
        file.as_file().sync_all()?;
        file.persist(dir.join(NAME))?;
        File::open(dir)?.sync_all()
    };
    write().map_err(|error| Error::from_io(dir, &error))
}

fn line(note: &Note) -> Vec<u8> {
    // Plain fields: there is nothing in them that serde_json could refuse.
    let mut line = serde_json::to_vec(note).unwrap_or_default();
    line.push(b'\n');
    line
}
