//! The words of the chats: every language says the same messages with the same variables, the program says no other,
//! and what comes out is markup that Telegram takes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use crate::source::{self, Source, Token};

const LANGUAGES: [&str; 2] = ["id", "en"];

/// Telegram's tags that the words may use (Bot API, "HTML style"): those that `locale::Html` can cut and paint.
const TAGS: [&str; 3] = ["b", "i", "code"];

/// Messages that are shown without markup: buttons, lines over the chat, the command menu, names of months.
const PLAIN: [&str; 3] = ["button-", "menu-", "month-"];

/// The longest description of a command (Bot API, `BotCommand`).
const LONGEST_DESCRIPTION: usize = 256;

/// The longest line over the chat (Bot API, `answerCallbackQuery`).
const LONGEST_NOTICE: usize = 200;

/// What a chat may be shown over it when a button is pressed, besides `button-…`.
const NOTICES: [&str; 3] = ["stranger", "store-trouble", "apology"];

#[test]
fn every_language_says_the_same_messages_with_the_same_variables() {
    let [indonesian, english] = LANGUAGES.map(|language| variables(&messages(language)));
    assert!(indonesian.len() > 50, "the words were not found");
    for id in indonesian.keys().chain(english.keys()) {
        assert_eq!(indonesian.get(id), english.get(id), "`{id}` in locales/id and in locales/en");
    }
}

#[test]
fn every_message_is_said_with_exactly_its_variables() {
    let words = variables(&messages("id"));
    for Call { place, id, variables } in calls() {
        let expected = words.get(&id).unwrap_or_else(|| panic!("{place} says `{id}`, which is in no file"));
        assert_eq!(&variables, expected, "{place} says `{id}`");
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let said: BTreeSet<String> = calls().into_iter().map(|call| call.id).collect();
    let silent: Vec<String> = messages("id").into_keys().filter(|id| !said.contains(id)).collect();
    assert!(silent.is_empty(), "nothing says {silent:?}");
}

/// The files that may take a customer's name whole: where it is read, judged, kept, and made into what a chat may see;
/// and the operator's own shell.
const NAMES: [&str; 6] = ["value/name.rs", "klikoo/", "inquiry/name_match/", "store/", "locale/words.rs", "cli/cek.rs"];

#[test]
fn a_customers_name_is_shown_in_one_place() {
    let is_allowed = |source: &Source| NAMES.iter().any(|place| source.path.starts_with(place));
    let mut found = 0;
    for source in source::all() {
        let takes_it = source.tokens().iter().any(|token| token.is_word("whole_name"));
        found += usize::from(takes_it);
        assert!(!takes_it || is_allowed(&source), "src/{} shows a name past `Words::name`", source.path);
    }
    assert!(found > 3, "the names were not found");
}

#[test]
fn markup_begins_and_ends_on_the_same_line() {
    each_wording(|language, id, text| {
        for line in text.lines() {
            assert_eq!(unbalanced(line), None, "locales/{language}: `{id}` says {line:?}");
        }
    });
}

#[test]
fn labels_and_menus_are_plain_and_short_enough() {
    each_wording(|language, id, text| {
        let place = format!("locales/{language}: `{id}` says {text:?}");
        if PLAIN.iter().any(|kind| id.starts_with(kind)) {
            assert!(!text.contains(['<', '>', '&', '\n']), "{place}");
        }
        if id.starts_with("menu-") {
            assert!((1..=LONGEST_DESCRIPTION).contains(&text.chars().count()), "{place}");
        }
        if id.starts_with("button-") || NOTICES.contains(&id) {
            assert!(text.chars().count() <= LONGEST_NOTICE, "{place}");
        }
    });
}

/// The messages of a language, as they are written, by id. Checked against Fluent's own reading by [`each_wording`].
fn messages(language: &str) -> BTreeMap<String, String> {
    let mut messages = BTreeMap::new();
    let mut id = String::new();
    for line in file(language).lines().filter(|line| !line.starts_with('#')) {
        let text = match line.split_once('=') {
            Some((name, text)) if line.starts_with(|c: char| c.is_ascii_lowercase()) => {
                id = name.trim().to_owned();
                assert!(!messages.contains_key(&id), "locales/{language} has `{id}` twice");
                text
            }
            _ => line,
        };
        let message: &mut String = messages.entry(id.clone()).or_default();
        message.push_str(text);
        message.push('\n');
    }
    messages.remove("");
    messages
}

fn file(language: &str) -> String {
    fs::read_to_string(source::repository().join(format!("locales/{language}/ceknomor.ftl"))).unwrap()
}

fn variables(messages: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    messages.iter().map(|(id, message)| (id.clone(), names(message, '$'))).collect()
}

/// The names that stand behind `mark`: variables behind `$`, the cases of a choice behind `[`.
fn names(message: &str, mark: char) -> BTreeSet<String> {
    let names = message.split(mark).skip(1).map(|behind| {
        let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(behind.len());
        behind[..end].to_owned()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Every message in every language, as Fluent says it in each of its cases, with `X` for every value.
fn each_wording(check: impl Fn(&str, &str, &str)) {
    for language in LANGUAGES {
        let mut bundle = FluentBundle::new(vec![language.parse().unwrap()]);
        bundle.set_use_isolating(false);
        bundle.add_resource(FluentResource::try_new(file(language)).expect("Fluent")).expect("no id stands twice");
        for (id, message) in messages(language) {
            let pattern = bundle.get_message(&id).and_then(|message| message.value()).expect(&id);
            for args in cases(&message) {
                let mut errors = Vec::new();
                let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
                assert!(errors.is_empty(), "locales/{language}: `{id}`: {errors:?}");
                check(language, &id, &text);
            }
        }
    }
}

/// The arguments that lead to each case of a message's choice; without a choice, one set of arguments.
fn cases(message: &str) -> Vec<FluentArgs<'static>> {
    let variables = names(message, '$');
    let is_chosen_by = |name: &String| message.contains(&format!("${name} ->"));
    let mut cases = names(message, '[');
    if !variables.iter().any(is_chosen_by) {
        cases = BTreeSet::from([String::new()]);
    }
    let args = cases.into_iter().map(|case| {
        let value = |name: &String| if is_chosen_by(name) { leading_to(&case) } else { "X".into() };
        variables.iter().map(|name| (name.clone(), value(name))).collect()
    });
    args.collect()
}

/// A value that Fluent takes as this case: a number for the names of plurals, else the name itself.
fn leading_to(case: &str) -> FluentValue<'static> {
    match case {
        "one" => 1.into(),
        "other" => 2.into(),
        case => case.to_owned().into(),
    }
}

/// The first tag of a line that Telegram would refuse: unknown, not closed, or closed by another.
fn unbalanced(line: &str) -> Option<String> {
    let mut open = Vec::new();
    for piece in line.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or(piece);
        match tag.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            None if TAGS.contains(&tag) && piece.contains('>') => open.push(tag),
            _ => return Some(tag.to_owned()),
        }
    }
    open.pop().map(str::to_owned)
}

/// One `say!(words, "id", name = value, …)` of the program.
struct Call {
    place: String,
    id: String,
    variables: BTreeSet<String>,
}

fn calls() -> Vec<Call> {
    let calls: Vec<Call> = source::all().iter().flat_map(calls_in).collect();
    assert!(calls.len() > 50, "the calls were not found");
    calls
}

fn calls_in(source: &Source) -> Vec<Call> {
    let tokens = source.tokens();
    let starts = (0..tokens.len()).filter(|&at| {
        let rest = &tokens[at..];
        rest[0].is_word("say") && rest.len() > 2 && rest[1].is_mark('!') && rest[2].is_mark('(')
    });
    starts.map(|at| call(&source.path, &tokens[at + 2..])).collect()
}

/// The call whose brackets begin here.
fn call(path: &str, tokens: &[Token]) -> Call {
    let mut level = 0;
    let mut arguments = vec![Vec::new()];
    for token in tokens {
        match token {
            Token::Mark('(' | '[' | '{') => level += 1,
            Token::Mark(')' | ']' | '}') => level -= 1,
            Token::Mark(',') if level == 1 => arguments.push(Vec::new()),
            token if level == 1 => arguments.last_mut().unwrap().push(token),
            _ => {}
        }
        if level == 0 {
            break;
        }
    }
    let Some([Token::Text(id)]) = arguments.get(1).map(Vec::as_slice) else {
        panic!("src/{path}: the second argument of a `say!` is its message's id");
    };
    let variables = arguments[2..].iter().filter_map(|argument| match argument.as_slice() {
        [Token::Word(name), equals, ..] if equals.is_mark('=') => Some(name.clone()),
        _ => None,
    });
    Call { place: format!("src/{path}"), id: id.clone(), variables: variables.collect() }
}

#[test]
fn lines_that_telegram_refuses_are_found() {
    for line in ["<b>X</b> <i>Y <code>1</code></i>", "1 &lt; 2", ""] {
        assert_eq!(unbalanced(line), None, "{line}");
    }
    for line in ["<b>X", "X</b>", "<b><i>X</b></i>", "<u>X</u>", "<a href=x>X</a>", "1 < 2"] {
        assert!(unbalanced(line).is_some(), "{line}");
    }
}
