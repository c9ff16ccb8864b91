//! What the log never says, at any level, whatever happens: no customer's name, no number, no PIN, no secret, none of
//! what people write. And what it always says, because an operator needs it.

use super::{child::Process, relay::Relay, stage::Stage};
use crate::{
    scene::{CLIENT_SECRET, key_file},
    telegram::{Conversation, Fault},
};

/// Customer numbers that are asked for, and a PIN.
const NUMBERS: [&str; 9] = [
    "01105691111",
    "0817345544",
    "00000000404",
    "00000000422",
    "00000000571",
    "00000000208",
    "00000000502",
    "00000000705",
    "739164",
];

/// Names of customers and of people, and words that people, the vendor, and Telegram write.
const WORDS: [&str; 14] = [
    "BAHARRUDIN",
    "BUDI",
    "CONTOH",
    "Budi",
    "Sari",
    "rahasia",
    "besar",
    "Hubungi",
    "sebutkan",
    "kode_ini",
    "SANTOSO",
    "Agus",
    "Konter",
    "Santoso",
];

#[tokio::test]
async fn nothing_secret_is_logged_by_default() {
    everything_goes_wrong(None).await;
}

#[tokio::test]
async fn nothing_secret_is_logged_when_everything_is() {
    everything_goes_wrong(Some("trace")).await;
}

#[tokio::test]
async fn nothing_secret_is_logged_when_other_crates_are_asked_to_speak() {
    everything_goes_wrong(Some("trace,hyper_util=trace,reqwest=trace,teloxide=trace,teloxide_core=trace,sled=trace"))
        .await;
}

async fn everything_goes_wrong(levels: Option<&str>) {
    let mut stage = Stage::new().await;
    let telegram = Relay::before(stage.telegram.url()).await;
    let klikoo = Relay::before(stage.klikoo.base_url()).await;
    stage.place.set("TELOXIDE_API_URL", telegram.url());
    stage.place.set("KLIKOO_BASE_URL", klikoo.url());
    if let Some(levels) = levels {
        stage.place.set("RUST_LOG", levels);
    }

    let agus = stage.telegram.user("Agus");
    let counter = stage.telegram.group("Konter Santoso", &[&agus]);
    stage.admit(&counter);

    let mut bot = stage.run().await;
    let agus = agus.in_group(&counter);
    agus.says("/cek PLN20 01105691111").await;
    assert!(agus.reply().await.text().contains("BAHARRUDIN1"));
    let budi = stage.budi.in_private();
    let references = checks(&budi).await;
    mistakes(&stage, &budi).await;
    telegrams_faults(&stage, &mut bot, &budi).await;
    garbage(&stage, &telegram, &mut bot, &budi).await;
    let mut secrets = klikoo.overheard("\"access_token\":\"", '"');
    assert!(!secrets.is_empty(), "no token was overheard");
    secrets.extend(klikoo.overheard("open-api-signature: ", '\r'));
    assert!(secrets.len() > 10, "few signatures were overheard: {secrets:?}");
    secrets.extend([stage.telegram.token().to_owned(), CLIENT_SECRET.to_owned()]);
    secrets.extend(std::fs::read_to_string(key_file()).unwrap().lines().map(str::to_owned));

    let log = stage.end(bot).await.err;
    says_nothing_of(&log, &secrets);
    says_what_an_operator_needs(&log, &references);
}

/// Checks of each kind, with the start of the reference that the agent read under each.
async fn checks(budi: &Conversation) -> Vec<(&'static str, &'static str, String)> {
    let mut references = Vec::new();
    for (asked, code) in [
        ("PLN20 01105691111", "200022000"),
        ("DNOPEN 0817345544 50rb", "200022000"),
        ("PLN20 00000000404", "404047011"),
        ("PLN20 00000000422", "422049123"),
        ("PLN20 00000000705", "200022000"),
        ("PLN20 00000000208", ""),
        ("PLN20 00000000502", ""),
        ("PLN20 00000000571", "403046571"),
    ] {
        budi.says(asked).await;
        let reply = budi.reply().await;
        let reference = reply.text().split("Ref ").nth(1).expect("a reference under every answer");
        references.push((asked, code, reference[..8].to_owned()));
    }
    let alert = budi.reply().await;
    assert!(alert.text().contains("whitelist"), "the last was the operator's problem: {alert:?}");
    references
}

/// What people do wrong: a PIN, a digit too few, a stranger's message.
async fn mistakes(stage: &Stage, budi: &Conversation) {
    let asked = budi.says("PLN20.01105691111.739164").await;
    assert!(budi.reply().await.text().contains("PIN"));
    budi.deleted(&asked).await;
    budi.says("PLN20 0110569111").await;
    budi.reply().await;
    let stranger = stage.telegram.user("Sari").in_private();
    stranger.says("PLN20 01105691111 rahasia besar").await;
    assert!(stranger.reply().await.text().contains("khusus agen"));
    budi.says("/riwayat").await;
    let press = budi.reply().await.press_data("r:BAHARRUDIN1:01105691111", &stage.budi).await;
    assert!(!press.alert().await.text.is_empty());
}

/// Telegram asks for a pause, loses a connection, and refuses a text by quoting it.
async fn telegrams_faults(stage: &Stage, bot: &mut Process, budi: &Conversation) {
    for fault in [Fault::RetryAfter(1), Fault::ResetBefore] {
        stage.telegram.fail_next("sendMessage", fault);
        budi.says("PLN20 01105691111").await;
        budi.reply().await;
    }
    stage.telegram.fail_next("sendMessage", Fault::BadRequest("can't find end of <b>SANTOSO</b> 01105691111"));
    budi.says("PLN20 01105691111").await;
    bot.logs("a reply was refused").await;
}

/// Telegram's updates are no JSON, which passes; then an update is of a kind that nobody knows, and is passed over.
async fn garbage(stage: &Stage, telegram: &Relay, bot: &mut Process, budi: &Conversation) {
    telegram.garble(r#"{"ok":true,"result":[{"up"#, r#"<html>rahasia besar</h><p"#);
    budi.says("PLN20 01105691111 rahasia besar").await;
    bot.logs("an answer that is no JSON").await;
    budi.reply().await;

    telegram.garble(r#""message":{"#, r#""massage":{"#);
    budi.says("PLN20 01105691111 rahasia besar").await;
    stage.telegram.all_confirmed().await;
    assert!(telegram.has_garbled());
    budi.says("/id").await;
    budi.reply().await;
}

fn says_nothing_of(log: &str, secrets: &[String]) {
    for secret in secrets.iter().map(String::as_str).chain(WORDS).chain(NUMBERS) {
        assert!(!log.contains(secret), "the log holds {secret:?}:\n{log}");
    }
    let words: Vec<&str> = log.lines().flat_map(words_that_may_not_tell).collect();
    for number in NUMBERS {
        for part in number.as_bytes().windows(6).map(|part| std::str::from_utf8(part).unwrap()) {
            let told = words.iter().find(|word| word.contains(part));
            assert_eq!(told, None, "{part} of {number} is in the log:\n{log}");
        }
    }
}

/// The words of a line but its time and references, in which any six digits may stand by chance.
fn words_that_may_not_tell(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace().skip(1).filter(|word| !word.starts_with("reference="))
}

fn says_what_an_operator_needs(log: &str, references: &[(&str, &str, String)]) {
    for (asked, code, reference) in references {
        let product = asked.split(' ').next().unwrap();
        let ended: Vec<&str> = log.lines().filter(|line| line.contains(&format!("reference={reference}"))).collect();
        let [line] = ended.as_slice() else { panic!("one line on {asked}:\n{log}") };
        assert!(line.contains(&format!("product={product} ")) && line.contains(code), "{asked}: {line}");
        assert!(line.contains(" check{chat=") && line.contains(" agent="), "who asked, and where: {line}");
    }
    for trouble in
        ["Telegram asks for a pause", "Telegram did not answer; trying again", "the connection to Klikoo was lost"]
    {
        assert!(log.contains(trouble), "{trouble}:\n{log}");
    }
    for line in log.lines() {
        let line = match line.split_once(" check{").zip(line.split_once("}: ")) {
            Some(((before, _), (_, behind))) => format!("{before} {behind}"),
            None => line.to_owned(),
        };
        let target = line.split_whitespace().nth(2).unwrap_or_default();
        assert!(target.starts_with("ceknomor"), "another crate's line: {line}");
    }
}
