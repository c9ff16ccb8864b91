//! The file `.env`: read into the environment at the start, and read again for catalog and lists when an owner wants it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use super::{Error, Ids, env_file, owners};
use crate::{
    access::Lists,
    catalog::Catalog,
    chat::{Fresh, Settings},
    value::{ChatId, UserId},
};

/// The settings that are read anew.
const OWNERS: &str = "CEKNOMOR_OWNERS";
const CHATS: &str = "CEKNOMOR_CHATS";
const CATALOG: &str = "CEKNOMOR_CATALOG";

/// The file as it was when the program started.
#[derive(Clone, Default)]
pub struct EnvFile {
    /// Our settings in it.
    values: BTreeMap<String, String>,
    /// Those of them that the environment had already, or that only it has: they stay.
    outside: BTreeSet<String>,
}

impl EnvFile {
    /// Reads `.env`, if there is one here or in a directory above, into the environment; what that has already stays.
    ///
    /// # Errors
    /// The file cannot be read, or sets something twice.
    pub fn load() -> Result<Self, Error> {
        let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let outside = names.filter(|name| is_ours(name)).collect();
        let Some(file) = env_file() else { return Ok(Self { values: BTreeMap::new(), outside }) };
        let text = text_in(&file)?;
        // The library's own text would show the line, which may hold a secret.
        dotenvy::from_read(text.as_bytes()).map_err(|_| unreadable(&file, &text))?;
        Ok(Self { values: values_in(&file, &text)?, outside })
    }

    /// Our settings in the file as it is now.
    fn now() -> Result<BTreeMap<String, String>, Error> {
        let Some(file) = env_file() else { return Ok(BTreeMap::new()) };
        let text = text_in(&file)?;
        values_in(&file, &text)
    }
}

/// What `/muatulang` and SIGHUP read anew.
pub struct Reload {
    env_file: EnvFile,
    /// Those that the command line has, by the variables' names.
    flags: Vec<&'static str>,
    lists: Lists,
    catalog: Option<PathBuf>,
}

impl Reload {
    /// The settings that a program has which was started with these lists and this file of products.
    pub fn new(env_file: EnvFile, lists: Lists, catalog: Option<&Path>) -> Self {
        let has = |flag: &str| {
            let is_flag =
                |word: &str| word == flag || word.strip_prefix(flag).is_some_and(|rest| rest.starts_with('='));
            env::args_os().any(|word| word.to_str().is_some_and(is_flag))
        };
        let flags = [("--owners", OWNERS), ("--chats", CHATS), ("--catalog", CATALOG)].into_iter();
        let flags = flags.filter(|(flag, _)| has(flag)).map(|(_, name)| name).collect();
        Self { env_file, flags, lists, catalog: catalog.map(Path::to_owned) }
    }

    /// Whether a setting comes from outside the file, and so stays.
    fn is_fixed(&self, name: &str) -> bool {
        self.flags.contains(&name) || self.env_file.outside.contains(name)
    }
}

impl Settings for Reload {
    fn read(&self) -> Result<Fresh, String> {
        let now = EnvFile::now().map_err(|error| error.to_string())?;
        let of = |name: &str| now.get(name).map(String::as_str).unwrap_or_default();
        let named = |name: &'static str| move |wrong: String| Error::one(format!("{name}: {wrong}"));
        let owners = if self.is_fixed(OWNERS) {
            Ok(self.lists.owners.clone())
        } else {
            let ids = owners(of(OWNERS)).map_err(named(OWNERS));
            ids.map(|Ids(ids)| ids.into_iter().map(UserId).collect())
        };
        let chats = if self.is_fixed(CHATS) {
            Ok(self.lists.chats.clone())
        } else {
            let ids: Result<Ids<i64>, Error> = of(CHATS).parse().map_err(named(CHATS));
            ids.map(|Ids(ids)| ids.into_iter().map(ChatId).collect())
        };
        let file = match self.is_fixed(CATALOG) {
            true => self.catalog.as_deref(),
            false => Some(Path::new(of(CATALOG))).filter(|file| !file.as_os_str().is_empty()),
        };
        let catalog = Catalog::load(file).map_err(Error::one);
        let ((owners, chats), catalog) =
            Error::both(Error::both(owners, chats), catalog).map_err(|error| error.to_string())?;
        let names: BTreeSet<&String> = now.keys().chain(self.env_file.values.keys()).collect();
        let is_read = |name: &str| [OWNERS, CHATS, CATALOG].contains(&name);
        let has_changed = |name: &&&String| now.get(**name) != self.env_file.values.get(**name);
        let need_restart = names.iter().filter(|name| !is_read(name) && !self.is_fixed(name)).filter(has_changed);
        let need_restart = need_restart.map(|name| (*name).clone()).collect();
        let fixed =
            [OWNERS, CHATS, CATALOG].into_iter().filter(|name| self.is_fixed(name)).map(str::to_owned).collect();
        Ok(Fresh { catalog, lists: Lists { owners, chats }, need_restart, fixed })
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
    let settings = settings.map_err(|_| unreadable(file, text))?;
    let shown = file.display();
    match set_twice(text).as_slice() {
        [] => Ok(settings.into_iter().filter(|(name, _)| is_ours(name)).collect()),
        [name] => Err(Error::one(format!("{shown} sets {name} twice: keep one of its lines"))),
        names => Err(Error::one(format!("{shown} sets these twice, keep one line of each: {}", names.join(", ")))),
    }
}

fn unreadable(file: &Path, text: &str) -> Error {
    let (shown, line) = (file.display(), unreadable_line(text));
    Error::one(format!("{shown}:{line}: this line cannot be read: write NAME=value, and quote values with spaces"))
}

/// The text without the settings of ours that stand there empty, as in a copied `.env.example`: they count as not set, and
/// must not stand in the way of a filled one below.
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

/// The text that the bytes are, or the number of the line that is none. Nor is one with a NUL: no variable can hold it, and
/// the standard library would panic over it, with the whole value.
fn text_of(bytes: &[u8]) -> Result<&str, usize> {
    let until_nul = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let sound = str::from_utf8(until_nul).map_or_else(|error| error.valid_up_to(), str::len);
    let text = str::from_utf8(bytes).ok().filter(|text| text.len() == sound);
    text.ok_or_else(|| 1 + bytes.iter().take(sound).filter(|byte| **byte == b'\n').count())
}

/// The settings of ceknomor's that stand there with two values, by name. The library would take the first; an operator who
/// has put a line below a copied `.env.example` means the last.
fn set_twice(text: &str) -> Vec<String> {
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in dotenvy::from_read_iter(text.as_bytes()).flatten().filter(|(name, _)| is_ours(name)) {
        values.entry(name).or_default().insert(value);
    }
    values.into_iter().filter(|(_, values)| values.len() > 1).map(|(name, _)| name).collect()
}

/// The number of the line that follows the longest beginning which can be read. The longest: a quoted value may go over
/// several lines, and what ends within it cannot be read either.
fn unreadable_line(text: &str) -> usize {
    let is_readable = |beginning: &str| dotenvy::from_read_iter(beginning.as_bytes()).all(|setting| setting.is_ok());
    let ends = text.match_indices('\n').map(|(place, _)| text.get(..=place));
    let readable = ends.zip(1..).filter(|(beginning, _)| beginning.is_some_and(is_readable)).last();
    readable.map_or(0, |(_, lines)| lines) + 1
}
