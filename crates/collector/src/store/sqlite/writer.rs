//! The writer: one thread that owns the writing connection and commits in groups.
//!
//! While one group is being synced to disk, the next gathers in the channel; so the number of syncs
//! adapts to the load, and no batch waits for a timer.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, oneshot};

use super::checkpoint::{CHANGE_BYTES, Checkpoints};
use super::outboxes::OutboxCounts;
use super::{append, schema};
use crate::clock;
use crate::store::vitals::Counts;
use crate::store::{Appended, IncomingBatch, StoreError, StoredEvent, Vitals};

/// Most events in one commit. Bounds how long a batch waits for the batches around it: at about
/// 25 µs an event, 50 ms.
const MAX_GROUP_EVENTS: usize = 2_000;

/// Most jobs in one commit, for the same reason where batches are small.
const MAX_GROUP_JOBS: usize = 512;

/// The unit in which queued bytes are counted: a semaphore has 32 bits for one request.
const PERMIT_BYTES: usize = 1_024;

enum Job {
    Append(Box<IncomingBatch>, Reply<Appended>),
    Check(Reply<()>),
    /// A change in a transaction of its own, which answers by itself.
    Change(Box<dyn FnOnce(&mut Connection) + Send>),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// Where the answer to a job goes. Its room in the queue is given back just before: who has the answer finds it free.
#[derive(Debug)]
struct Reply<T> {
    to: oneshot::Sender<Result<T, StoreError>>,
    room: OwnedSemaphorePermit,
}

impl<T> Reply<T> {
    /// A requester that has gone away is no error: its events are stored, and it will learn so from
    /// its next attempt.
    fn send(self, result: Result<T, StoreError>) {
        drop(self.room);
        let _ = self.to.send(result);
    }
}

/// Hands jobs to the writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once the store is closing.
    jobs: Mutex<Option<Sender<Job>>>,
    room: Arc<Semaphore>,
    room_permits: usize,
    counts: Arc<Counts>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        checkpoints: Checkpoints,
        feed: broadcast::Sender<Arc<StoredEvent>>,
        max_queued_bytes: usize,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let counts = Arc::<Counts>::default();
        let thread = Thread {
            connection,
            checkpoints,
            feed,
            counts: Arc::clone(&counts),
            outboxes: OutboxCounts::default(),
        };
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.run(&queue))?;
        let room_permits = max_queued_bytes
            .div_ceil(PERMIT_BYTES)
            .min(Semaphore::MAX_PERMITS);
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            room: Arc::new(Semaphore::new(room_permits)),
            room_permits,
            counts,
        })
    }

    pub(super) fn vitals(&self) -> Vitals {
        let taken = self.room_permits - self.room.available_permits();
        let bytes = |permits: usize| u64::try_from(permits * PERMIT_BYTES).unwrap_or(u64::MAX);
        Vitals {
            queued_bytes: bytes(taken),
            max_queued_bytes: bytes(self.room_permits),
            ..self.counts.read()
        }
    }

    pub(super) async fn append(&self, batch: IncomingBatch) -> Result<Appended, StoreError> {
        let bytes = batch.events.iter().map(|event| event.json_bytes).sum();
        self.ask(bytes, |reply| Job::Append(Box::new(batch), reply))
            .await
    }

    pub(super) async fn check(&self) -> Result<(), StoreError> {
        self.ask(0, Job::Check).await
    }

    /// Runs a change in a transaction of its own. It must be short: batches wait for it.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(0, |reply| {
            Job::Change(Box::new(move |connection| {
                let changed = connection
                    .transaction_with_behavior(TransactionBehavior::Immediate)
                    .and_then(|transaction| {
                        let changed = change(&transaction)?;
                        transaction.commit()?;
                        Ok(changed)
                    });
                reply.send(changed.map_err(|error| failed(&error)));
            }))
        })
        .await
    }

    /// Takes what is written out of the log, and empties it if no reader is in the way.
    pub(super) async fn empty_log(&self) -> Result<(), StoreError> {
        self.ask(0, |reply| {
            Job::Change(Box::new(move |connection| {
                reply.send(empty_log(connection).map_err(|error| failed(&error)));
            }))
        })
        .await
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (to, answer) = oneshot::channel();
        let jobs = self
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        jobs.ok_or(StoreError::Closed)?
            .send(Job::Close(to))
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn ask<T>(
        &self,
        bytes: usize,
        job: impl FnOnce(Reply<T>) -> Job,
    ) -> Result<T, StoreError> {
        let (to, answer) = oneshot::channel();
        let job = job(Reply {
            to,
            room: self.take_room(bytes)?,
        });
        self.send(job)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.as_ref()
            .ok_or(StoreError::Closed)?
            .send(job)
            .map_err(|_| StoreError::Closed)
    }

    /// Room for a job in the queue. A batch larger than the whole queue gets all of it.
    fn take_room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let permits = (1 + bytes / PERMIT_BYTES).min(self.room_permits);
        let permits = u32::try_from(permits).map_err(|_| StoreError::Busy)?;
        Arc::clone(&self.room)
            .try_acquire_many_owned(permits)
            .map_err(|_| StoreError::Busy)
    }
}

struct Thread {
    connection: Connection,
    checkpoints: Checkpoints,
    feed: broadcast::Sender<Arc<StoredEvent>>,
    counts: Arc<Counts>,
    outboxes: OutboxCounts,
}

/// What was written for the jobs of one group, before it is known whether the group is committed.
#[derive(Default)]
struct Written {
    verdicts: Vec<rusqlite::Result<Appended>>,
    stored: Vec<StoredEvent>,
}

/// The jobs of one commit.
#[derive(Default)]
struct Group {
    batches: Vec<(Box<IncomingBatch>, Reply<Appended>)>,
    checks: Vec<Reply<()>>,
}

impl Thread {
    fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let (group, alone) = Group::gather(first, queue);
            if !group.is_empty() {
                self.commit(group);
            }
            match alone {
                Some(Alone::Change(change)) => {
                    change(&mut self.connection);
                    self.checkpoints.committed(&self.connection, CHANGE_BYTES);
                }
                Some(Alone::Close(reply)) => {
                    // What is still in the channel is dropped with it, and so answered with
                    // `Closed`.
                    let _ = reply.send(self.close());
                    return;
                }
                None => {}
            }
        }
    }

    /// Writes and commits a group, then answers: nobody hears of a commit before it is on disk.
    fn commit(&mut self, mut group: Group) {
        let started = Instant::now();
        let events = group.batches.iter().flat_map(|(batch, _)| &batch.events);
        let bytes = events.map(|event| event.json_bytes).sum();
        match self.write(&mut group) {
            Ok(written) => {
                self.counts.committed(started.elapsed());
                for appended in written.verdicts.iter().flatten() {
                    self.counts.appended(appended);
                }
                for event in written.stored {
                    // Without subscribers there is nobody to tell. Before the answers, so that who
                    // subscribes after an answer is not shown what it was about.
                    let _ = self.feed.send(Arc::new(event));
                }
                for ((_, reply), verdict) in group.batches.into_iter().zip(written.verdicts) {
                    reply.send(verdict.map_err(|error| failed(&error)));
                }
                for reply in group.checks {
                    reply.send(Ok(()));
                }
                self.checkpoints.committed(&self.connection, bytes);
            }
            Err(error) => {
                self.counts.failed();
                self.outboxes.forget();
                for (_, reply) in group.batches {
                    reply.send(Err(failed(&error)));
                }
                for reply in group.checks {
                    reply.send(Err(failed(&error)));
                }
            }
        }
    }

    /// Writes and commits. Should a batch run into something, all is written once more, each batch for
    /// itself, so that it does not sink the others.
    fn write(&mut self, group: &mut Group) -> rusqlite::Result<Written> {
        self.write_as(group, false).or_else(|error| {
            tracing::debug!(%error, "a group is written again, each batch for itself");
            self.outboxes.forget();
            self.write_as(group, true)
        })
    }

    /// `is_each_alone` gives each batch a savepoint. For one that is open, `SQLite` takes a copy of every
    /// page that changes: half of the work where batches are small.
    fn write_as(&mut self, group: &mut Group, is_each_alone: bool) -> rusqlite::Result<Written> {
        let mut transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut written = Written::default();
        for (batch, _) in &mut group.batches {
            if !is_each_alone {
                let (appended, stored) = append::append(&transaction, batch, &mut self.outboxes)?;
                written.verdicts.push(Ok(appended));
                written.stored.extend(stored);
                continue;
            }
            let savepoint = transaction.savepoint()?;
            let verdict = append::append(&savepoint, batch, &mut self.outboxes);
            written.verdicts.push(match verdict {
                Ok((appended, stored)) => {
                    savepoint.commit()?;
                    written.stored.extend(stored);
                    Ok(appended)
                }
                Err(error) => {
                    self.outboxes.forget();
                    savepoint.finish()?;
                    Err(error)
                }
            });
        }
        if !group.checks.is_empty() {
            transaction.execute(
                "INSERT INTO heartbeat (only_row, beat_at_ms) VALUES (1, ?1)
                 ON CONFLICT DO UPDATE SET beat_at_ms = excluded.beat_at_ms",
                [clock::to_sql(clock::now())],
            )?;
        }
        transaction.commit()?;
        Ok(written)
    }

    fn close(self) -> Result<(), StoreError> {
        self.checkpoints.end();
        // Leaves a short log behind. What is in the log is durable without it.
        let _ = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        self.connection.close().map_err(|(_, error)| failed(&error))
    }
}

/// What is done by itself, after the group before it.
enum Alone {
    Change(Box<dyn FnOnce(&mut Connection) + Send>),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

impl Group {
    /// The first job and those that wait behind it, up to the limits of a group or to a job that is
    /// done alone.
    fn gather(first: Job, queue: &Receiver<Job>) -> (Self, Option<Alone>) {
        let mut group = Self::default();
        let mut events = 0;
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Append(batch, reply) => {
                    events += batch.events.len();
                    group.batches.push((batch, reply));
                }
                Job::Check(reply) => group.checks.push(reply),
                Job::Change(change) => return (group, Some(Alone::Change(change))),
                Job::Close(reply) => return (group, Some(Alone::Close(reply))),
            }
            let jobs = group.batches.len() + group.checks.len();
            let is_full = events >= MAX_GROUP_EVENTS || jobs >= MAX_GROUP_JOBS;
            next = if is_full { None } else { queue.try_recv().ok() };
        }
        (group, None)
    }

    fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.checks.is_empty()
    }
}

/// Without waiting for readers: the writer would stand still meanwhile.
fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(schema::BUSY_TIMEOUT)?;
    emptied
}

fn failed(error: &rusqlite::Error) -> StoreError {
    StoreError::Failed(error.to_string())
}
