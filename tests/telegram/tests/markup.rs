//! The HTML that Telegram takes, case by case.

use teloxide::{
    payloads::SendMessageSetters,
    prelude::Requester,
    types::{MessageEntityKind, ParseMode},
};

use super::{bot_of, id, refusal};
use crate::telegram::FakeTelegram;

#[tokio::test]
async fn known_markup_is_taken_out_of_the_text() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    for (html, text) in [
        ("polos > tanpa markup", "polos > tanpa markup"),
        ("&lt;b&gt; &amp;amp; &quot;&#39;&#x1F50D;", "<b> &amp; \"'\u{1F50D}"),
        ("<b>a<i>b</i></b><u>c</u><s>d</s>", "abcd"),
        ("<a href=\"https://contoh.id/?a=1&amp;b=2\">tautan</a>", "tautan"),
        ("<pre><code class=\"language-rust\">fn</code></pre>", "fn"),
        ("<blockquote expandable>kutip</blockquote><tg-spoiler>rahasia</tg-spoiler>", "kutiprahasia"),
    ] {
        bot.send_message(id(&chat), html).parse_mode(ParseMode::Html).await.unwrap();
        let reply = chat.reply().await;
        assert_eq!((reply.html(), reply.text()), (html, text));
    }
    telegram.finish().await;
}

#[tokio::test]
async fn entities_are_placed_in_utf16_units() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    let sent = bot.send_message(id(&chat), "\u{1F50D} <b>é</b>").parse_mode(ParseMode::Html).await.unwrap();
    let entity = &sent.entities().unwrap()[0];
    assert_eq!((&entity.kind, entity.offset, entity.length), (&MessageEntityKind::Bold, 3, 1));
    chat.reply().await;
    telegram.finish().await;
}

#[tokio::test]
async fn everything_else_is_refused() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    let many = "<b>x</b> ".repeat(101);
    for (html, words) in [
        ("BUDI <SONS>", "Unsupported start tag"),
        ("BUDI < SONS", "Unclosed start tag"),
        ("BUDI & SONS", "Unescaped"),
        ("&nbsp;x", "Unescaped"),
        ("<b>x", "Can't find end tag"),
        ("x</b>", "Unexpected end tag"),
        ("<b><i>x</b></i>", "Unmatched end tag"),
        ("<code><b>x</b></code>", "inside code"),
        ("<a>x</a>", "Unsupported start tag"),
        ("<p>x</p>", "Unsupported start tag"),
        ("<blockquote><blockquote>x</blockquote></blockquote>", "Nested"),
        (&many, "101 entities"),
    ] {
        let refused = refusal(bot.send_message(id(&chat), html).parse_mode(ParseMode::Html).await);
        assert!(refused.contains("can't parse entities") && refused.contains(words), "{html}: {refused}");
        telegram.refused("sendMessage", words).await;
    }
    telegram.finish().await;
}
