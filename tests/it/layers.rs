//! The layers: a module imports only from the lines above its own, and no two files import each other, so that each can
//! be read without what stands on it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    imports::{Edges, Program, module, paths},
    source::{self, Source, Token, tokens},
};

/// The table. The modules of one line do not know each other. `src/lib.rs` names them all and imports none.
const LAYERS: [&[&str]; 9] = [
    &["value", "clock"],
    &["klikoo", "catalog", "store", "locale"],
    &["access", "inquiry", "report"],
    &["chat"],
    &["jobs"],
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
fn no_files_import_each_other() {
    let program = Program::without_tests(sources().iter().map(|source| (source.path.clone(), source.tokens())));
    let edges = program.edges();
    assert!(edges.len() > 100, "the imports were not found");
    let circles = circles(&edges);
    assert!(circles.is_empty(), "{} circles of files:\n{}", circles.len(), told(&circles, &edges));
}

#[test]
fn each_outside_crate_is_known_in_its_place_alone() {
    for source in sources() {
        let (module, tokens) = (top(&source), source.tokens());
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
fn top(source: &Source) -> &str {
    source.path.split('/').next().unwrap().trim_end_matches(".rs")
}

fn line(module: &str) -> usize {
    let place = LAYERS.iter().position(|line| line.contains(&module));
    place.unwrap_or_else(|| panic!("`{module}` has no place in the table of layers"))
}

fn arrows_upwards(source: &Source) -> Vec<String> {
    let from = top(source);
    let its_line = line(from);
    let named = modules_named(&source.tokens(), &module(&source.path));
    let upwards = named.into_iter().filter(|to| to != from && line(to) >= its_line);
    upwards.map(|to| format!("src/{}: `{from}` must not know `{to}`", source.path)).collect()
}

/// Every module of the root that a file names: in imports and in code, that of its tests too.
fn modules_named(tokens: &[Token], module: &[String]) -> BTreeSet<String> {
    let from_root = paths(tokens, module).into_iter().filter_map(|path| {
        let behind_root = usize::from(path.import.is_none());
        let is_known = path.import.is_some() || path.names[0] == "crate";
        path.names.into_iter().nth(behind_root).filter(|_| is_known)
    });
    let is_layer = |name: &String| LAYERS.iter().any(|line| line.contains(&name.as_str()));
    // A macro that is exported at the root lives in a module all the same.
    let home = |name: String| if name == "say" { "locale".to_owned() } else { name };
    from_root.map(home).filter(is_layer).collect()
}

/// The files that lead back to themselves, in groups of those that lead to each other.
fn circles(edges: &Edges) -> BTreeSet<BTreeSet<String>> {
    let mut reached: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (from, _) in edges.keys() {
        let mut found = BTreeSet::new();
        let mut next = vec![from];
        while let Some(file) = next.pop() {
            let others = edges.keys().filter(|(from, _)| from == file).map(|(_, to)| to);
            next.extend(others.filter(|other| found.insert(*other)));
        }
        reached.insert(from, found);
    }
    let leads_back = |from: &String, to: &String| reached.get(to).is_some_and(|others| others.contains(from));
    let circle_of = |(from, found): (&&String, &BTreeSet<&String>)| -> BTreeSet<String> {
        found.iter().filter(|to| leads_back(from, to)).map(|file| (*file).clone()).collect()
    };
    reached.iter().map(circle_of).filter(|circle| !circle.is_empty()).collect()
}

/// Each circle with the names that make it.
fn told(circles: &BTreeSet<BTreeSet<String>>, edges: &Edges) -> String {
    let mut lines = Vec::new();
    for circle in circles {
        lines.push(circle.iter().cloned().collect::<Vec<_>>().join(" · "));
        let inside = edges.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
        lines.extend(inside.map(|((from, to), names)| {
            format!("    {from} → {to}: {}", names.iter().cloned().collect::<Vec<_>>().join(", "))
        }));
    }
    lines.join("\n")
}

#[test]
fn imports_are_found_however_they_are_written() {
    let found = |code: &str| Vec::from_iter(modules_named(&tokens(code), &module("clock.rs"))).join(" ");
    assert_eq!(found("use crate::bot;"), "bot");
    assert_eq!(found("use crate::{bot::{self, Access}, chat::Conversation,\n say};"), "bot chat locale");
    assert_eq!(found("fn f() -> crate::value::Rupiah { g::<crate::chat::Conversation>() }"), "chat value");
    assert_eq!(found("use ceknomor::cli::Cli; // crate::bot"), "cli");
    assert_eq!(found("use super::value::Rupiah;"), "value");
    assert_eq!(found("mod tests { use super::*; use super::super::store; } use super::bot;"), "bot clock store");
    assert_eq!(found("pub(crate) fn f() { self::g() }"), "clock");
}

/// The circles of a small program, each as its files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, code)| ((*path).to_owned(), tokens(code)));
    let circles = circles(&Program::without_tests(files).edges());
    circles.into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn files_that_import_each_other_are_found() {
    let two = [("a.rs", "use crate::b::B; struct A;"), ("b.rs", "struct B(crate::a::A);")];
    assert_eq!(circles_of(&two), ["a.rs b.rs"]);
    let ring = [
        ("a.rs", "use crate::b::{f as g}; fn f() {}"),
        ("b.rs", "use super::c; fn f() { c::f() }"),
        ("c.rs", "fn f() { crate::a::f() }"),
        ("d.rs", "use crate::{a::f, c};"),
    ];
    assert_eq!(circles_of(&ring), ["a.rs b.rs c.rs"]);
    assert!(circles_of(&ring[1..]).is_empty());
}

#[test]
fn a_parent_and_its_child_are_a_circle_where_each_uses_what_the_other_declares() {
    let child = ("p/c.rs", "use super::Parent; pub struct Child;");
    assert_eq!(
        circles_of(&[("p/mod.rs", "mod c; use c::Child; pub struct Parent(Child);"), child]),
        ["p/c.rs p/mod.rs"]
    );
    assert_eq!(
        circles_of(&[("p/mod.rs", "mod c; pub use c::Child; struct Parent(Child);"), child]),
        ["p/c.rs p/mod.rs"]
    );
    assert_eq!(circles_of(&[("p/mod.rs", "mod c; pub struct Parent(c::Child);"), child]), ["p/c.rs p/mod.rs"]);
    // A re-export passes a name on, and an import of a module names nothing in it.
    assert!(circles_of(&[("p/mod.rs", "mod c; pub use c::Child; pub struct Parent;"), child]).is_empty());
    let siblings = [
        ("p/mod.rs", "mod c; mod d; pub use self::c::Child; fn f() { Child }"),
        ("p/c.rs", "use super::d; pub struct Child(d::D);"),
        ("p/d.rs", "pub struct D;"),
        ("q.rs", "use crate::p::Child;"),
    ];
    assert!(circles_of(&siblings).is_empty());
}

#[test]
fn names_are_followed_to_where_they_are_declared() {
    let through_the_parent = [
        ("p/mod.rs", "mod c; mod d; pub use c::Child; pub use d::D;"),
        ("p/c.rs", "use super::D; pub struct Child;"),
        ("p/d.rs", "use crate::p::Child; pub struct D;"),
    ];
    assert_eq!(circles_of(&through_the_parent), ["p/c.rs p/d.rs"]);
    let a_macro = [
        ("a.rs", "#[macro_export] macro_rules! say { () => {} } use crate::b::B;"),
        ("b.rs", "use crate::say; pub struct B;"),
    ];
    assert_eq!(circles_of(&a_macro), ["a.rs b.rs"]);
    let variant =
        [("a.rs", "use crate::b::E; fn f() { E::One } pub struct A;"), ("b.rs", "enum E { One(crate::a::A) }")];
    assert_eq!(circles_of(&variant), ["a.rs b.rs"]);
}

#[test]
fn code_for_tests_makes_no_circle() {
    let tests = [
        ("a.rs", "use crate::b::B; struct A;"),
        ("b.rs", "struct B; #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] mod more;"),
        ("b/more.rs", "use crate::a::A; pub struct M;"),
    ];
    assert!(circles_of(&tests).is_empty());
    let for_one_item = [
        ("a.rs", "use crate::b::B; struct A;"),
        ("b.rs", "#[cfg(test)] use crate::a::{A}; struct B;"),
        ("c.rs", "#[cfg(not(test))] use crate::d::D; struct C;"),
        ("d.rs", "use crate::c::C; struct D;"),
    ];
    assert_eq!(circles_of(&for_one_item), ["c.rs d.rs"]);
}
