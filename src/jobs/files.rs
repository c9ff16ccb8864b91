//! Files: what is made of the history is sent (`/ekspor`, `/rekap`), and a list that was sent is read.

use super::{outbox::Priority, task::Task, worker::Worker};
use crate::{
    chat::{FileKind, Intent, MAX_FILE_LEN, Notice, Report},
    store::{AuditAct, AuditEntry, Job},
    value::UpdateId,
};

/// Reports that are made at once: each reads a whole history.
pub(super) const MAX_REPORTS: usize = 2;

impl Worker {
    /// Makes a report and sends its files; the bot is seen to be at it meanwhile.
    pub(super) async fn report(&self, job: &Job, task: &Task) {
        let typing = self.outbox.typing(task.to);
        let permit = self.reports.acquire().await;
        let asker = self.asker(job, task);
        let report = match &task.intent {
            Intent::Export { month } => self.conversation.export(&asker, *month, task.asked).await,
            Intent::Recap { period } => self.conversation.recap(&asker, *period, task.asked).await,
            Intent::Statistics { period } => self.conversation.statistics(&asker, *period, task.asked).await,
            _ => return self.apologise(job).await,
        };
        drop(permit);
        drop(typing);
        self.send_report(job, task, report).await;
    }

    /// Sends a list as files.
    pub(super) async fn list_files(&self, job: &Job, task: &Task, list: UpdateId) {
        let _typing = self.outbox.typing(task.to);
        let permit = self.reports.acquire().await;
        let report = self.conversation.list_files(&self.asker(job, task), list).await;
        drop(permit);
        self.send_report(job, task, report).await;
    }

    /// What a file asks for that was sent.
    pub(super) async fn read_file(&self, task: &Task, file: &str, size: Option<u64>) -> Intent {
        let _typing = self.outbox.typing(task.to);
        if size.is_some_and(|size| usize::try_from(size).is_ok_and(|size| size > MAX_FILE_LEN)) {
            return Intent::FileRefused;
        }
        match self.outbox.read_file(file, MAX_FILE_LEN).await {
            Ok(bytes) => self.conversation.read_file(&task.intent, &bytes),
            Err(_) => Intent::FileRefused,
        }
    }

    async fn send_report(&self, job: &Job, task: &Task, report: Report) {
        let files = match report {
            Report::Files(files) => files,
            Report::Said(reply) => {
                self.answer(job, task, reply, None).await;
                return;
            }
        };
        let is_export = files.iter().any(|(file, _)| file.kind == FileKind::Document);
        for (number, (file, caption)) in files.into_iter().enumerate() {
            if !self.may(job, task, task.intent.action()).await {
                return;
            }
            let caption = match number {
                0 => self.or_late(job, task, caption.into()).await.text,
                _ => caption,
            };
            if self.outbox.send_file(task.to, &file, &caption, Priority::Answer).await.is_err() {
                return self.say_notice(job.chat, task, Notice::FileRefused).await;
            }
        }
        if is_export {
            let entry = AuditEntry::by(job.user, job.chat, AuditAct::Export, "sent", self.now());
            self.conversation.audit.note(entry).await;
        }
    }
}
