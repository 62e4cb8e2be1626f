//! The chain of jobs of each page, and the transactions of the one database.

use super::{Cause, Happening, World};
use crate::disk::{Mode, Stage as Progress, Transaction};
use crate::outbox::{Job, REOPEN_AFTER_MS, STORE_TIMEOUT_MS, Stage};
use crate::page::{Life, Missed};

impl World {
    /// Goes on with a page's jobs, and sends what has waited for those that have ended.
    pub(super) fn pump(&mut self, number: usize) {
        if !matches!(self.pages[number].life, Life::Starting | Life::Open) {
            return;
        }
        let ended = self.pages[number].outbox.ended;
        let unsent = std::mem::take(&mut self.pages[number].unsent);
        let (ready, waits) = unsent.into_iter().partition(|it| it.0 <= ended);
        self.pages[number].unsent = waits;
        let ready: Vec<_> = ready;
        for (_, sent) in ready {
            self.dispatch(number, &sent);
        }
        let outbox = &mut self.pages[number].outbox;
        if outbox.stage != Stage::Idle {
            return;
        }
        let Some(job) = outbox.jobs.front().copied() else {
            return;
        };
        let may_open = outbox.may_keep || job == Job::Open;
        if may_open && !outbox.has_database && self.now >= outbox.reopens_at {
            outbox.reopens_at = self.now + REOPEN_AFTER_MS;
            outbox.stage = Stage::Connecting;
            let (ms, can) = match self.disk.mode {
                Mode::Hangs => (STORE_TIMEOUT_MS, false),
                Mode::Missing => (0, false),
                _ => (self.random.between(0, 3), true),
            };
            let page = number;
            self.after(ms, Happening::Connected { page, can });
        } else {
            self.begin(number);
        }
    }

    pub(super) fn connected(&mut self, number: usize, can: bool) {
        let page = &mut self.pages[number];
        if page.life == Life::Gone || page.outbox.stage != Stage::Connecting {
            return;
        }
        if can {
            page.outbox.has_database = true;
            page.outbox.has_connected = true;
            page.outbox.reopens_at = 0;
        }
        if page.life != Life::Frozen {
            self.begin(number);
        }
    }

    /// Begins the page's next job: in a transaction, or without a database.
    pub(super) fn begin(&mut self, number: usize) {
        let outbox = &mut self.pages[number].outbox;
        outbox.stage = Stage::Idle;
        let Some(job) = outbox.jobs.pop_front() else {
            return;
        };
        outbox.is_write_coming = false;
        if !outbox.has_database {
            self.job_failed(number, job, false);
            return;
        }
        if job == Job::Write && !outbox.has_news {
            // The transaction before has taken up what this one is for.
            self.job_ended(number, true, Vec::new());
            return;
        }
        let (wipes, writes) = if job == Job::Write {
            outbox.writes()
        } else {
            (false, Vec::new())
        };
        let transaction = self.enqueue(Transaction {
            page: Some(number),
            job,
            stage: Progress::Waiting,
            wipes,
            writes,
            aborts: false,
            orphaned_by: Cause::Nothing,
        });
        self.pages[number].outbox.stage = Stage::Transacting(transaction);
        self.after(
            STORE_TIMEOUT_MS,
            Happening::TransactionTimedOut(transaction),
        );
    }

    pub(super) fn enqueue(&mut self, transaction: Transaction) -> u64 {
        self.count += 1;
        let number = self.count;
        self.disk.transactions.insert(number, transaction);
        self.disk.queue.push_back(number);
        self.activate();
        number
    }

    /// Lets the first transaction of the queue go on.
    pub(super) fn activate(&mut self) {
        let Some(&number) = self.disk.queue.front() else {
            return;
        };
        let Some(transaction) = self.disk.transactions.get_mut(&number) else {
            return;
        };
        if transaction.stage != Progress::Waiting {
            return;
        }
        let reads = transaction.job != Job::Write;
        transaction.stage = if reads {
            Progress::Reading
        } else {
            Progress::Committing
        };
        transaction.aborts = match self.disk.mode {
            Mode::Aborts(percent) => self.random.chance(percent),
            Mode::Full => transaction.writes.iter().any(|it| it.1.is_some()),
            Mode::Well | Mode::Hangs | Mode::Missing => false,
        };
        if self.disk.mode == Mode::Hangs && transaction.page.is_some() {
            return;
        }
        if reads {
            let ms = self.random.between(0, 1);
            self.after(ms, Happening::TransactionRead(number));
        } else {
            let ms = self.random.between(1, 4);
            self.after(ms, Happening::TransactionEnded(number));
        }
    }

    pub(super) fn transaction_read(&mut self, number: u64) {
        let Some(transaction) = self.disk.transactions.get(&number) else {
            return;
        };
        let (Some(page), job) = (transaction.page, transaction.job) else {
            return;
        };
        if transaction.aborts && self.random.chance(50) {
            self.transaction_failed(number);
            return;
        }
        if job == Job::Turn {
            self.turn_came(page);
        } else {
            self.opened(page);
        }
        let (wipes, writes) = self.pages[page].outbox.writes();
        let is_full = self.disk.mode == Mode::Full && writes.iter().any(|it| it.1.is_some());
        if let Some(transaction) = self.disk.transactions.get_mut(&number) {
            transaction.stage = Progress::Committing;
            transaction.wipes = wipes;
            transaction.writes = writes;
            transaction.aborts |= is_full;
            let ms = self.random.between(1, 4);
            self.after(ms, Happening::TransactionEnded(number));
        }
    }

    pub(super) fn transaction_ended(&mut self, number: u64) {
        if self
            .disk
            .transactions
            .get(&number)
            .is_none_or(|it| it.aborts)
        {
            self.transaction_failed(number);
            return;
        }
        let Some(transaction) = self.disk.remove(number) else {
            return;
        };
        if self.bugs.skips_commit && transaction.page.is_some() && transaction.job != Job::Open {
            // It says so; it becomes so only later, if the page lasts that long.
            let late = Transaction {
                page: transaction.page,
                job: transaction.job,
                stage: transaction.stage,
                wipes: transaction.wipes,
                writes: transaction.writes.clone(),
                aborts: false,
                orphaned_by: Cause::Nothing,
            };
            self.disk.late.insert(number, late);
            self.after(400, Happening::BecomesDurable(number));
        } else {
            self.disk.apply(transaction.wipes, &transaction.writes);
        }
        if let Some(page) = transaction.page {
            self.job_ended(page, true, transaction.writes);
        }
        self.activate();
    }

    pub(super) fn becomes_durable(&mut self, number: u64) {
        if let Some(transaction) = self.disk.late.remove(&number) {
            self.disk.apply(transaction.wipes, &transaction.writes);
        }
    }

    /// A transaction has aborted or taken too long.
    pub(super) fn transaction_failed(&mut self, number: u64) {
        let Some(transaction) = self.disk.remove(number) else {
            return;
        };
        if transaction.page.is_none() {
            // What a page that has gone had left to it.
            self.cause = transaction.orphaned_by;
        }
        if let Some(page) = transaction.page {
            let was_heard = transaction.stage == Progress::Committing;
            if self.pages[page].life == Life::Frozen {
                self.job_ended(page, false, Vec::new());
            } else {
                self.job_failed(page, transaction.job, was_heard);
            }
        }
        self.activate();
    }

    /// A job could not be done in the database; a turn sees the page's own lines then.
    fn job_failed(&mut self, number: usize, job: Job, was_heard: bool) {
        self.note(|_| format!("page {number}: {job:?} fails"));
        self.pages[number].outbox.has_database = false;
        self.pages[number].outbox.stage = Stage::Failing;
        match job {
            Job::Turn if !was_heard => self.turn_came(number),
            Job::Open if !was_heard => self.opened(number),
            _ => {}
        }
        self.job_ended(number, false, Vec::new());
    }

    pub(super) fn job_ended(
        &mut self,
        number: usize,
        is_durable: bool,
        writes: crate::outbox::Writes,
    ) {
        let now = self.now;
        let page = &mut self.pages[number];
        match page.life {
            Life::Gone => return,
            Life::Frozen => {
                page.missed.push(Missed::JobEnded { is_durable, writes });
                return;
            }
            Life::Starting | Life::Open => {}
        }
        page.outbox.completed(&writes);
        page.outbox.ended(is_durable, now, &mut self.local);
        self.pump(number);
    }
}
