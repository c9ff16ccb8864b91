//! `/atur`: how a chat shows its customers' names, how long it keeps its checks, and who sees them. One message with
//! buttons, changed where it stands; `/atur nama samar` does the same in words.

use super::{
    action::Action,
    button::Button,
    conversation::Conversation,
    message::{Asker, Place, Reply},
    setting::{DAYS, Setting},
};
use crate::{
    locale::{Html, Words},
    say,
    store::{self, AuditAct, AuditEntry, ChatOptions, NamesShown},
    value::UserId,
};

impl Conversation {
    /// Changes what is to be changed, and shows what the chat has chosen.
    pub(super) async fn settings(
        &self,
        words: Words<'_>,
        asker: &Asker,
        change: Option<Setting>,
    ) -> Result<Reply, store::Error> {
        let place = Place::of(asker.chat);
        let is_out_of_place = change.is_some_and(|change| change.is_of_groups() && place == Place::Private);
        let mut options = self.preferences.options(asker.chat).await?;
        if let Some(change) = change.filter(|_| !is_out_of_place) {
            options = change.put_into(options);
            self.preferences.set_options(asker.chat, options).await?;
            let what = match change {
                Setting::Names(_) => "names",
                Setting::Days(_) => "days",
                Setting::OwnOnly(_) => "seen",
            };
            let entry = AuditEntry::by(asker.user, asker.chat, AuditAct::Setting, what, self.clock.now());
            self.audit.note(entry).await;
            tracing::info!(chat = %asker.chat, ?change, "a chat's settings were changed");
        }
        let note = is_out_of_place.then(|| say!(words, "settings-groups-only"));
        Ok(self.show_settings(words, options, place, asker.user, note))
    }

    fn show_settings(
        &self,
        words: Words<'_>,
        options: ChatOptions,
        place: Place,
        owner: UserId,
        note: Option<Html>,
    ) -> Reply {
        let names = match options.names {
            NamesShown::Whole => say!(words, "settings-names-whole"),
            NamesShown::Masked => say!(words, "settings-names-masked"),
            NamesShown::Asker => say!(words, "settings-names-asker"),
        };
        let kept = kept_for(words, options.days(self.keep_days));
        let mut lines = vec![
            say!(words, "settings-heading"),
            say!(words, "settings-names", choice = names),
            say!(words, "settings-kept", choice = kept),
        ];
        let choice = |label: Html, setting: Setting, is_chosen: bool| {
            let mark = if is_chosen { "✅ " } else { "" };
            Button::press(format!("{mark}{}", label.plain()), Action::Set(setting), owner)
        };
        let name = |label: Html, names: NamesShown| choice(label, Setting::Names(names), options.names == names);
        let asker = (place == Place::Group).then(|| name(say!(words, "button-names-asker"), NamesShown::Asker));
        let names = [
            name(say!(words, "button-names-whole"), NamesShown::Whole),
            name(say!(words, "button-names-masked"), NamesShown::Masked),
        ];
        let possible = DAYS.into_iter().filter(|days| self.keep_days == 0 || *days < self.keep_days);
        let days = possible.map(|days| {
            let label = say!(words, "button-days", days = days);
            choice(label, Setting::Days(Some(days)), options.keep_days == Some(days))
        });
        let longest = match self.keep_days {
            0 => say!(words, "button-days-forever"),
            most => say!(words, "button-days", days = most),
        };
        let is_longest = options.days(self.keep_days) == self.keep_days;
        let days = days.chain([choice(longest, Setting::Days(None), is_longest)]);
        let mut rows: Vec<Vec<Button>> =
            vec![names.into_iter().chain(asker).flatten().collect(), days.flatten().collect()];
        if place == Place::Group {
            let seen = match options.own_only {
                true => say!(words, "settings-seen-own"),
                false => say!(words, "settings-seen-all"),
            };
            lines.push(say!(words, "settings-seen", choice = seen));
            let own = choice(say!(words, "button-seen-own"), Setting::OwnOnly(true), options.own_only);
            let all = choice(say!(words, "button-seen-all"), Setting::OwnOnly(false), !options.own_only);
            rows.push(own.into_iter().chain(all).collect());
        }
        lines.extend(note);
        Reply::new(Html::lines(lines), rows)
    }

    /// `/privasi`: what is kept, why, for how long, who sees it, how to have it deleted, who answers for it.
    pub(super) async fn privacy(&self, asker: &Asker) -> Html {
        let words = self.words(asker.chat).await;
        let options = self.options(asker.chat).await;
        let seen = match (Place::of(asker.chat), options.own_only) {
            (Place::Private, _) => say!(words, "privacy-seen-private"),
            (Place::Group, true) => say!(words, "privacy-seen-own"),
            (Place::Group, false) => say!(words, "privacy-seen-all"),
        };
        let mut owners = Vec::new();
        for owner in self.access.owners() {
            owners.push(self.names.of(words, owner).await);
        }
        let kept = kept_for(words, options.days(self.keep_days));
        let count = owners.len();
        say!(words, "privacy", kept = kept, seen = seen, count = count, owners = Html::joined(owners, ", "))
    }
}

/// For how long checks are kept, in words; 0 days: for ever.
fn kept_for(words: Words<'_>, days: u32) -> Html {
    match days {
        0 => say!(words, "kept-forever"),
        days => say!(words, "kept-days", days = days),
    }
}
