//! More than one check in one text: a line each, commas, a code on top and numbers below it, or a table of a
//! spreadsheet. Each part is read as a line of its own; what cannot be read is named, never guessed at or dropped.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    clean::clean as clean_line,
    idle, nominal,
    request::{Check, Refusal, Request},
    span::Span,
    token::{self, SURELY_A_NUMBER, Token, only, position},
    verdict::parse,
    words::Class,
};
use crate::{
    catalog::{Catalog, ProductCode},
    value::{CustomerNumber, Rupiah, clean},
};

/// No more checks of a list are taken, and no more of what could not be read is shown.
pub const MAX_ITEMS: usize = 100;

/// No more of a text is read, in bytes.
const MAX_LEN: usize = 256 * 1024;

/// No more parts of a text are read, be they lines or parts of a line.
const MAX_PARTS: usize = 2_000;

/// As much is shown of what could not be read, in characters.
const MAX_SHOWN: usize = 40;

/// A list of checks, in the order in which they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The checks, each once; at most 100.
    pub items: Vec<Item>,
    /// What could not be read; at most 100 parts.
    pub unread: Vec<Unread>,
    /// How many checks and unread parts there are beyond those, and lines or parts beyond 256 KiB or 2,000.
    pub left_off: usize,
    /// Whether something that looks like a PIN stood anywhere. It is kept nowhere.
    pub pin_seen: bool,
}

/// One check of a list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What to check.
    pub check: Check,
    /// The name that the agent was given for the customer.
    pub name: Option<String>,
    /// How many times it was typed.
    pub times: usize,
    /// The line on which it stands first, from 1.
    pub line: usize,
}

/// A part of a list that could not be read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The line on which it stands, from 1.
    pub line: usize,
    /// What was typed: up to 40 characters, without digits where a PIN may be among them.
    pub text: String,
    /// Why it is no check.
    pub refusal: Refusal,
}

impl fmt::Debug for Item {
    /// Without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, name, times, line } = self;
        write!(f, "Item({check:?} × {times} on line {line}, has_name: {})", name.is_some())
    }
}

impl fmt::Debug for Unread {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unread(line {}, {:?})", self.line, self.refusal)
    }
}

/// Reads a list, or a table with `,`, `;` or tabs between its columns. `None` where [`parse`] finds one
/// check, and where there are not two.
pub fn list(text: &str, catalog: &Catalog) -> Option<List> {
    let whole = parse(text, catalog);
    if whole.request.is_ok() {
        return None;
    }
    let list = List::default();
    let mut reader = Reader { catalog, list, on_top: None, has_top: false, in_doubt: false, parts: 0 };
    let mut read = 0;
    let is_numbered = is_numbered(text);
    for (at, line) in text.lines().enumerate() {
        read += line.len() + 1;
        match numbered(line).filter(|_| is_numbered) {
            _ if read > MAX_LEN || reader.parts >= MAX_PARTS => reader.list.left_off += 1,
            Some((_, behind)) => reader.line(at + 1, behind),
            None => reader.line(at + 1, line),
        }
    }
    let Reader { list, has_top, .. } = reader;
    let checks: usize = list.items.iter().map(|item| item.times).sum();
    let lacks_others = !list.unread.is_empty() && (has_top || whole.request == Err(Refusal::Several));
    (checks >= 2 || checks == 1 && lacks_others).then_some(list)
}

/// `1. …`, `2) …`, and what stands behind it.
fn numbered(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '•' | '*' | '#'));
    let behind = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.strip_suffix(behind).filter(|digits| (1..=3).contains(&digits.len()))?;
    let mark = behind.chars().next()?;
    let is_word = mark == ' ' && behind.trim_start().starts_with(|c: char| c.is_alphabetic());
    let is_mark = matches!(mark, '.' | ')' | ':' | ',' | ';' | '\t') || is_word;
    Some((digits.parse().ok()?, behind.get(mark.len_utf8()..)?)).filter(|_| is_mark)
}

/// Whether the lines of a text that begin with a number count from 1.
fn is_numbered(text: &str) -> bool {
    let mut expected = 1;
    let counts = text.lines().filter_map(numbered).all(|(number, _)| {
        expected += 1;
        number + 1 == expected
    });
    counts && expected > 2
}

struct Reader<'c> {
    catalog: &'c Catalog,
    list: List,
    /// The code for numbers that have none, and its nominal.
    on_top: Option<(ProductCode, Option<Rupiah>)>,
    /// Whether a code stood alone.
    has_top: bool,
    /// Words stood alone that may turn the meaning of what follows around.
    in_doubt: bool,
    /// How many parts were read.
    parts: usize,
}

/// A check, and its customer's name; or why a part of a list is none. A code that stands alone lacks its number.
type Part = Result<(Check, Option<String>), Refusal>;

impl Reader<'_> {
    fn line(&mut self, line: usize, text: &str) {
        let (whole, mut pin_seen) = self.read(text);
        let mut parts: Vec<&str> = match &whole {
            Ok(_) | Err(Refusal::MissingNumber(..)) => Vec::new(),
            Err(_) => text.split([',', ';', '\t']).flat_map(|part| at_codes(part, self.catalog)).collect(),
        };
        parts.retain(|part| part.contains(char::is_alphanumeric));
        self.parts += 1 + parts.len();
        let too_many = self.parts.saturating_sub(MAX_PARTS).min(parts.len());
        self.list.left_off += too_many;
        parts.truncate(parts.len() - too_many);

        let above = self.on_top.clone();
        let mut read = Vec::new();
        for part in parts {
            let (part_is, has_pin) = self.read(part);
            pin_seen |= has_pin;
            match &part_is {
                Ok((check, _)) => self.code_behind(check, read.is_empty()),
                Err(Refusal::MissingNumber(code, nominal)) => self.on_top = Some((code.clone(), *nominal)),
                Err(_) => {}
            }
            read.push((part, part_is));
        }
        self.on_top = above;
        self.list.pin_seen |= pin_seen;
        let checks = read.iter().filter(|(_, part)| part.is_ok()).count();
        if checks >= 2 || checks == 1 && matches!(whole, Err(Refusal::Several)) {
            // A code before a number of its own line is no code for the lines below.
            read.retain(|(_, part)| !matches!(part, Err(Refusal::MissingNumber(..))));
            read.into_iter().for_each(|(text, part)| self.take(line, text, part, pin_seen));
        } else {
            self.take(line, text, whole, pin_seen);
        }
    }

    /// Reads a part, with the code that stands before or above it where it has none; and whether a PIN stands in it.
    fn read(&self, text: &str) -> (Part, bool) {
        let parsed = parse(text, self.catalog);
        let lacks_code = match &parsed.request {
            Err(Refusal::MissingCode { .. }) => true,
            // Below a code that stands alone it is rather a name.
            Err(Refusal::UnknownCode { typed, .. }) => self.has_top && !typed.contains(char::is_numeric),
            _ => false,
        };
        let Some((code, nominal)) = self.on_top.as_ref().filter(|_| lacks_code) else {
            return (self.part(text, parsed.request, parsed.name), parsed.pin_seen);
        };
        let with_code = parse(&format!("{code} {text}"), self.catalog);
        let request = with_code.request.or_else(|refusal| match &refusal {
            Refusal::MissingNominal(code, number) => {
                let check = Check { code: code.clone(), number: number.clone(), nominal: *nominal };
                Request::of(&check, self.catalog).ok_or(refusal)
            }
            _ => Err(refusal),
        });
        let pin_seen = with_code.pin_seen || parsed.pin_seen && request.is_err();
        (self.part(text, request, with_code.name), pin_seen)
    }

    fn part(&self, text: &str, request: Result<Request, Refusal>, name: Option<String>) -> Part {
        match request {
            // Among other checks the words beside a number are its customer's name.
            Err(Refusal::Words(check)) if name.is_none() => match loose_name(text, &check, self.catalog) {
                Some(name) => Ok((check, Some(name))),
                None => Err(Refusal::Words(check)),
            },
            request => request.map(|request| (request.check(), name)),
        }
    }

    fn take(&mut self, line: usize, text: &str, part: Part, pin_seen: bool) {
        let refusal = match part {
            Ok((check, _)) if self.in_doubt => Refusal::Words(check),
            Ok((check, name)) => return self.add(line, check, name),
            Err(Refusal::MissingNumber(code, nominal)) => {
                (self.on_top, self.has_top) = (Some((code, nominal)), true);
                return;
            }
            Err(refusal) => refusal,
        };
        let is_talk = !text.contains(|c: char| c.is_ascii_digit());
        let tokens = token::cut(text, self.catalog);
        let has = |fits: fn(Class) -> bool| tokens.iter().any(|token| fits(token.class));
        if is_talk && !has(|class| matches!(class, Class::Doubt | Class::NotOffered | Class::Provider(_))) {
            return;
        }
        self.in_doubt = is_talk && has(|class| class == Class::Doubt);
        if is_talk {
            self.on_top = None;
        }
        // A few digits alone on their line may be a PIN, too.
        let lone_pin = only(token::cut(text, self.catalog).into_iter()).filter(Token::is_pin);
        self.list.pin_seen |= lone_pin.is_some_and(|token| token.is_pin_rather_than_thousands());
        if self.list.unread.len() == MAX_ITEMS {
            self.list.left_off += 1;
            return;
        }
        let shown = clean(text, MAX_SHOWN);
        let shown = if pin_seen || lone_pin.is_some() { shown.replace(|c: char| c.is_numeric(), "•") } else { shown };
        self.list.unread.push(Unread { line, text: shown, refusal });
    }

    fn add(&mut self, line: usize, check: Check, name: Option<String>) {
        self.code_behind(&check, self.list.items.is_empty() && self.list.unread.is_empty());
        let has_room = self.list.items.len() < MAX_ITEMS;
        match self.list.items.iter_mut().find(|item| item.check == check) {
            Some(item) => {
                item.times += 1;
                item.name = item.name.take().or(name);
            }
            None if has_room => self.list.items.push(Item { check, name, times: 1, line }),
            None => self.list.left_off += 1,
        }
    }

    /// The code for numbers that have none, behind a check: the one on top, or that of the first check, until another
    /// was typed.
    fn code_behind(&mut self, check: &Check, is_first: bool) {
        match &self.on_top {
            None if is_first => self.on_top = Some((check.code.clone(), None)),
            _ => self.on_top = self.on_top.take().filter(|(code, _)| *code == check.code),
        }
    }
}

/// The words beside a check, if they are one run of unknown words and nothing else stands there.
fn loose_name(text: &str, check: &Check, catalog: &Catalog) -> Option<String> {
    let text = clean_line(text);
    let kept = idle::leave_out(&token::cut(&text, catalog), catalog);
    let product = catalog.get(check.code.as_str())?;
    let is_amount = |token: &Token<'_>| nominal::read(token.text).is_some_and(|nominal| nominal.clear);
    let is_provider = |token: &Token<'_>| token.class == Class::Provider(product.provider);
    let is_known = kept.iter().all(|token| match token.class {
        Class::Digits | Class::Word => true,
        Class::Mixed => token.product.is_some() || is_amount(token),
        _ => is_provider(token),
    });
    // A provider may have a nominal of digits alone beside it, before or behind the number: `pln 20 01105691111 Budi`.
    let groups: Vec<&str> = kept.iter().filter(|token| token.is_group()).map(|token| token.text).collect();
    let without_nominal = [groups.get(1..), groups.get(..groups.len().saturating_sub(1))];
    let others = without_nominal.into_iter().filter(|_| kept.iter().any(is_provider));
    let is_number =
        |groups: &[&str]| CustomerNumber::parse(&groups.concat(), product.number).as_ref() == Ok(&check.number);
    let is_whole = is_known && [Some(&*groups)].into_iter().chain(others).flatten().any(is_number);
    let is_word = |token: &Token<'_>| token.class == Class::Word && token.product.is_none();
    let all = Span::new(&text, &kept);
    let run = only(kept.chunk_by(|one, next| is_word(one) == is_word(next)).filter(|run| run.iter().all(is_word)))?;
    let name = clean(all.with(run).text(), idle::MAX_NAME_LEN);
    (is_whole && name.contains(char::is_alphabetic)).then_some(name)
}

/// `PLN20 01105691111 OVO10 0817345544`, `PLN20 01105691111 45022134567`: cut before each code and each whole number
/// that has another before it. Not cut where a code does not stand before its number.
fn at_codes<'t>(text: &'t str, catalog: &Catalog) -> Vec<&'t str> {
    let tokens = token::cut(text, catalog);
    let (mut starts, mut has_number, mut has_code) = (vec![0], true, false);
    let mut before: Option<&Token<'_>> = None;
    for token in &tokens {
        // A word before a number may be a code that is not known here.
        let is_beside = before.replace(token).is_none_or(|before| before.is_group() || before.class.is_idle());
        if token.is_code() {
            if has_number && has_code {
                starts.push(position(token.text, text));
            } else if has_code {
                return vec![text];
            }
            (has_code, has_number) = (true, false);
        } else if token.is_group() && token.digits >= SURELY_A_NUMBER {
            if has_number && has_code && is_beside {
                starts.push(position(token.text, text));
            } else if has_number || !has_code {
                return vec![text];
            }
            has_number = true;
        }
    }
    if !has_number {
        return vec![text];
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end)).collect()
}
