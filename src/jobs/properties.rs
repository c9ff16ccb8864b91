//! What holds for every task in the store, whatever its text says. The property tests call it with texts that are made,
//! the fuzz target `task` with texts that are found. It panics where something does not hold.

use super::task::Task;
use crate::{
    catalog::Catalog,
    chat::Intent,
    inquiry::parse::{self, Request},
};

/// Checks what is made of `kept` as a task of the store.
pub(crate) fn task(kept: &str, catalog: &Catalog) {
    let Some(task) = Task::read(kept) else { return };
    if let Intent::Check { check, .. } = &task.intent
        && let Some(request) = Request::of(check, catalog)
    {
        // A check is one that could be typed: no provider is asked about what the disk made up.
        parse::properties::is_valid(&request);
    }
    if let Intent::List { list, .. } = &task.intent {
        let requests = list.items.iter().filter_map(|item| Request::of(&item.check, catalog));
        requests.for_each(|request| parse::properties::is_valid(&request));
    }
    assert_eq!(Task::read(&task.write()), Some(task), "it reads back as another");
}
