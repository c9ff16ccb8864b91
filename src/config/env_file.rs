//! The file `.env`: read into the environment at the start, and read again for catalog and lists when an owner wants
//! it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use super::{
    error::Error,
    read::{chats, is_given, owners},
};
use crate::{
    access::Lists,
    catalog::Catalog,
    chat::{Fresh, Settings},
};

const OWNERS: &str = "CEKNOMOR_OWNERS";
const CHATS: &str = "CEKNOMOR_CHATS";
const CATALOG: &str = "CEKNOMOR_CATALOG";

/// The settings that are read anew, with their flags.
const READ_ANEW: [(&str, &str); 3] = [(OWNERS, "--owners"), (CHATS, "--chats"), (CATALOG, "--catalog")];

/// The file as it was when the program started.
#[derive(Clone, Default)]
pub struct EnvFile {
    /// Our settings in it.
    values: BTreeMap<String, String>,
    /// Our settings that the environment had already: they stay.
    outside: BTreeSet<String>,
}

impl EnvFile {
    /// The `.env` in the working directory, or in the nearest directory above that has one.
    pub fn path() -> Option<PathBuf> {
        let here = env::current_dir().unwrap_or_default();
        // Where it may be and cannot be looked for, its settings must not be missed in silence.
        let is_there = |file: &PathBuf| file.is_file() || file.try_exists().is_err();
        here.ancestors().map(|dir| dir.join(".env")).find(is_there)
    }

    /// Reads the file, if there is one, into the environment; what that has already stays.
    ///
    /// # Errors
    /// The file cannot be read, or sets something twice.
    pub fn load() -> Result<Self, Error> {
        let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let outside = names.filter(|name| is_ours(name)).collect();
        let Some(file) = Self::path() else { return Ok(Self { values: BTreeMap::new(), outside }) };
        let text = text_in(&file)?;
        let values = values_in(&file, &text)?;
        dotenvy::from_read(text.as_bytes()).map_err(|_| unreadable(&file, &text))?;
        Ok(Self { values, outside })
    }

    /// The variables in the file that are named as ours are, and that `is_known` does not know.
    pub fn unknown(&self, is_known: impl Fn(&str) -> bool) -> Vec<&str> {
        let names = self.values.keys().map(String::as_str);
        names.filter(|name| name.starts_with("CEKNOMOR_") && !is_known(name)).collect()
    }
}

/// What `/muatulang` and SIGHUP read anew.
pub struct Reload {
    env_file: EnvFile,
    lists: Lists,
    catalog: Option<PathBuf>,
}

impl Reload {
    /// The settings that a program has which was started with these lists and this file of products.
    pub fn new(env_file: EnvFile, lists: Lists, catalog: Option<PathBuf>) -> Self {
        Self { env_file, lists, catalog }
    }

    /// Whether a setting comes from outside the file, and so stays.
    fn is_fixed(&self, name: &str) -> bool {
        let has_flag = READ_ANEW.iter().any(|(setting, flag)| *setting == name && is_given(flag));
        has_flag || self.env_file.outside.contains(name)
    }
}

impl Settings for Reload {
    fn read(&self) -> Result<Fresh, String> {
        let now = match EnvFile::path() {
            Some(file) => text_in(&file).and_then(|text| values_in(&file, &text)).map_err(|error| error.to_string())?,
            None => BTreeMap::new(),
        };
        let text = |name: &str| now.get(name).map_or("", String::as_str);
        let named = |name: &'static str| move |wrong: String| Error::one(format!("{name}: {wrong}"));
        let owners = match self.is_fixed(OWNERS) {
            true => Ok(self.lists.owners.clone()),
            false => owners(text(OWNERS)).map_err(named(OWNERS)),
        };
        let chats = match self.is_fixed(CHATS) {
            true => Ok(self.lists.chats.clone()),
            false => chats(text(CHATS)).map_err(named(CHATS)),
        };
        let catalog = match self.is_fixed(CATALOG) {
            true => self.catalog.as_deref(),
            false => Some(Path::new(text(CATALOG))).filter(|file| !file.as_os_str().is_empty()),
        };
        let (lists, catalog) = match (owners, chats, Catalog::load(catalog).map_err(Error::one)) {
            (Ok(owners), Ok(chats), Ok(catalog)) => (Lists { owners, chats }, catalog),
            (owners, chats, catalog) => {
                return Err(Error::all([owners.err(), chats.err(), catalog.err()]).to_string());
            }
        };
        let names: BTreeSet<&String> = now.keys().chain(self.env_file.values.keys()).collect();
        let is_read = |name: &str| READ_ANEW.iter().any(|(setting, _)| *setting == name);
        let needs_restart =
            |name: &str| !is_read(name) && !self.is_fixed(name) && now.get(name) != self.env_file.values.get(name);
        let need_restart = names.into_iter().filter(|name| needs_restart(name)).cloned().collect();
        let fixed = READ_ANEW.iter().map(|(name, _)| *name).filter(|name| self.is_fixed(name));
        Ok(Fresh { catalog, lists, need_restart, fixed: fixed.map(str::to_owned).collect() })
    }
}

/// The text of the file, without the settings that count as not set.
fn text_in(file: &Path) -> Result<String, Error> {
    let shown = file.display();
    let bytes = fs::read(file).map_err(|error| {
        Error::one(format!("{shown} cannot be read ({error}): make it readable for the user that runs ceknomor"))
    })?;
    let text = text_of(&bytes)
        .map_err(|line| Error::one(format!("{shown}:{line}: this is not UTF-8 text: save the file as UTF-8")))?;
    Ok(without_empty(text.trim_start_matches('\u{feff}')))
}

/// Our settings in a text of the file.
fn values_in(file: &Path, text: &str) -> Result<BTreeMap<String, String>, Error> {
    let settings: Result<Vec<_>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
    let ours = settings.map_err(|_| unreadable(file, text))?.into_iter().filter(|(name, _)| is_ours(name));
    let mut values = BTreeMap::new();
    let mut set_twice = BTreeSet::new();
    for (name, value) in ours {
        // The library would take the first; an operator who has put a line below a copied `.env.example` means the
        // last.
        if values.get(&name).is_some_and(|earlier| *earlier != value) {
            set_twice.insert(name.clone());
        }
        values.insert(name, value);
    }
    let shown = file.display();
    match Vec::from_iter(set_twice).as_slice() {
        [] => Ok(values),
        [name] => Err(Error::one(format!("{shown} sets {name} twice: keep one of its lines"))),
        names => Err(Error::one(format!("{shown} sets these twice, keep one line of each: {}", names.join(", ")))),
    }
}

/// What is said of a file that cannot be read: the library's own text would show the line, which may hold a secret.
fn unreadable(file: &Path, text: &str) -> Error {
    let (shown, line) = (file.display(), unreadable_line(text));
    Error::one(format!("{shown}:{line}: this line cannot be read: write NAME=value, and quote values with spaces"))
}

/// The text without the settings of ours that stand there empty, as in a copied `.env.example`: they count as not set,
/// and must not stand in the way of a filled one below.
fn without_empty(text: &str) -> String {
    let is_empty = |line: &str| {
        let line = line.trim().trim_start_matches("export ");
        let Some((name, value)) = line.split_once('=') else { return false };
        let value = value.split('#').next().unwrap_or_default().trim();
        is_ours(name.trim()) && matches!(value, "" | "''" | "\"\"")
    };
    text.split('\n').map(|line| if is_empty(line) { "" } else { line }).collect::<Vec<_>>().join("\n")
}

/// Whether a variable is a setting of ceknomor's.
fn is_ours(name: &str) -> bool {
    ["TELOXIDE_", "KLIKOO_", "CEKNOMOR_", "RUST_LOG"].iter().any(|own| name.starts_with(own))
}

/// The text that the bytes are, or the number of the line that is none. Nor is one with a NUL: no variable can hold it,
/// and the standard library would panic over it, with the whole value.
fn text_of(bytes: &[u8]) -> Result<&str, usize> {
    let until_nul = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let sound = str::from_utf8(until_nul).map_or_else(|error| error.valid_up_to(), str::len);
    let text = str::from_utf8(bytes).ok().filter(|text| text.len() == sound);
    text.ok_or_else(|| 1 + bytes.iter().take(sound).filter(|byte| **byte == b'\n').count())
}

/// The number of the line that follows the longest beginning which can be read. The longest: a quoted value may go over
/// several lines, and what ends within it cannot be read either.
fn unreadable_line(text: &str) -> usize {
    let is_readable = |beginning: &str| dotenvy::from_read_iter(beginning.as_bytes()).all(|setting| setting.is_ok());
    let ends = text.match_indices('\n').map(|(place, _)| text.get(..=place));
    let readable = ends.zip(1..).filter(|(beginning, _)| beginning.is_some_and(is_readable)).last();
    readable.map_or(0, |(_, lines)| lines) + 1
}
