//! The seal of a closed store: the length and CRC-32 of each of sled's files, and of the archive, so that any change is
//! noticed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::Error;
use super::archive;
use super::layout::{Layout, sled_files};

/// sled's files by their paths under `sled/`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal(BTreeMap<String, Sum>);

/// What a file was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    /// How long.
    pub(super) bytes: u64,
    /// The checksum of all of it.
    pub(super) crc32: u32,
}

impl Seal {
    /// Reads all of sled's files, as they are now.
    pub(super) fn of(layout: &Layout) -> io::Result<Self> {
        let sled = layout.sled();
        let sums = sled_files(&sled)?.into_iter().map(|path| {
            let sum = sum(&sled.join(&path))?;
            Ok((path.to_string_lossy().into_owned(), sum))
        });
        sums.collect::<io::Result<_>>().map(Self)
    }

    /// Compares sled's files with what they were.
    ///
    /// # Errors
    /// One is missing, new, or another: which, and how.
    pub(super) fn verify(&self, layout: &Layout) -> Result<(), Error> {
        if !layout.sled().is_dir() {
            return Err(layout.damaged("the directory `sled` is missing"));
        }
        let now = Self::of(layout).map_err(|error| layout.error(&error))?;
        for (path, was) in &self.0 {
            let is = now.0.get(path).ok_or_else(|| layout.damaged(format!("sled/{path} is missing")))?;
            was.compare(*is, layout, &format!("sled/{path}"))?;
        }
        match now.0.keys().find(|path| !self.0.contains_key(*path)) {
            Some(path) => Err(layout.damaged(format!("sled/{path} was not there at the last close"))),
            None => Ok(()),
        }
    }
}

impl Sum {
    /// Sees that a file is what it was.
    fn compare(self, is: Self, layout: &Layout, name: &str) -> Result<(), Error> {
        let what = if is == self {
            return Ok(());
        } else if is.bytes == self.bytes {
            format!("{name} has other content than at the last close")
        } else {
            format!("{name} has {} bytes, at the last close {}", is.bytes, self.bytes)
        };
        Err(layout.damaged(what))
    }
}

/// Compares the archive of the store of that id with what it was. Gives the checksum of it, to go on with.
///
/// # Errors
/// It is missing, or another.
pub(super) fn verify_archive(layout: &Layout, id: &str, was: Sum) -> Result<crc32fast::Hasher, Error> {
    let file = archive::open_to_read(layout)?;
    // Says too that the id in store.json is right, which sled would tell only once it has been opened.
    archive::check_begin(layout, id, &file)?;
    let (bytes, crc32) = read(file).map_err(|error| layout.error(&error))?;
    was.compare(Sum { bytes, crc32: crc32.clone().finalize() }, layout, "the file `archive`")?;
    Ok(crc32)
}

fn sum(path: &Path) -> io::Result<Sum> {
    let (bytes, crc32) = read(File::open(path)?)?;
    Ok(Sum { bytes, crc32: crc32.finalize() })
}

/// The length and the checksum of a file.
fn read(mut file: File) -> io::Result<(u64, crc32fast::Hasher)> {
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    let mut crc32 = crc32fast::Hasher::new();
    loop {
        let read = file.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { break };
        crc32.update(chunk);
        bytes += read as u64;
    }
    Ok((bytes, crc32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_listed_is_not_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        std::fs::create_dir(layout.sled()).unwrap();
        assert_eq!(Seal::of(&layout).unwrap(), Seal(BTreeMap::new()), "not every store has a directory `blobs`");
        std::os::unix::fs::symlink("blobs", layout.sled().join("blobs")).unwrap();
        assert!(Seal::of(&layout).is_err());
    }
}
