//! The writer: one thread that owns the writing connection and commits in groups.
//!
//! While one group is being synced to disk, the next gathers in the channel; so the number of syncs
//! adapts to the load, and no batch waits for a timer.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, oneshot};

use super::append;
use super::outboxes::OutboxCounts;
use crate::clock;
use crate::store::{Appended, IncomingBatch, StoreError, StoredEvent};

/// Most events in one commit. Bounds how long a batch waits for the batches around it: at about
/// 25 µs an event, 50 ms.
const MAX_GROUP_EVENTS: usize = 2_000;

/// Most jobs in one commit, for the same reason where batches are small.
const MAX_GROUP_JOBS: usize = 512;

/// The unit in which queued bytes are counted: a semaphore has 32 bits for one request.
const PERMIT_BYTES: usize = 1_024;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

#[derive(Debug)]
enum Job {
    Append { batch: Box<IncomingBatch>, reply: Reply<Appended>, _room: OwnedSemaphorePermit },
    Check { reply: Reply<()>, _room: OwnedSemaphorePermit },
    Close { reply: Reply<()> },
}

/// Hands jobs to the writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once the store is closing.
    jobs: Mutex<Option<Sender<Job>>>,
    room: Arc<Semaphore>,
    room_permits: usize,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        feed: broadcast::Sender<Arc<StoredEvent>>,
        max_queued_bytes: usize,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || Thread { connection, feed, outboxes: OutboxCounts::default() }.run(&queue))?;
        let room_permits = max_queued_bytes.div_ceil(PERMIT_BYTES).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            room: Arc::new(Semaphore::new(room_permits)),
            room_permits,
        })
    }

    pub(super) async fn append(&self, batch: IncomingBatch) -> Result<Appended, StoreError> {
        let bytes = batch.events.iter().map(|event| event.json_bytes).sum();
        let room = self.take_room(bytes)?;
        let (reply, answer) = oneshot::channel();
        self.send(Job::Append { batch: Box::new(batch), reply, _room: room })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn check(&self) -> Result<(), StoreError> {
        let room = self.take_room(0)?;
        let (reply, answer) = oneshot::channel();
        self.send(Job::Check { reply, _room: room })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        jobs.ok_or(StoreError::Closed)?
            .send(Job::Close { reply })
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.as_ref().ok_or(StoreError::Closed)?.send(job).map_err(|_| StoreError::Closed)
    }

    /// Room for a job in the queue. A batch larger than the whole queue gets all of it.
    fn take_room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let permits = (1 + bytes / PERMIT_BYTES).min(self.room_permits);
        let permits = u32::try_from(permits).map_err(|_| StoreError::Busy)?;
        Arc::clone(&self.room).try_acquire_many_owned(permits).map_err(|_| StoreError::Busy)
    }
}

struct Thread {
    connection: Connection,
    feed: broadcast::Sender<Arc<StoredEvent>>,
    outboxes: OutboxCounts,
}

/// What became of the jobs of one group, before it is known whether the group was committed.
#[derive(Default)]
struct Outcome {
    appended: Vec<(Reply<Appended>, Result<Appended, StoreError>, OwnedSemaphorePermit)>,
    checked: Vec<(Reply<()>, OwnedSemaphorePermit)>,
    stored: Vec<StoredEvent>,
}

impl Thread {
    fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let (group, close) = gather(first, queue);
            if !group.is_empty() {
                self.commit_group(group);
            }
            if let Some(reply) = close {
                // Dropping what is still in the channel answers it with `Closed`.
                let _ = reply.send(self.close());
                return;
            }
        }
    }

    fn commit_group(&mut self, group: Vec<Job>) {
        let mut outcome = Outcome::default();
        match self.write_group(group, &mut outcome) {
            Ok(()) => outcome.answer(&self.feed),
            Err(error) => {
                self.outboxes.forget();
                outcome.fail(&failed(&error));
            }
        }
    }

    fn write_group(&mut self, group: Vec<Job>, outcome: &mut Outcome) -> rusqlite::Result<()> {
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let mut transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => {
                outcome.take_unwritten(group);
                return Err(error);
            }
        };
        for job in group {
            match job {
                Job::Append { mut batch, reply, _room: room } => {
                    // A savepoint of its own: what one batch runs into does not sink the others.
                    let result = transaction.savepoint().and_then(|savepoint| {
                        let written = append::append(&savepoint, &mut batch, &mut self.outboxes)?;
                        savepoint.commit()?;
                        Ok(written)
                    });
                    let result = match result {
                        Ok((appended, stored)) => {
                            outcome.stored.extend(stored);
                            Ok(appended)
                        }
                        Err(error) => {
                            self.outboxes.forget();
                            Err(failed(&error))
                        }
                    };
                    outcome.appended.push((reply, result, room));
                }
                Job::Check { reply, _room: room } => outcome.checked.push((reply, room)),
                Job::Close { .. } => {}
            }
        }
        if !outcome.checked.is_empty() {
            transaction.execute(
                "INSERT INTO heartbeat (only_row, beat_at_ms) VALUES (1, ?1)
                 ON CONFLICT DO UPDATE SET beat_at_ms = excluded.beat_at_ms",
                [clock::to_sql(clock::now())],
            )?;
        }
        transaction.commit()
    }

    fn close(self) -> Result<(), StoreError> {
        // Leaves one file behind rather than three. What is in the log is durable without it.
        let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        self.connection.close().map_err(|(_, error)| failed(&error))
    }
}

/// The first job and those that wait behind it, up to the limits of a group or to a `Close`.
fn gather(first: Job, queue: &Receiver<Job>) -> (Vec<Job>, Option<Reply<()>>) {
    let mut group = Vec::new();
    let mut events = 0;
    let mut next = Some(first);
    while let Some(job) = next {
        match job {
            Job::Close { reply } => return (group, Some(reply)),
            Job::Append { ref batch, .. } => events += batch.events.len(),
            Job::Check { .. } => {}
        }
        group.push(job);
        let is_full = events >= MAX_GROUP_EVENTS || group.len() >= MAX_GROUP_JOBS;
        next = if is_full { None } else { queue.try_recv().ok() };
    }
    (group, None)
}

impl Outcome {
    /// Tells everybody, after the commit. A requester that has gone away is no error: its events
    /// are stored, and it will learn so from the next attempt.
    fn answer(self, feed: &broadcast::Sender<Arc<StoredEvent>>) {
        for (reply, result, _room) in self.appended {
            let _ = reply.send(result);
        }
        for (reply, _room) in self.checked {
            let _ = reply.send(Ok(()));
        }
        for event in self.stored {
            // Without subscribers there is nobody to tell.
            let _ = feed.send(Arc::new(event));
        }
    }

    fn fail(self, error: &StoreError) {
        let copy = || StoreError::Failed(error.to_string());
        for (reply, _, _room) in self.appended {
            let _ = reply.send(Err(copy()));
        }
        for (reply, _room) in self.checked {
            let _ = reply.send(Err(copy()));
        }
    }

    fn take_unwritten(&mut self, group: Vec<Job>) {
        for job in group {
            match job {
                Job::Append { reply, _room, .. } => {
                    self.appended.push((reply, Err(StoreError::Closed), _room));
                }
                Job::Check { reply, _room } => self.checked.push((reply, _room)),
                Job::Close { .. } => {}
            }
        }
    }
}

fn failed(error: &rusqlite::Error) -> StoreError {
    StoreError::Failed(error.to_string())
}
