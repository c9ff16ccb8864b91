//! `/undang`: a link that lets somebody in, and those that do so yet.

use std::cmp::Reverse;

use chrono::TimeDelta;

use super::order::{InviteId, InviteOrder};
use crate::{
    chat::{
        action::Action,
        button::Button,
        conversation::Conversation,
        message::{Asker, Reply},
    },
    locale::{Html, Words, moment},
    say,
    store::{self, AuditAct},
};

/// How many invitations are shown: a message and its buttons stay readable.
const SHOWN: usize = 10;

impl Conversation {
    pub(in crate::chat) async fn invite(
        &self,
        words: Words<'_>,
        asker: &Asker,
        order: InviteOrder,
    ) -> Result<Reply, store::Error> {
        let InviteOrder::New { uses, hours } = order else { return Ok(say!(words, "invite-usage").into()) };
        let made = self.access.invites.make(asker.user, uses, TimeDelta::hours(hours.into())).await?;
        if made.is_some() {
            self.note_by(asker.user, AuditAct::Invite, "done", None).await;
        }
        let lines = match made {
            Some((token, invite)) => {
                let until = moment(invite.expires, self.clock.now(), words);
                let link = format!("https://t.me/{}?start={token}", self.names.bot());
                vec![
                    say!(words, "invite-made", uses = uses, until = until),
                    Html::code(&link),
                    say!(words, "invite-how"),
                ]
            }
            None => vec![say!(words, "invites-full")],
        };
        let Reply { text, buttons, .. } = self.open_invites(words, asker).await?;
        Ok(Reply::new(Html::lines(lines.into_iter().chain([Html::default(), text])), buttons))
    }

    pub(in crate::chat) async fn revoke_invite(
        &self,
        words: Words<'_>,
        asker: &Asker,
        id: &InviteId,
    ) -> Result<Reply, store::Error> {
        if self.access.invites.revoke(id.as_str()).await? {
            self.note_by(asker.user, AuditAct::Invite, "lifted", None).await;
        }
        let Reply { text, buttons, .. } = self.open_invites(words, asker).await?;
        Ok(Reply::new(Html::lines([say!(words, "invite-revoked"), Html::default(), text]), buttons))
    }

    /// Those that let somebody in yet, the newest first, each with a button that ends it; of many, the newest.
    async fn open_invites(&self, words: Words<'_>, asker: &Asker) -> Result<Reply, store::Error> {
        let mut open = self.access.invites.open().await?;
        open.sort_by_key(|(_, invite)| Reverse(invite.since));
        if open.is_empty() {
            return Ok(say!(words, "invites-none").into());
        }
        let (mut lines, mut buttons) = (vec![say!(words, "invites-heading")], Vec::new());
        for (number, (id, invite)) in (1_usize..).zip(open.iter().take(SHOWN)) {
            let until = moment(invite.expires, self.clock.now(), words);
            let name = self.names.of(words, invite.by).await;
            let (left, uses) = (invite.left, invite.uses);
            lines.push(say!(
                words,
                "invite-entry",
                number = number,
                left = left,
                uses = uses,
                until = until,
                name = name,
                id = id
            ));
            let label = say!(words, "button-revoke", number = number);
            let revoke = InviteId::new(id).and_then(|id| Button::press(label, Action::RevokeInvite(id), asker.user));
            buttons.extend(revoke);
        }
        if let Some(more) = open.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            lines.push(say!(words, "invites-more", count = more));
        }
        Ok(Reply::new(Html::lines(lines), buttons.chunks(3).map(<[Button]>::to_vec).collect()))
    }
}
