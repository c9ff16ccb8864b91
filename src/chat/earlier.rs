//! What a chat's history says of a check: the answer that it had lately, the name that it had before, the one that
//! "once more" means; and the answer of a check with all of that.

use chrono::TimeDelta;

use super::{
    answer::{self, Checked},
    conversation::Conversation,
    message::{Alert, Asker, Reply},
};
use crate::{
    catalog::ProductCode,
    inquiry::parse::{Check, Request},
    store::{Cursor, MAX_PAGE_LEN, NamesShown, Page, Record, Search, Seq},
    value::{Customer, CustomerName, CustomerNumber, Verdict},
};

impl Conversation {
    /// The check that "once more" means, as the history has it: the agent's last one in the chat, or the last one of a
    /// number.
    pub async fn last_check(&self, asker: &Asker, number: Option<&CustomerNumber>) -> Option<Request> {
        let page = self.history.page(asker.chat, Cursor::Newest, MAX_PAGE_LEN).await;
        let page = page.inspect_err(|error| tracing::error!(%error, "the last check cannot be read")).ok()?;
        let view = self.view(asker).await;
        let is_meant = |record: &&Record| number.map_or(record.agent == asker.user, |number| record.number == *number);
        let mut records = page.records.iter().map(|(_, record)| record).filter(|record| view.shows_record(record));
        let record = records.find(is_meant)?;
        let code = ProductCode::new(&record.product)?;
        let check = Check { code, number: record.number.clone(), nominal: record.nominal };
        Request::of(&check, &self.catalog.now())
    }

    /// Those of a chat's last checks that the asker may see, the newest first. A store that fails costs the convenience
    /// of an earlier answer.
    pub(super) async fn newest(&self, asker: &Asker) -> Vec<(Seq, Record)> {
        let page = self.history.page(asker.chat, Cursor::Newest, MAX_PAGE_LEN).await;
        let page = page.inspect_err(|error| tracing::error!(%error, "earlier checks cannot be read"));
        let (mut records, view) = (page.unwrap_or_default().records, self.view(asker).await);
        records.retain(|(_, record)| view.shows_record(record));
        records
    }

    /// Whether a record answers its check well enough for now, so that the provider need not be asked again.
    pub(super) fn is_good(&self, record: &Record) -> bool {
        let age = self.clock.now() - record.at;
        let is_answer = matches!(record.outcome.verdict, Verdict::Found(_) | Verdict::NotFound);
        is_answer && age >= TimeDelta::zero() && self.recent.is_some_and(|window| age < window)
    }

    /// Those of the chat's last checks that were this very one and that the asker may see, the newest first.
    async fn same(&self, asker: &Asker, request: &Request) -> impl Iterator<Item = Record> {
        let search = Search {
            product: Some(request.product.code.to_string()),
            digits: Some(request.number.as_str().to_owned()),
            among: Some(MAX_PAGE_LEN),
            ..Search::default()
        };
        let page = match self.view(asker).await.narrow(search) {
            Some(search) => self.history.find(asker.chat, &search, Cursor::Newest, MAX_PAGE_LEN).await,
            None => Ok(Page::default()),
        };
        let page = page.inspect_err(|error| tracing::error!(%error, "earlier checks cannot be read"));
        let records = page.unwrap_or_default().records.into_iter().map(|(_, record)| record);
        records.filter(|record| is_of(record, request))
    }

    /// The answer that the chat had for the same check lately, where the asker may see it.
    pub async fn recent(&self, asker: &Asker, request: &Request) -> Option<Checked> {
        self.recent?;
        let record = self.same(asker, request).await.next()?;
        let Record { outcome, at, .. } = Some(record).filter(|record| self.is_good(record))?;
        Some(Checked { outcome, at, kept: true, is_earlier: true })
    }

    /// The answer of a check, and what the owners have to be told of it.
    pub async fn answer(
        &self,
        asker: &Asker,
        request: &Request,
        checked: &Checked,
        name: Option<&str>,
    ) -> (Reply, Option<Alert>) {
        let words = self.words(asker.chat).await;
        let names = self.options(asker.chat).await.names;
        let before = match &checked.outcome.verdict {
            Verdict::Found(customer) if self.recent.is_some() => self.name_before(asker, request, customer).await,
            _ => None,
        };
        let text = answer::answer(words, request, checked, name, before.as_ref());
        let buttons = answer::buttons(words, &self.catalog.now(), request, checked, asker.user);
        let has_name = matches!(&checked.outcome.verdict, Verdict::Found(Customer { name: Some(_), .. }));
        let is_for_asker = names == NamesShown::Asker && asker.chat.is_group() && !asker.user.is_stand_in() && has_name;
        let whole = words.masking_names(false);
        let to_asker = is_for_asker.then(|| answer::answer(whole, request, checked, name, before.as_ref()));
        let reply = Reply { to_asker, ..Reply::new(text, buttons) };
        (reply, answer::alert_of(&request.product, &checked.outcome))
    }

    /// The name that the same check had before, where it is another.
    async fn name_before(&self, asker: &Asker, request: &Request, customer: &Customer) -> Option<CustomerName> {
        let name = customer.name.as_ref()?;
        let mut names = self.same(asker, request).await.filter_map(|record| match record.outcome.verdict {
            Verdict::Found(customer) => customer.name,
            _ => None,
        });
        names.find(|before| before != name)
    }
}

/// Whether a record is of this very check.
pub(super) fn is_of(record: &Record, request: &Request) -> bool {
    record.product == request.product.code.as_str()
        && record.number == request.number
        && record.nominal == request.nominal
}
