//! Which file of the program names what of which other file, read from its tokens.
//!
//! A path is followed to where its last name is declared: through modules, imports and re-exports. So `super::Reply`
//! leads to the file of `Reply`, though the parent module only passes it on. A path that names a module alone leads
//! nowhere: what is taken from the module counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Token;

/// The files that a file names, with the names.
pub(crate) type Edges = BTreeMap<(String, String), BTreeSet<String>>;

/// The files of a crate, as far as names are concerned.
pub(crate) struct Program {
    /// By the path of the module in the crate.
    files: BTreeMap<Vec<String>, File>,
}

struct File {
    path: String,
    /// Every import, by the name that it gives.
    imports: Vec<Import>,
    /// Every path in code, such as `wire::read`, from the root where that is known.
    paths: BTreeSet<Vec<String>>,
    /// Every word in code outside of imports.
    words: BTreeSet<String>,
    /// The macros that it exports at the root.
    macros: BTreeSet<String>,
}

struct Import {
    /// From the root.
    path: Vec<String>,
    name: String,
    is_public: bool,
}

impl Program {
    /// Reads files, each a path below `src/` and its tokens, without the code that is compiled for tests alone.
    pub(crate) fn without_tests(sources: impl IntoIterator<Item = (String, Vec<Token>)>) -> Self {
        let mut files = BTreeMap::new();
        let mut test_modules = Vec::new();
        for (path, tokens) in sources {
            let module = module(&path);
            let (code, of_tests) = without_test_code(&tokens);
            test_modules.extend(of_tests.into_iter().map(|name| [module.clone(), vec![name]].concat()));
            files.insert(module.clone(), File::read(path, &module, &code));
        }
        files.retain(|module, _| !test_modules.iter().any(|test| module.starts_with(test)));
        Self { files }
    }

    /// Who names whom. A re-export alone is no use of what it passes on.
    pub(crate) fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (module, file) in &self.files {
            let imports = file.imports.iter().filter(|import| !import.is_public || file.words.contains(&import.name));
            let imported = imports.map(|import| import.path.clone());
            let in_code = file.paths.iter().filter_map(|path| self.resolved(module, path));
            for path in imported.chain(in_code) {
                if let Some((other, name)) = self.declared_in(&path, 0).filter(|(other, _)| *other != file.path) {
                    edges.entry((file.path.clone(), other.to_owned())).or_default().insert(name);
                }
            }
        }
        edges
    }

    /// A path in code from the root, when it begins with a module or an import of its file.
    fn resolved(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let (head, rest) = path.split_first()?;
        if head == "crate" {
            return Some(rest.to_vec());
        }
        let child = [module, std::slice::from_ref(head)].concat();
        let start = match self.files[module].imports.iter().find(|import| import.name == *head) {
            _ if self.files.contains_key(&child) => child,
            Some(import) => import.path.clone(),
            None => return None,
        };
        Some([start.as_slice(), rest].concat())
    }

    /// The file in which the name at the end of a path is declared, and the name.
    fn declared_in(&self, path: &[String], followed: usize) -> Option<(&str, String)> {
        if let [name] = path {
            let file = self.files.values().find(|file| file.macros.contains(name));
            return file.map(|file| (file.path.as_str(), name.clone()));
        }
        let depth = (0..=path.len()).rev().find(|&depth| self.files.contains_key(&path[..depth]))?;
        let (file, name) = (&self.files[&path[..depth]], path.get(depth)?);
        // More steps than a path has files: imports that name each other.
        if followed > self.files.len() {
            return None;
        }
        if let Some(import) = file.imports.iter().find(|import| import.name == *name) {
            return self.declared_in(&[import.path.as_slice(), &path[depth + 1..]].concat(), followed + 1);
        }
        Some((&file.path, name.clone()))
    }
}

impl File {
    fn read(path: String, module: &[String], tokens: &[Token]) -> Self {
        let mut file =
            Self { path, imports: Vec::new(), paths: BTreeSet::new(), words: BTreeSet::new(), macros: BTreeSet::new() };
        for path in paths(tokens, module) {
            match path.import {
                Some((name, is_public)) => file.imports.push(Import { path: path.names, name, is_public }),
                None => {
                    file.words.extend(path.names.first().cloned());
                    file.paths.insert(path.names);
                }
            }
        }
        for exported in tokens.windows(8).filter(|tokens| tokens[1].is_word("macro_export")) {
            // #[macro_export] macro_rules! name
            if let (true, Token::Word(name)) = (exported[3].is_word("macro_rules"), &exported[5]) {
                file.macros.insert(name.clone());
            }
        }
        file
    }
}

/// A path as it stands in a file.
pub(crate) struct Path {
    /// Its names; from the root behind `crate` for a path in code, from the root for an import.
    pub(crate) names: Vec<String>,
    /// For an import: the name that it gives, and whether it is passed on.
    pub(crate) import: Option<(String, bool)>,
}

/// Every path of a file, which is the module `module`: imports from the crate, and paths and single names in code.
pub(crate) fn paths(tokens: &[Token], module: &[String]) -> Vec<Path> {
    let mut inline = InlineModules::default();
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        inline.step(tokens, at);
        let here = [module, &inline.names()].concat();
        if tokens[at].is_word("use") {
            let end = at + tokens[at..].iter().position(|token| token.is_mark(';')).unwrap_or(tokens.len() - at);
            let is_public = at > 0 && (tokens[at - 1].is_word("pub") || tokens[at - 1].is_mark(')'));
            let mut branches = Vec::new();
            read_branches(&tokens[at + 1..end], &mut 0, &[], &mut branches);
            for (names, name) in branches {
                // A path that begins with a crate's name leads out of this one; one with a child module's does not.
                let names = absolute(names, &here).unwrap_or_else(|names| [here.as_slice(), &names].concat());
                found.push(Path { names, import: Some((name, is_public)) });
            }
            at = end;
        } else if let Token::Word(_) = &tokens[at] {
            let mut names = Vec::new();
            while let Some(Token::Word(name)) = tokens.get(at) {
                names.push(name.clone());
                if tokens.get(at + 1) != Some(&Token::Path) {
                    break;
                }
                at += 2;
            }
            let names = absolute(names, &here).map(|names| [vec!["crate".to_owned()], names].concat());
            found.push(Path { names: names.unwrap_or_else(|names| names), import: None });
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

/// A path that begins with `crate`, `self` or `super`, from the root; else the path as it was.
fn absolute(names: Vec<String>, module: &[String]) -> Result<Vec<String>, Vec<String>> {
    let up = names.iter().take_while(|name| *name == "super").count();
    match names.first().map(String::as_str) {
        Some("crate" | "ceknomor") if names.len() > 1 => Ok(names[1..].to_vec()),
        Some("self") if names.len() > 1 => Ok([module, &names[1..]].concat()),
        Some("super") => Ok([&module[..module.len().saturating_sub(up)], &names[up..]].concat()),
        _ => Err(names),
    }
}

/// The branches of `a::{b, c::{self, d as e}}`: each path, and the name that it gives.
fn read_branches(tokens: &[Token], at: &mut usize, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let mut names = before.to_vec();
    let mut alias = None;
    let mut is_group = false;
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token {
            Token::Word(word) if word == "as" => {
                if let Some(Token::Word(word)) = tokens.get(*at) {
                    alias = Some(word.clone());
                    *at += 1;
                }
            }
            // `{self}` names the module before it.
            Token::Word(word) if word == "self" && !names.is_empty() => {}
            Token::Word(word) => names.push(word.clone()),
            Token::Mark('{') => {
                is_group = true;
                while tokens.get(*at).is_some_and(|token| !token.is_mark('}')) {
                    read_branches(tokens, at, &names, found);
                }
                *at += 1;
            }
            Token::Mark(',') => break,
            Token::Mark('}') => {
                *at -= 1;
                break;
            }
            _ => {}
        }
    }
    if let (false, Some(last)) = (is_group, names.last()) {
        let name = alias.unwrap_or_else(|| last.clone());
        found.push((names, name));
    }
}

/// The module that a file is, by its path below `src/`; none for the file at the root.
pub(crate) fn module(path: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// The code without items behind `#[cfg(test)]`, and the names of the modules among them.
fn without_test_code(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    let (mut code, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        let attribute = &tokens[at..];
        let is_cfg = attribute.len() > 3 && attribute[0].is_mark('#') && attribute[2].is_word("cfg");
        let end = attribute.iter().position(|token| token.is_mark(']')).unwrap_or(attribute.len());
        let has = |word| attribute[..end].iter().any(|token| token.is_word(word));
        if is_cfg && has("test") && !has("not") {
            let item = &attribute[end + 1..];
            let length = item_length(item);
            let names = item[..length].windows(2).filter(|pair| pair[0].is_word("mod"));
            modules.extend(names.filter_map(|pair| match &pair[1] {
                Token::Word(name) => Some(name.clone()),
                _ => None,
            }));
            at += end + 1 + length;
        } else {
            code.push(tokens[at].clone());
            at += 1;
        }
    }
    (code, modules)
}

/// How many tokens an item takes: up to its `;`, or to the end of its braces.
fn item_length(tokens: &[Token]) -> usize {
    let mut level = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{' | '(' | '[') => level += 1,
            Token::Mark('}' | ')' | ']') => level -= 1,
            _ => {}
        }
        let ends = token.is_mark(';') || token.is_mark('}') && !tokens[..at].iter().any(|token| token.is_word("use"));
        if level == 0 && ends {
            return at + 1;
        }
    }
    tokens.len()
}

/// Which `mod name { … }` one is inside of: its name, and at what level of braces it began.
#[derive(Default)]
struct InlineModules {
    level: usize,
    began: Vec<(usize, String)>,
}

impl InlineModules {
    fn step(&mut self, tokens: &[Token], at: usize) {
        match tokens[at] {
            Token::Mark('{') => {
                if let (true, Some(Token::Word(name))) =
                    (at >= 2 && tokens[at - 2].is_word("mod"), tokens.get(at.wrapping_sub(1)))
                {
                    self.began.push((self.level, name.clone()));
                }
                self.level += 1;
            }
            Token::Mark('}') => {
                self.level = self.level.saturating_sub(1);
                self.began.pop_if(|(began, _)| *began == self.level);
            }
            _ => {}
        }
    }

    fn names(&self) -> Vec<String> {
        self.began.iter().map(|(_, name)| name.clone()).collect()
    }
}
