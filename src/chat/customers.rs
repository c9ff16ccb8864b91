//! `/simpan` and `/pelanggan`: the customers whom an agent keeps under names of the agent's own, and `cek NAMA`.
//!
//! They belong to the agent, in whichever chat. Administrators who write as their group keep none: what Telegram says
//! of them is the same in every group.

use chrono::DateTime;

use super::{
    action::Action,
    alias::{Alias, CustomerOrder},
    button::Button,
    conversation::Conversation,
    intent::Intent,
    message::{Asker, PinIn, Reply},
    pages::Page,
    refusal::refusal,
};
use crate::{
    inquiry::parse::{Check, Parsed, parse},
    locale::{Html, Words},
    say,
    store::{self, AuditAct, AuditEntry, MAX_PAGE_LEN, Row, RowKind},
    value::UserId,
};

/// The most customers that one agent keeps.
const MAX_CUSTOMERS: usize = 500;

/// Customers on a page.
const PAGE_LEN: usize = 10;

impl Conversation {
    /// `/simpan busiti PLN20 01105691111`: the name goes up to the product's code.
    pub(super) fn save_order(&self, args: &str) -> Intent {
        let words: Vec<&str> = args.split_whitespace().collect();
        let is_code = |word: &&str| {
            let code = word.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or_default();
            self.catalog.now().get(code).is_some()
        };
        let name_len = words.iter().position(is_code).unwrap_or(1);
        let order = |order, pin| Intent::Customers { order, pin };
        let (name, check) = words.split_at(name_len.min(words.len()));
        if check.is_empty() {
            // A PIN may stand anywhere.
            let pin = parse(args, &self.catalog.now()).pin_seen.then_some(PinIn::Message);
            return order(CustomerOrder::SaveUsage, pin);
        }
        let Parsed { request, pin_seen, .. } = parse(&check.join(" "), &self.catalog.now());
        let pin = pin_seen.then_some(PinIn::Message);
        match (Alias::free(&name.join(" "), &self.catalog.now()), request) {
            (None, _) if name.is_empty() => order(CustomerOrder::SaveUsage, pin),
            (None, _) => order(CustomerOrder::BadAlias, pin),
            (Some(alias), Ok(request)) => order(CustomerOrder::Save(alias, request.check()), pin),
            (Some(_), Err(refusal)) => order(CustomerOrder::BadCheck(refusal), pin),
        }
    }

    /// `/pelanggan`, `/pelanggan hapus busiti`, `/pelanggan ganti busiti ibusiti`.
    pub(super) fn customers_order(&self, args: &str) -> Intent {
        let words: Vec<&str> = args.split_whitespace().collect();
        let order = match words.as_slice() {
            [] => CustomerOrder::List,
            [word, name @ ..] if ["hapus", "delete"].contains(&word.to_lowercase().as_str()) => {
                Alias::new(&name.join(" ")).map_or(CustomerOrder::Usage, CustomerOrder::Delete)
            }
            [word, names @ ..] if ["ganti", "rename"].contains(&word.to_lowercase().as_str()) => {
                // Of names of several words the middle is not known: `ganti bu siti jadi ibu siti` says where it is.
                let join = names.iter().position(|word| ["jadi", "ke", "to", "->"].contains(word));
                let (from, to) = match (names, join) {
                    (_, Some(at)) => (names.get(..at).unwrap_or_default(), names.get(at + 1..).unwrap_or_default()),
                    (names, None) => names.split_at(1.min(names.len())),
                };
                match (Alias::new(&from.join(" ")), Alias::free(&to.join(" "), &self.catalog.now())) {
                    (Some(from), Some(to)) => CustomerOrder::Rename(from, to),
                    (Some(_), None) if !to.is_empty() => CustomerOrder::BadAlias,
                    _ => CustomerOrder::Usage,
                }
            }
            _ => CustomerOrder::Usage,
        };
        Intent::Customers { order, pin: None }
    }

    /// Does what is to be done with the agent's customers, and says so.
    pub(super) async fn customers(
        &self,
        words: Words<'_>,
        asker: &Asker,
        order: &CustomerOrder,
    ) -> Result<Reply, store::Error> {
        Ok(match order {
            _ if asker.user.is_stand_in() => say!(words, "customers-anonymous").into(),
            CustomerOrder::Save(alias, check) => self.save(words, asker.user, alias, check).await?.into(),
            CustomerOrder::List => self.list_customers(words, asker.user, 0).await?,
            CustomerOrder::Delete(alias) => self.delete(words, asker, alias).await?.into(),
            CustomerOrder::Rename(from, to) => self.rename(words, asker.user, from, to).await?.into(),
            CustomerOrder::BadAlias => say!(words, "customer-bad-alias").into(),
            CustomerOrder::BadCheck(bad) => refusal(words, &self.catalog.now(), bad).into(),
            CustomerOrder::SaveUsage => say!(words, "customer-save-usage").into(),
            CustomerOrder::Usage => say!(words, "customers-usage").into(),
        })
    }

    /// Deletes a customer, and shows a page of those who are left.
    pub(super) async fn forget_customer(
        &self,
        words: Words<'_>,
        asker: &Asker,
        page: usize,
        alias: &Alias,
    ) -> Result<Reply, store::Error> {
        let deleted = self.delete(words, asker, alias).await?;
        let Reply { text, buttons, .. } = self.list_customers(words, asker.user, page).await?;
        Ok(Reply::new(Html::lines([deleted, text]), buttons))
    }

    async fn save(&self, words: Words<'_>, agent: UserId, alias: &Alias, check: &Check) -> Result<Html, store::Error> {
        let before = self.customer(agent, alias).await?;
        if before.is_none() && self.kept(agent).await?.len() >= MAX_CUSTOMERS {
            return Ok(say!(words, "customers-full", count = MAX_CUSTOMERS));
        }
        self.put(agent, alias, check).await?;
        let (name, line) = (alias.to_string(), check.line());
        let mut lines = vec![say!(words, "customer-saved", name = words.given_name(&name), line = Html::code(&line))];
        if let Some(before) = before.filter(|before| before != check) {
            lines.push(say!(words, "customer-replaced", line = Html::code(&before.line())));
        }
        if !words.masks_names() {
            lines.push(say!(words, "customer-how", name = &name));
        }
        Ok(Html::lines(lines))
    }

    async fn delete(&self, words: Words<'_>, asker: &Asker, alias: &Alias) -> Result<Html, store::Error> {
        let name = words.given_name(&alias.to_string());
        Ok(match self.rows.remove(RowKind::Customer, &alias.key(asker.user)).await? {
            true => {
                let now = self.clock.now();
                self.audit.note(AuditEntry::by(asker.user, asker.chat, AuditAct::Delete, "customer", now)).await;
                say!(words, "customer-deleted", name = name)
            }
            false => say!(words, "customer-unknown", name = name),
        })
    }

    async fn rename(&self, words: Words<'_>, agent: UserId, from: &Alias, to: &Alias) -> Result<Html, store::Error> {
        let (old, new) = (words.given_name(&from.to_string()), words.given_name(&to.to_string()));
        let Some(check) = self.customer(agent, from).await? else {
            return Ok(match self.customer(agent, to).await? {
                // Done before the bot last ended, perhaps.
                Some(_) if from != to => say!(words, "customer-renamed-before", old = old, new = new),
                _ => say!(words, "customer-unknown", name = old),
            });
        };
        if from != to && self.customer(agent, to).await?.is_some_and(|there| there != check) {
            return Ok(say!(words, "customer-alias-used", name = new));
        }
        self.put(agent, to, &check).await?;
        if from != to {
            self.rows.remove(RowKind::Customer, &from.key(agent)).await?;
        }
        Ok(say!(words, "customer-renamed", old = old, new = new))
    }

    /// A page of the customers, the first being 0.
    pub(super) async fn list_customers(
        &self,
        words: Words<'_>,
        agent: UserId,
        page: usize,
    ) -> Result<Reply, store::Error> {
        let kept = self.kept(agent).await?;
        let Some(page) = Page::of(&kept, PAGE_LEN, page) else {
            return Ok(say!(words, "customers-none").into());
        };
        let mut lines = vec![say!(words, "customers-heading", count = kept.len())];
        let mut buttons = Vec::new();
        for (alias, check) in page.items {
            let name = words.given_name(&alias.to_string());
            lines.push(say!(words, "customer-entry", name = name.clone(), line = Html::code(&check.line())));
            let check = Button::press(format!("🔎 {}", name.plain()), Action::Check(check.clone()), agent);
            // What is copied shows the name.
            let rename = (!words.masks_names())
                .then(|| Button::Copy { label: "✏️".to_owned(), text: format!("/pelanggan ganti {alias} jadi ") });
            let delete = Button::press("🗑", Action::ForgetCustomer(page.number, alias.clone()), agent);
            buttons.push(check.into_iter().chain(rename).chain(delete).collect());
        }
        lines.push(say!(words, "customers-how"));
        Ok(Reply::new(Html::lines(lines), buttons).with_row(page.turns(words, agent, Action::Customers)))
    }

    /// All customers of an agent, by name.
    async fn kept(&self, agent: UserId) -> Result<Vec<(Alias, Check)>, store::Error> {
        let prefix = format!("{agent}:");
        let rows = self.rows.list(RowKind::Customer, Some(&prefix), MAX_CUSTOMERS.min(MAX_PAGE_LEN)).await?;
        let read = |row: &Row| {
            let alias = Alias::new(row.key.strip_prefix(&prefix)?)?;
            Some((alias, row.read()?))
        };
        Ok(rows.iter().take_while(|row| row.key.starts_with(&prefix)).filter_map(read).collect())
    }

    pub(super) async fn customer(&self, agent: UserId, alias: &Alias) -> Result<Option<Check>, store::Error> {
        // A customer never expires, whatever the time is.
        self.rows.get_json(RowKind::Customer, &alias.key(agent), DateTime::UNIX_EPOCH).await
    }

    async fn put(&self, agent: UserId, alias: &Alias, check: &Check) -> Result<(), store::Error> {
        self.rows.put(Row::json(RowKind::Customer, alias.key(agent), check, None)).await
    }
}
