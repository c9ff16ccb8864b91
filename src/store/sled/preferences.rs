//! What each chat has chosen, in its tree: one row for each choice.

use ::sled::IVec;
use async_trait::async_trait;

use super::super::{Error, Preferences, key};
use super::SledStore;
use super::database::TreeName;
use super::engine::catching;
use super::writer::Write;
use crate::value::{ChatId, Language};

impl SledStore {
    /// Reads one row where it stands: unlike a page, this happens once or twice for *every* message, and a change of
    /// thread would cost several times the microsecond that a row in sled's cache takes. All rows of all chats are a
    /// few pages; where one was pushed out of that cache, a read of some KiB from the disk holds up the runtime.
    fn preference(&self, key: [u8; 9]) -> Result<Option<IVec>, Error> {
        let trees = self.trees()?;
        catching(&self.0.dir, || trees.get(TreeName::Preferences, &key))?
    }

    async fn put_preference(&self, key: [u8; 9], value: Vec<u8>) -> Result<(), Error> {
        let write = Write::Put { tree: TreeName::Preferences, key: key.to_vec(), value };
        self.commit(write).await.map(|_done| ())
    }
}

#[async_trait]
impl Preferences for SledStore {
    async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error> {
        let Some(code) = self.preference(key::of_language(chat))? else { return Ok(None) };
        let language = std::str::from_utf8(&code).ok().and_then(Language::from_code);
        if language.is_none() {
            tracing::error!(chat = chat.0, "a chat's language cannot be read: passed over");
        }
        Ok(language)
    }

    async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error> {
        self.put_preference(key::of_language(chat), language.code().as_bytes().to_vec()).await
    }

    async fn origin(&self, chat: ChatId) -> Result<Option<ChatId>, Error> {
        let Some(id) = self.preference(key::of_origin(chat))? else { return Ok(None) };
        let origin = id.as_ref().try_into().ok().map(|id| ChatId(i64::from_be_bytes(id)));
        if origin.is_none() {
            tracing::error!(chat = chat.0, "a chat's origin cannot be read: passed over");
        }
        Ok(origin)
    }

    async fn set_origin(&self, new: ChatId, ChatId(old): ChatId) -> Result<(), Error> {
        self.put_preference(key::of_origin(new), old.to_be_bytes().to_vec()).await
    }
}
