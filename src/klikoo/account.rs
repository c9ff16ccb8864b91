//! What it takes to make a client: the partner's account, and how long to wait.

use std::{str::FromStr, time::Duration};

use reqwest::Url;
use secrecy::SecretString;

use super::key::PrivateKey;
use crate::value::is_this_machine;

/// The partner's account, as the dashboard shows it (Pengaturan → Konfigurasi API).
#[derive(Clone, Debug)]
pub struct Account {
    /// The base URL that the vendor gave, with the gateway's prefix if it has one.
    pub base_url: BaseUrl,
    /// The client id, a UUID v4.
    pub client_id: String,
    /// The client secret, 32 characters.
    pub client_secret: SecretString,
    /// The private key whose public half is registered in the dashboard.
    pub private_key: PrivateKey,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// One whole operation: token, requests and repeats together.
    pub check: Duration,
    /// Making one connection.
    pub connect: Duration,
    /// One request, from connecting to the last byte of its answer.
    pub read: Duration,
}

impl Default for Timeouts {
    /// 25 s for a check, in which an attempt that is silent for 15 s leaves 10 s for another.
    fn default() -> Self {
        Self { check: Duration::from_secs(25), connect: Duration::from_secs(5), read: Duration::from_secs(15) }
    }
}

/// The address of the partner API: `http` or `https`, perhaps with a gateway's path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not a base URL, and the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BaseUrlError(&'static str);

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let mut url = url.ok_or(BaseUrlError(
            "this is no address over http or https; copy the base URL from Klikoo, such as https://HOST/klikoo-b2b",
        ))?;
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError("a base URL ends with its path: leave out user name, password, `?…` and `#…`"));
        }
        if url.path().contains("/v1/open-api") {
            return Err(BaseUrlError("leave out `/v1/open-api` and what follows: it is added to every request"));
        }
        let without_slash = url.path().trim_end_matches('/').to_owned();
        url.set_path(&without_slash);
        Ok(Self(url))
    }
}

impl BaseUrl {
    /// Where a request for `path` goes: behind the gateway's prefix, which no signature covers.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// Whether what is sent there, the client secret too, can be read on the way: over `http` to another machine.
    pub fn is_in_clear(&self) -> bool {
        self.0.scheme() == "http" && !self.is_this_machine()
    }

    /// Whether the API, a sandbox then, runs on this very machine.
    pub(super) fn is_this_machine(&self) -> bool {
        self.0.host_str().is_some_and(is_this_machine)
    }
}

/// Why a client cannot be made. Each text names the remedy.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each text says what is missing")]
pub enum SetupError {
    #[error("the client id is empty; copy it from the dashboard into KLIKOO_CLIENT_ID")]
    NoClientId,
    #[error("the client secret is empty; copy it from the dashboard into KLIKOO_CLIENT_SECRET")]
    NoClientSecret,
    #[error("the HTTP client could not be made: {0}")]
    Http(#[source] reqwest::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(base: &str) -> String {
        base.parse::<BaseUrl>().unwrap().join("/v1/open-api/balance").to_string()
    }

    #[test]
    fn the_gateways_prefix_is_kept_and_a_trailing_slash_does_no_harm() {
        for base in
            ["https://gw.example/klikoo-b2b", "https://gw.example/klikoo-b2b/", " https://gw.example/klikoo-b2b// "]
        {
            assert_eq!(join(base), "https://gw.example/klikoo-b2b/v1/open-api/balance");
        }
        assert_eq!(join("http://127.0.0.1:8080"), "http://127.0.0.1:8080/v1/open-api/balance");
    }

    #[test]
    fn what_is_no_base_url_is_refused_with_its_remedy() {
        for (text, remedy) in [
            ("", "no address over http"),
            ("gw.example", "no address over http"),
            ("ftp://gw.example", "no address over http"),
            ("https://", "no address over http"),
            ("https://user:pw@gw.example", "leave out user name"),
            ("https://gw.example/?a=b", "leave out user name"),
            ("https://gw.example/#x", "leave out user name"),
            ("https://gw.example/p/v1/open-api/", "leave out `/v1/open-api`"),
        ] {
            assert!(text.parse::<BaseUrl>().unwrap_err().to_string().contains(remedy), "{text}");
        }
    }
}
