//! The layers: a module imports only from the lines above its own, so that each can be read without what stands on it.

use crate::source::{self, Source, Token, tokens};

/// The table. The modules of one line do not know each other. `src/lib.rs` names them all and imports none.
const LAYERS: [&[&str]; 8] = [
    &["value", "clock"],
    &["klikoo", "catalog", "store", "locale"],
    &["inquiry", "report"],
    &["chat"],
    &["bot", "sandbox"],
    &["config", "app"],
    &["cli", "fuzzing"],
    &["main"],
];

/// Crates that only some modules may name, so that what they stand for is known in one place.
const CRATES: [(&str, &[&str]); 6] = [
    ("teloxide", &["bot"]),
    ("sled", &["store"]),
    ("fluent_bundle", &["locale"]),
    ("toml", &["catalog"]),
    ("clap", &["config", "cli", "main"]),
    ("anyhow", &["cli", "main"]),
];

#[test]
fn no_arrow_points_upwards() {
    let wrong: Vec<String> = sources().iter().flat_map(arrows_upwards).collect();
    assert!(wrong.is_empty(), "see the table at the top of tests/it/layers.rs:\n{}", wrong.join("\n"));
}

#[test]
fn each_outside_crate_is_known_in_its_place_alone() {
    for source in sources() {
        let (module, tokens) = (module(&source), source.tokens());
        for (name, allowed) in CRATES {
            // In `store::sled` the module's own name is no mention of the crate, but only `store` has such a module.
            let named = tokens.windows(2).any(|pair| pair[0].is_word(name) && pair[1] == Token::Path);
            assert!(!named || allowed.contains(&module), "src/{}: only {allowed:?} may name {name}", source.path);
        }
    }
}

#[test]
fn every_file_says_what_lives_in_it() {
    for source in source::all() {
        assert!(source.text.starts_with("//! "), "src/{} does not open with `//!`", source.path);
    }
}

/// Every file but the one that names all modules.
fn sources() -> Vec<Source> {
    let sources: Vec<Source> = source::all().into_iter().filter(|source| source.path != "lib.rs").collect();
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// The module of the table to which a file belongs.
fn module(source: &Source) -> &str {
    source.path.split('/').next().unwrap().trim_end_matches(".rs")
}

fn line(module: &str) -> usize {
    let place = LAYERS.iter().position(|line| line.contains(&module));
    place.unwrap_or_else(|| panic!("`{module}` has no place in the table of layers"))
}

fn arrows_upwards(source: &Source) -> Vec<String> {
    let from = module(source);
    let its_line = line(from);
    let imports = imports(&source.tokens(), depth(&source.path));
    let upwards = imports.into_iter().filter(|to| to != from && line(to) >= its_line);
    upwards.map(|to| format!("src/{}: `{from}` must not know `{to}`", source.path)).collect()
}

/// How many modules a file is inside of: how many `super` lead out of it to the root.
fn depth(path: &str) -> usize {
    path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count()
}

/// Every module of the root that a file names: in `use`, in groups of `use`, and within expressions.
fn imports(tokens: &[Token], depth: usize) -> Vec<String> {
    let mut inline = InlineModules::default();
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        inline.step(tokens, at);
        if let Some(behind) = behind_root(tokens, at, depth + inline.depth()) {
            found.extend(heads(behind).into_iter().map(home));
        }
    }
    found
}

/// What stands behind a path's `crate::`, or behind as many `super::` as lead to the same place.
fn behind_root(tokens: &[Token], at: usize, depth: usize) -> Option<&[Token]> {
    let is_step = |pair: &[Token], word| pair[0].is_word(word) && pair.get(1) == Some(&Token::Path);
    let rest = &tokens[at..];
    if is_step(rest, "crate") || is_step(rest, "ceknomor") {
        return rest.get(2..);
    }
    let within_a_path = at > 0 && tokens[at - 1] == Token::Path;
    let steps = rest.chunks(2).take_while(|pair| is_step(pair, "super")).count();
    (steps == depth && !within_a_path).then(|| &rest[2 * steps..])
}

/// The first names of `a::b`, or of each branch of `{a::b, c::{d, e}}`.
fn heads(path: &[Token]) -> Vec<String> {
    let mut level = 0;
    let mut starts = true;
    let mut heads = Vec::new();
    for token in path {
        match token {
            Token::Mark('{') => level += 1,
            Token::Mark('}') => level -= 1,
            Token::Mark(',') => starts = level == 1,
            Token::Word(word) if starts => {
                heads.push(word.clone());
                starts = false;
            }
            _ => {}
        }
        if level == 0 {
            break;
        }
    }
    heads
}

/// The module in which a name of the root lives: macros are exported at the root.
fn home(name: String) -> String {
    if name == "say" { "locale".to_owned() } else { name }
}

/// Which `mod name { … }` one is inside of: at what level of braces each began.
#[derive(Default)]
struct InlineModules {
    level: usize,
    began: Vec<usize>,
}

impl InlineModules {
    fn step(&mut self, tokens: &[Token], at: usize) {
        match tokens[at] {
            Token::Mark('{') => {
                if at >= 2 && tokens[at - 2].is_word("mod") {
                    self.began.push(self.level);
                }
                self.level += 1;
            }
            Token::Mark('}') => {
                self.level -= 1;
                self.began.pop_if(|began| *began == self.level);
            }
            _ => {}
        }
    }

    fn depth(&self) -> usize {
        self.began.len()
    }
}

#[test]
fn imports_are_found_however_they_are_written() {
    let found = |code: &str| imports(&tokens(code), 1).join(" ");
    assert_eq!(found("use crate::bot;"), "bot");
    assert_eq!(found("use crate::{bot::{self, Access}, chat::Talk,\n say};"), "bot chat locale");
    assert_eq!(found("fn f() -> crate::value::Rupiah { g::<crate::chat::Talk>() }"), "value chat");
    assert_eq!(found("use ceknomor::cli::Cli; // crate::bot"), "cli");
    assert_eq!(found("use super::clock::Clock;"), "clock");
    assert_eq!(found("mod tests { use super::*; use super::super::store; } use super::bot;"), "store bot");
    assert_eq!(found("pub(crate) fn f() { self::g() }"), "");
}
