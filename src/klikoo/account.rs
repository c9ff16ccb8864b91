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

/// Why a text is not a base URL. Each text names the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL with a host, over HTTP.
    #[error("this is no address over http or https; copy the base URL from Klikoo, such as https://HOST/klikoo-b2b")]
    NotHttp,
    /// A query, a fragment, or a user's name and password.
    #[error("a base URL ends with its path: leave out user name, password, `?…` and `#…`")]
    Extra,
    /// The API's own path, which is added to every request.
    #[error("leave out `/v1/open-api` and what follows: it is added to every request")]
    ApiPath,
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| BaseUrlError::NotHttp)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(BaseUrlError::NotHttp);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Extra);
        }
        if url.path().contains("/v1/open-api") {
            return Err(BaseUrlError::ApiPath);
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
pub enum SetupError {
    /// No client id.
    #[error("the client id is empty; copy it from the dashboard into KLIKOO_CLIENT_ID")]
    NoClientId,
    /// No client secret.
    #[error("the client secret is empty; copy it from the dashboard into KLIKOO_CLIENT_SECRET")]
    NoClientSecret,
    /// The HTTP client could not be made.
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
        for (text, error) in [
            ("", BaseUrlError::NotHttp),
            ("gw.example", BaseUrlError::NotHttp),
            ("ftp://gw.example", BaseUrlError::NotHttp),
            ("https://", BaseUrlError::NotHttp),
            ("https://user:pw@gw.example", BaseUrlError::Extra),
            ("https://gw.example/?a=b", BaseUrlError::Extra),
            ("https://gw.example/#x", BaseUrlError::Extra),
            ("https://gw.example/p/v1/open-api/", BaseUrlError::ApiPath),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error), "{text}");
        }
    }
}
