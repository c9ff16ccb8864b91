//! The accounts at Telegram and Klikoo that the settings name, or all that is missing or wrong with them.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{KlikooSettings, NetworkSettings, TelegramSettings, WebhookSettings, error::Error, read::proxies};
use crate::{
    bot::{self, Webhook},
    klikoo::{self, PrivateKey, Timeouts},
    value::is_this_machine,
};

impl TelegramSettings {
    /// The account that the settings name.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn account(&self, network: &NetworkSettings) -> Result<bot::Account, Error> {
        match (self.token(), self.api_url(network)) {
            (Ok(token), Ok(api_url)) => Ok(bot::Account { token: SecretString::from(token), api_url }),
            (token, api_url) => Err(Error::all([token.err(), api_url.err()])),
        }
    }

    /// The token, if it has the form that @BotFather gives it: the bot's id, a colon, letters.
    fn token(&self) -> Result<&str, Error> {
        let token = given("TELOXIDE_TOKEN", "ask @BotFather for a bot token", exposed(self.token.as_ref()))?;
        let is_token = token.split_once(':').is_some_and(|(id, key)| {
            let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            is_id && !key.is_empty() && is_word(key)
        });
        let wrong = "TELOXIDE_TOKEN is no bot token: copy all of it from @BotFather, digits, colon and letters";
        if is_token { Ok(token) } else { Err(Error::one(wrong)) }
    }

    fn api_url(&self, network: &NetworkSettings) -> Result<Option<Url>, Error> {
        let Some(text) = self.api_url.as_deref() else { return Ok(None) };
        // teloxide puts a slash of its own behind it.
        let is_base = |url: &Url| matches!(url.scheme(), "http" | "https") && url.query().is_none();
        let url = Url::parse(text.trim().trim_end_matches('/')).ok().filter(is_base);
        let wrong = "TELOXIDE_API_URL is no URL over http or https: give one such as http://127.0.0.1:8081";
        let url = url.ok_or_else(|| Error::one(wrong))?;
        network.permit("TELOXIDE_API_URL", url.scheme() == "http" && !url.host_str().is_some_and(is_this_machine))?;
        Ok(Some(url))
    }
}

impl WebhookSettings {
    /// The webhook, if one is set.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn webhook(&self) -> Result<Option<Webhook>, Error> {
        let Some(text) = &self.webhook_url else { return Ok(None) };
        let is_public = |url: &Url| url.scheme() == "https" || url.host_str().is_some_and(is_this_machine);
        let wrong = "CEKNOMOR_WEBHOOK_URL is no URL over https: Telegram calls no other";
        let url = Url::parse(text.trim()).ok().filter(is_public).ok_or_else(|| Error::one(wrong))?;
        if exposed(self.webhook_secret.as_ref()).is_some_and(|secret| secret.len() > 256 || !is_word(secret)) {
            let wrong = "CEKNOMOR_WEBHOOK_SECRET is not what Telegram takes: up to 256 letters, digits, `_` and `-`";
            return Err(Error::one(wrong));
        }
        Ok(Some(Webhook { url, listen: self.webhook_listen, secret: self.webhook_secret.clone() }))
    }
}

impl KlikooSettings {
    /// The account that the settings name; reads the private key.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn account(&self, network: &NetworkSettings) -> Result<klikoo::Account, Error> {
        let dashboard = "copy it from the dashboard, Pengaturan → Konfigurasi API";
        let copied = |name, value| given(name, dashboard, value).and_then(|value| typed(name, value));
        let client_id = copied("KLIKOO_CLIENT_ID", self.client_id.as_deref());
        let client_secret = copied("KLIKOO_CLIENT_SECRET", exposed(self.client_secret.as_ref()));
        match (self.base_url(network), client_id, client_secret, self.private_key(), proxies()) {
            (Ok(base_url), Ok(client_id), Ok(client_secret), Ok(private_key), Ok(())) => Ok(klikoo::Account {
                base_url,
                client_id: client_id.to_owned(),
                client_secret: SecretString::from(client_secret),
                private_key,
            }),
            (base_url, client_id, secret, key, proxies) => {
                Err(Error::all([base_url.err(), client_id.err(), secret.err(), key.err(), proxies.err()]))
            }
        }
    }

    fn base_url(&self, network: &NetworkSettings) -> Result<klikoo::BaseUrl, Error> {
        let text = given("KLIKOO_BASE_URL", "copy it from Klikoo", self.base_url.as_deref())?;
        let wrong = |error: klikoo::BaseUrlError| Error::one(format!("KLIKOO_BASE_URL: {error}"));
        let url: klikoo::BaseUrl = text.parse().map_err(wrong)?;
        network.permit("KLIKOO_BASE_URL", url.is_in_clear())?;
        Ok(url)
    }

    fn private_key(&self) -> Result<PrivateKey, Error> {
        let missing = || Error::one("KLIKOO_PRIVATE_KEY_FILE is not set: make a key with `ceknomor keygen`");
        PrivateKey::read(self.private_key_file.as_deref().ok_or_else(missing)?).map_err(Error::one)
    }

    /// How long to wait for Klikoo.
    pub fn timeouts(&self) -> Timeouts {
        Timeouts { check: self.check_timeout, ..Timeouts::default() }
    }
}

impl NetworkSettings {
    /// Refuses an address to which secrets would go in clear, unless that is allowed.
    fn permit(&self, name: &str, is_in_clear: bool) -> Result<(), Error> {
        if is_in_clear && !self.allow_http {
            return Err(Error::one(format!(
                "{name}: over http:// to another machine anyone on the way can read secrets: write https://, or set \
                 CEKNOMOR_ALLOW_HTTP=true where the network between is yours alone"
            )));
        }
        Ok(())
    }
}

fn exposed(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(|secret| secret.expose_secret())
}

/// Whether a text has letters, digits, `-` and `_` alone.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A setting that must be there, without the spaces around it.
fn given<'a>(name: &str, remedy: &str, value: Option<&'a str>) -> Result<&'a str, Error> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    value.ok_or_else(|| Error::one(format!("{name} is not set: {remedy}")))
}

/// Takes a value that can be typed on a keyboard; a mark that shows nothing came along with a copy.
fn typed<'a>(name: &str, value: &'a str) -> Result<&'a str, Error> {
    match value.chars().enumerate().find(|(_, c)| !matches!(c, ' '..='~')) {
        None => Ok(value),
        Some((at, c)) => Err(Error::one(format!(
            "{name} holds a character that no key types (U+{:04X}, the {}. one): type it, or copy it anew",
            u32::from(c),
            at + 1
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_character_that_no_key_types_is_named_by_its_number() {
        let said = |value| typed("KLIKOO_CLIENT_ID", value).map_err(|error| error.to_string());
        assert_eq!(said("3f9c8962-4c4b"), Ok("3f9c8962-4c4b"));
        for (value, mark) in [("3f9c\u{200b}8962", "U+200B, the 5. one"), ("\u{feff}3f9c", "U+FEFF, the 1. one")] {
            assert!(said(value).is_err_and(|error| error.contains(mark) && error.starts_with("KLIKOO_CLIENT_ID")));
        }
    }

    #[test]
    fn every_missing_setting_is_named_at_once() {
        let nothing = KlikooSettings {
            base_url: Some(" ".into()),
            client_id: None,
            client_secret: None,
            private_key_file: None,
            check_timeout: Duration::from_secs(25),
        };
        let Err(Error(lines)) = nothing.account(&NetworkSettings::default()) else { panic!("an empty account") };
        for name in ["KLIKOO_BASE_URL", "KLIKOO_CLIENT_ID", "KLIKOO_CLIENT_SECRET", "KLIKOO_PRIVATE_KEY_FILE"] {
            assert_eq!(lines.iter().filter(|line| line.starts_with(name)).count(), 1, "{name} in {lines:?}");
        }
    }
}
