//! Why Telegram did not take something: whether to try again, what to change before, and what the log may say of it.
//!
//! Telegram names its refusals in words alone, of which teloxide knows some. What to do is read from stems of the
//! words, since the words have changed over time and come in two languages: the Bot API server's ("message thread not
//! found") and Telegram's own behind it ("TOPIC_DELETED"), which it passes on.

use std::time::Duration;

use teloxide::{ApiError, RequestError, types::Seconds};
use tokio::time::sleep;

use crate::bot::wire::SERVER_FAULT;

/// The longest pause before something is sent again that got lost on the way.
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(15);

/// The longest reason of a refusal that the log gets, in words.
const MAX_REASON_WORDS: usize = 16;

/// How the Bot API server begins its descriptions, by their code (`Client.cpp`, `fail_query_with_error`).
const CLASSES: [&str; 7] =
    ["Bad Request", "Unauthorized", "Forbidden", "Not Found", "Conflict", "Internal Server Error", "Logged out"];

/// What is to be done about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Send it again without topic and replied message.
    WithoutAddress,
    /// Send it again without markup.
    AsPlainText,
    /// Ask where the group has gone, and send it there.
    FindChat,
    /// Nothing: the message is as it should be already.
    AsItShouldBe,
    /// Nothing: it is refused for good.
    GiveUp,
}

/// Stems of refusals, in lower case, and what to do; the first that is found decides. Sources: the Bot API server
/// (`Client.cpp` of tdlib/telegram-bot-api: "msg"), Telegram's list of RPC errors (core.telegram.org/api/errors:
/// "RPC"), and reports of other bots' makers ("seen").
const REMEDIES: [(&str, Remedy); 14] = [
    // msg "message is not modified: …", RPC MESSAGE_NOT_MODIFIED.
    ("not modified", Remedy::AsItShouldBe),
    ("not_modified", Remedy::AsItShouldBe),
    // msg "can't parse entities: …", RPC ENTITY_BOUNDS_INVALID, ENTITIES_TOO_LONG. Before all others, since it quotes.
    ("can't parse entit", Remedy::AsPlainText),
    ("entity_", Remedy::AsPlainText),
    ("entities_", Remedy::AsPlainText),
    // msg "group chat was upgraded to a supergroup chat": without `migrate_to_chat_id` where something cut that off.
    ("upgraded to a supergroup", Remedy::FindChat),
    // RPC TOPIC_DELETED, TOPIC_ID_INVALID, TOPIC_CLOSED.
    ("topic", Remedy::WithoutAddress),
    // msg "message thread not found".
    ("thread", Remedy::WithoutAddress),
    // msg "message to be replied not found"; seen "replied message not found".
    ("replied", Remedy::WithoutAddress),
    // seen "reply message not found", "message to reply not found"; RPC REPLY_MESSAGE_ID_INVALID, REPLY_TO_INVALID.
    ("reply message", Remedy::WithoutAddress),
    ("to reply", Remedy::WithoutAddress),
    ("reply_", Remedy::WithoutAddress),
    // RPC MESSAGE_ID_INVALID, MSG_ID_INVALID: of a new message it can mean the replied one alone.
    ("message_id_invalid", Remedy::WithoutAddress),
    ("msg_id_invalid", Remedy::WithoutAddress),
];

/// What to do about an error that does not pass by itself.
pub(super) fn remedy(error: &RequestError) -> Remedy {
    let RequestError::Api(error) = error else { return Remedy::GiveUp };
    let text = error.to_string().to_lowercase();
    let found = REMEDIES.iter().find(|(stem, _)| text.contains(stem));
    found.map_or(Remedy::GiveUp, |(_, remedy)| *remedy)
}

/// Whether an error is likely to pass by itself: nothing was decided about the request.
pub(super) fn passes(error: &RequestError) -> bool {
    match error {
        RequestError::Network(_) | RequestError::Io(_) | RequestError::InvalidJson { .. } => true,
        // The operator has to put in a new token: the answers wait for that.
        RequestError::Api(ApiError::InvalidToken | ApiError::TerminatedByOtherGetUpdates) => true,
        RequestError::Api(ApiError::Unknown(text)) => {
            // "Logged out": the bot is being moved to another Bot API server (`logOut`), and can be called there soon.
            [SERVER_FAULT, "Internal", "Bad Gateway", "Gateway", "Service Unavailable", "Conflict", "Logged out"]
                .iter()
                .any(|fault| text.starts_with(fault))
        }
        _ => false,
    }
}

/// 1, 2, 4, 8, 15, 15 … seconds: the pause after a call that got lost, when `lost` were lost before it.
pub(in crate::bot) fn pause(lost: u32) -> Duration {
    Duration::from_secs(1 << lost.min(6)).min(MAX_RETRY_PAUSE)
}

/// The pause after a call that failed, when `failures` failed before it.
pub(in crate::bot) fn wait_after(error: &RequestError, failures: u32) -> Duration {
    match error {
        RequestError::RetryAfter(asked) => pause_asked(*asked),
        _ => pause(failures),
    }
}

/// The pause after a 429 that asks for one of this length: none may be so short that it becomes a flood, or so long
/// that the bot falls silent for good.
pub(super) fn pause_asked(retry_after: Seconds) -> Duration {
    retry_after.duration().clamp(Duration::from_secs(1), Duration::from_secs(5 * 60))
}

/// Calls until Telegram has taken it; `trouble` is what the log says of each call that it has not.
pub(in crate::bot) async fn until_taken<T, F>(trouble: &str, call: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, RequestError>>,
{
    let mut failures = 0;
    loop {
        let error = match call().await {
            Ok(taken) => return taken,
            Err(error) => error,
        };
        tracing::warn!(error = kind(&error), "{trouble}; trying again");
        sleep(wait_after(&error, failures)).await;
        failures += 1;
    }
}

/// What the log may say of an error: its kind, and why something was refused, up to where that begins to quote.
pub(in crate::bot) fn kind(error: &RequestError) -> String {
    match error {
        RequestError::Api(ApiError::Unknown(text)) => unquoted(text),
        RequestError::Api(ApiError::CantParseEntities(_)) => "can't parse entities".to_owned(),
        RequestError::Api(known) => known.to_string(),
        RequestError::MigrateToChatId(_) => "the group has become a supergroup".to_owned(),
        RequestError::RetryAfter(_) => "too many requests".to_owned(),
        RequestError::Network(error) if error.is_timeout() => "no answer in time".to_owned(),
        RequestError::Network(error) if error.is_connect() => "no connection".to_owned(),
        RequestError::Network(_) => "the connection was lost".to_owned(),
        // Of our own making.
        RequestError::Io(error) => error.to_string(),
        RequestError::InvalidJson { .. } => "an answer that is no JSON".to_owned(),
    }
}

/// Telegram's words or its code (`TOPIC_CLOSED`) up to the first word that may come from a message. Its own words are
/// in small letters, but for the class that they begin with, and what it quotes is in quotation marks.
fn unquoted(text: &str) -> String {
    let is_own = |word: &&str| {
        let is_code = word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b));
        let is_word = word.starts_with(|c: char| c.is_ascii_lowercase());
        is_code || is_word && word.bytes().all(|b| b.is_ascii_lowercase() || b"'-/,.".contains(&b))
    };
    let class = CLASSES.into_iter().find(|class| text.starts_with(class)).unwrap_or("a refusal in unknown words");
    let words = text.strip_prefix(class).unwrap_or_default().trim_start_matches(':').split_whitespace();
    let known: Vec<&str> = words.take_while(is_own).take(MAX_REASON_WORDS).collect();
    if known.is_empty() { class.to_owned() } else { format!("{class}: {}", known.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(text: &str) -> RequestError {
        RequestError::Api(ApiError::Unknown(text.to_owned()))
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        let seconds: Vec<u64> = (0..6).map(|lost| pause(lost).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 15, 15]);
        assert_eq!(pause(u32::MAX), MAX_RETRY_PAUSE);
    }

    #[test]
    fn a_refusal_is_understood_by_its_stem() {
        let refusals = [
            ("message thread not found", Remedy::WithoutAddress),
            ("TOPIC_DELETED", Remedy::WithoutAddress),
            ("TOPIC_ID_INVALID", Remedy::WithoutAddress),
            ("reply message not found", Remedy::WithoutAddress),
            ("replied message not found", Remedy::WithoutAddress),
            ("message to reply not found", Remedy::WithoutAddress),
            ("REPLY_MESSAGE_ID_INVALID", Remedy::WithoutAddress),
            ("ENTITY_BOUNDS_INVALID", Remedy::AsPlainText),
            ("group chat was upgraded to a supergroup chat", Remedy::FindChat),
            ("MESSAGE_NOT_MODIFIED", Remedy::AsItShouldBe),
            ("chat not found", Remedy::GiveUp),
            ("not enough rights to send text messages to the chat", Remedy::GiveUp),
        ];
        for (words, expected) in refusals {
            assert_eq!(remedy(&unknown(&format!("Bad Request: {words}"))), expected, "{words}");
        }
        // Those of which teloxide knows the words.
        for (known, expected) in [
            (ApiError::MessageToReplyNotFound, Remedy::WithoutAddress),
            (ApiError::MessageIdInvalid, Remedy::WithoutAddress),
            (ApiError::MessageNotModified, Remedy::AsItShouldBe),
            (ApiError::BotBlocked, Remedy::GiveUp),
        ] {
            assert_eq!(remedy(&RequestError::Api(known.clone())), expected, "{known}");
        }
        // What it quotes decides nothing.
        let quoting = "Bad Request: can't parse entities: unexpected tag \"topic\"";
        assert_eq!(remedy(&RequestError::Api(ApiError::CantParseEntities(quoting.into()))), Remedy::AsPlainText);
    }

    #[test]
    fn the_log_gets_the_reason_and_never_what_was_refused() {
        for (text, logged) in [
            ("Bad Request: TOPIC_CLOSED", "Bad Request: TOPIC_CLOSED"),
            ("Forbidden: bot can't send messages", "Forbidden: bot can't send messages"),
            ("Bad Request: strange text BUDI SANTOSO", "Bad Request: strange text"),
            ("Bad Request: wrong button 'budi'", "Bad Request: wrong button"),
            ("Bad Request: SANTOSO", "Bad Request"),
            ("Bad Request: number 01105691111", "Bad Request: number"),
            ("BUDI SANTOSO", "a refusal in unknown words"),
        ] {
            assert_eq!(kind(&unknown(text)), logged);
        }
        let broken = RequestError::Api(ApiError::CantParseEntities("unsupported tag \"BUDI\"".into()));
        assert_eq!(kind(&broken), "can't parse entities");
    }
}
