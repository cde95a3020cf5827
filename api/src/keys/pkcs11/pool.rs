//! Threads that each hold one session, and how long anyone waits for them.
//!
//! A call into a module blocks its thread for as long as the module pleases, and nothing can end it from outside.
//! So calls are made on threads of their own, and whoever asked waits only so long. A thread whose call never
//! returns is lost to the pool; when all are, every request is told that the sessions are busy.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::keys::module::ModuleError;

/// Requests that wait for one session before the next is refused at once.
const WAITING_PER_SESSION: usize = 256;

/// How long anyone waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    /// For a session to be free.
    pub(super) session: Duration,
    /// For the answer, from then on.
    pub(super) answer: Duration,
}

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

/// Threads that each hold a `T`.
pub(super) struct Pool<T> {
    jobs: SyncSender<Job<T>>,
    patience: Patience,
}

/// What a thread says about a job.
enum Progress<R> {
    Begun,
    Done(R),
}

impl<T: Send + 'static> Pool<T> {
    /// Starts so many threads. They end with the pool.
    pub(super) fn start(size: usize, patience: Patience, make: impl Fn() -> T) -> Result<Self, ModuleError> {
        let size = size.max(1);
        let (jobs, waiting) = mpsc::sync_channel(size * WAITING_PER_SESSION);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 1..=size {
            let (waiting, mut held) = (Arc::clone(&waiting), make());
            thread::Builder::new()
                .name(format!("pkcs11-{number}"))
                .spawn(move || work(&waiting, &mut held))
                .map_err(|error| ModuleError::Failed(error.to_string()))?;
        }
        Ok(Self { jobs, patience })
    }

    /// Does `job` on the next free thread.
    pub(super) fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, ModuleError> {
        let (say, hear) = mpsc::channel();
        let job = move |held: &mut T| {
            // Whoever asked may have given up: then nobody would hear the answer.
            if say.send(Progress::Begun).is_ok() {
                let _ = say.send(Progress::Done(job(held)));
            }
        };
        self.jobs.try_send(Box::new(job)).map_err(|_| ModuleError::Busy)?;
        hear.recv_timeout(self.patience.session).map_err(|_| ModuleError::Busy)?;
        match hear.recv_timeout(self.patience.answer) {
            Ok(Progress::Done(answer)) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => Err(ModuleError::TimedOut),
            Ok(Progress::Begun) | Err(RecvTimeoutError::Disconnected) => {
                Err(ModuleError::Failed("a thread of the pool ended".to_owned()))
            }
        }
    }
}

fn work<T>(waiting: &Mutex<Receiver<Job<T>>>, held: &mut T) {
    loop {
        // The lock is free again before the job begins.
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => job(held),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Patience =
        Patience { session: Duration::from_millis(50), answer: Duration::from_millis(50) };
    const LONG: Patience = Patience { session: Duration::from_secs(60), answer: Duration::from_secs(60) };

    /// A pool of one thread that is held up until the sender is dropped.
    fn held_up(patience: Patience) -> (Arc<Pool<u32>>, mpsc::Sender<()>) {
        let pool = Arc::new(Pool::start(1, patience, || 0).unwrap());
        let (end, ended) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let holder = Arc::clone(&pool);
        thread::spawn(move || {
            let _ = holder.run(move |_| {
                begun.send(()).unwrap();
                let _ = ended.recv();
            });
        });
        has_begun.recv().unwrap();
        (pool, end)
    }

    #[test]
    fn each_thread_keeps_what_it_holds_from_job_to_job() {
        let pool = Pool::start(1, LONG, || 0).unwrap();
        let next = |held: &mut u32| {
            *held += 1;
            *held
        };
        assert_eq!(pool.run(next), Ok(1));
        assert_eq!(pool.run(next), Ok(2));
    }

    #[test]
    fn nobody_waits_longer_for_an_answer_than_they_are_to() {
        let pool = Pool::start(1, SHORT, || 0).unwrap();
        let (end, ended) = mpsc::channel::<()>();
        assert_eq!(pool.run(move |_| ended.recv().is_ok()), Err(ModuleError::TimedOut));
        drop(end);
    }

    #[test]
    fn nobody_waits_longer_for_a_session_than_they_are_to_and_what_they_asked_for_is_not_done() {
        let (pool, end) = held_up(SHORT);
        let job = |held: &mut u32| *held += 1;
        assert_eq!(pool.run(job), Err(ModuleError::Busy));
        drop(end);
        let patient = Pool { jobs: pool.jobs.clone(), patience: LONG };
        assert_eq!(patient.run(|held| *held), Ok(0), "given up by the one who asked");
    }

    #[test]
    fn a_thread_that_was_held_up_works_again() {
        let (pool, end) = held_up(LONG);
        drop(end);
        assert_eq!(pool.run(|_| 7), Ok(7));
    }
}
