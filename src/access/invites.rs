//! Invitations: a token that lets in whoever brings it, so many times, until a moment. The store has the hash of a
//! token, and never the token.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    clock::Clock,
    store::{Error, KeyValue, MAX_PAGE_LEN, Row, RowKind},
    value::UserId,
};

/// How many invitations may be open at once.
const MAX_OPEN: usize = 50;

/// The bytes of a public id and of what only the token has; a token is both as Base64, 30 characters that a deep link
/// takes (Bot API, "Deep linking": `A-Z`, `a-z`, `0-9`, `_` and `-`, at most 64).
const ID_LEN: usize = 6;
const SECRET_LEN: usize = 16;

/// The characters of an id.
const ID_CHARS: usize = 8;

/// How often a use is tried that others came before.
const TRIES: usize = 20;

/// An invitation, as it is kept.
#[derive(Clone, derive_more::Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// SHA-256 of the token, as Base64.
    #[serde(rename = "h")]
    #[debug(skip)]
    hash: String,
    /// How many it lets in yet.
    #[serde(rename = "l")]
    pub left: u32,
    /// How many it let in from the beginning.
    #[serde(rename = "u")]
    pub uses: u32,
    /// Who came by it: whom it let in comes in again by the same use, as where the bot ended before they had their
    /// role.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    came: Vec<UserId>,
    /// Who made it.
    #[serde(rename = "b")]
    pub by: UserId,
    /// When.
    #[serde(rename = "t", with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// When it ends.
    #[serde(rename = "e", with = "chrono::serde::ts_milliseconds")]
    pub expires: DateTime<Utc>,
}

/// The rows of invitations.
#[derive(Clone)]
pub struct Invites {
    rows: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
}

impl Invites {
    /// Those that are kept in `rows`.
    pub(super) fn new(rows: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { rows, clock }
    }

    /// Makes an invitation and gives its token, which is known to nobody else. `None`: too many are open.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn make(&self, by: UserId, uses: u32, lasts: TimeDelta) -> Result<Option<(String, Invite)>, Error> {
        if self.open().await?.len() >= MAX_OPEN {
            return Ok(None);
        }
        let mut random = [0; ID_LEN + SECRET_LEN];
        OsRng.fill_bytes(&mut random);
        let (id, secret) = random.split_at(ID_LEN);
        let (id, secret) = (URL_SAFE_NO_PAD.encode(id), URL_SAFE_NO_PAD.encode(secret));
        let token = format!("{id}{secret}");
        let now = self.clock.now();
        let invite =
            Invite { hash: hash(&token), left: uses, uses, came: Vec::new(), by, since: now, expires: now + lasts };
        let is_kept = self.rows.put_if(row(&id, &invite), None, now).await?;
        Ok(is_kept.then_some((token, invite)))
    }

    /// Those that let somebody in yet, with their ids.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn open(&self) -> Result<Vec<(String, Invite)>, Error> {
        let now = self.clock.now();
        let rows = self.rows.list(RowKind::Invite, None, MAX_PAGE_LEN).await?;
        let read = |row: Row| Some((row.key, serde_json::from_str::<Invite>(&row.value).ok()?));
        let invites = rows.into_iter().filter_map(read);
        Ok(invites.filter(|(_, invite)| invite.left > 0 && invite.expires > now).collect())
    }

    /// Ends all invitations that `by` has made.
    ///
    /// # Errors
    /// Some are not known to be ended.
    pub async fn revoke_all_of(&self, by: UserId) -> Result<(), Error> {
        for (id, _) in self.open().await?.into_iter().filter(|(_, invite)| invite.by == by) {
            self.revoke(&id).await?;
        }
        Ok(())
    }

    /// Ends an invitation; `false` where there is none.
    ///
    /// # Errors
    /// It is not known to be ended.
    pub async fn revoke(&self, id: &str) -> Result<bool, Error> {
        self.rows.remove(RowKind::Invite, id).await
    }

    /// Uses a token, once for the same person, who was last taken off at `left_at`: who was taken off does not come
    /// back by an older invitation. `None`: it is none of ours, or lets nobody in any more; which of these is not told.
    ///
    /// # Errors
    /// It is not known to be used.
    pub async fn spend(
        &self,
        token: &str,
        user: UserId,
        left_at: Option<DateTime<Utc>>,
    ) -> Result<Option<Invite>, Error> {
        let Some(id) = token.get(..ID_CHARS) else { return Ok(None) };
        let given = hash(token);
        for _ in 0..TRIES {
            let now = self.clock.now();
            let Some(value) = self.rows.get(RowKind::Invite, id, now).await? else { return Ok(None) };
            let Ok(mut invite) = serde_json::from_str::<Invite>(&value) else { return Ok(None) };
            let is_it: bool = invite.hash.as_bytes().ct_eq(given.as_bytes()).into();
            let is_open = invite.expires > now && left_at.is_none_or(|left_at| left_at < invite.since);
            if !is_it || !is_open {
                return Ok(None);
            }
            if invite.came.contains(&user) {
                return Ok(Some(invite));
            }
            let Some(left) = invite.left.checked_sub(1) else { return Ok(None) };
            invite.left = left;
            invite.came.push(user);
            if self.rows.put_if(row(id, &invite), Some(&value), now).await? {
                return Ok(Some(invite));
            }
        }
        Ok(None)
    }
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

fn row(id: &str, invite: &Invite) -> Row {
    // Plain fields: there is none that JSON cannot hold.
    let value = serde_json::to_string(invite).unwrap_or_default();
    Row { kind: RowKind::Invite, key: id.to_owned(), value, expires: Some(invite.expires) }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::{clock::FixedClock, store::SledStore};

    const BUDI: UserId = UserId(7);

    fn invites() -> (Invites, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)));
        (Invites::new(Arc::new(SledStore::temporary().unwrap()), clock.clone()), clock)
    }

    #[tokio::test]
    async fn of_many_who_come_at_once_as_many_get_in_as_it_has_uses() {
        let (invites, _clock) = invites();
        let (token, _) = invites.make(UserId(1), 3, TimeDelta::days(1)).await.unwrap().unwrap();
        let come = join_all((0..12).map(|id| invites.spend(&token, UserId(id), None))).await;
        assert_eq!(come.into_iter().filter(|came| came.as_ref().unwrap().is_some()).count(), 3);
        assert!(invites.open().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_comes_again_spends_nothing_more() {
        let (invites, _clock) = invites();
        let (token, _) = invites.make(UserId(1), 2, TimeDelta::days(1)).await.unwrap().unwrap();
        for (user, left) in [(7, 1), (7, 1), (8, 0), (7, 0), (8, 0)] {
            let came = invites.spend(&token, UserId(user), None).await.unwrap();
            assert_eq!(came.map(|invite| invite.left), Some(left), "{user}");
        }
        assert_eq!(invites.spend(&token, UserId(9), None).await, Ok(None));
    }

    #[tokio::test]
    async fn a_token_is_good_until_it_ends_and_for_nobody_who_was_taken_off_since() {
        let (invites, clock) = invites();
        let (token, invite) = invites.make(UserId(1), 9, TimeDelta::days(1)).await.unwrap().unwrap();
        assert!(token.len() <= 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let kept = invites.rows.list(RowKind::Invite, None, 9).await.unwrap();
        assert!(!kept[0].value.contains(&token[ID_CHARS..]), "the token is nowhere");
        assert_eq!(invites.spend(&token, BUDI, Some(invite.since + TimeDelta::seconds(1))).await, Ok(None));
        assert!(invites.spend(&token, BUDI, Some(invite.since - TimeDelta::seconds(1))).await.unwrap().is_some());
        for wrong in ["", "x", "é€é€é€é", &token[..29], &format!("{token}x"), &token[..8], &token.to_lowercase()]
        {
            assert_eq!(invites.spend(wrong, BUDI, None).await, Ok(None), "{wrong}");
        }
        clock.advance(TimeDelta::days(1));
        assert_eq!(invites.spend(&token, BUDI, None).await, Ok(None));
    }

    #[tokio::test]
    async fn a_revoked_one_lets_nobody_in_and_only_so_many_are_open() {
        let (invites, _clock) = invites();
        let (token, _) = invites.make(UserId(1), 1, TimeDelta::days(1)).await.unwrap().unwrap();
        assert_eq!(invites.revoke(&token[..ID_CHARS]).await, Ok(true));
        assert_eq!(invites.spend(&token, BUDI, None).await, Ok(None));
        for _ in 0..MAX_OPEN {
            assert!(invites.make(UserId(1), 1, TimeDelta::days(1)).await.unwrap().is_some());
        }
        assert_eq!(invites.make(UserId(1), 1, TimeDelta::days(1)).await, Ok(None));
    }
}
