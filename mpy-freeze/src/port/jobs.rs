//! Independent jobs at once, as many as the machine and Cargo allow, with every failure kept.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use jobserver::{Acquired, Client, HelperThread};

use crate::error::Problem;

/// The limit on the jobs that run at once.
#[derive(Debug, Clone)]
pub(crate) struct Jobs {
    workers: NonZeroUsize,
    jobserver: Option<Client>,
}

/// A message to a thread that waits for work: the permission to start, with a token where there is a jobserver.
/// Nothing where the work is done.
type Permit = Option<Option<Acquired>>;

impl Jobs {
    /// Allows as many jobs as `workers`. With a jobserver, each job but the first takes a token from it; the first has
    /// the token that the process was started with.
    pub(crate) fn new(workers: NonZeroUsize, jobserver: Option<Client>) -> Self {
        Self { workers, jobserver }
    }

    /// Runs `job` on each item and returns the results in the items' order.
    ///
    /// A failed job doesn't stop the others: a compiler's messages about ten files are worth more than
    /// those about one.
    ///
    /// # Errors
    ///
    /// Every problem of every failed job, in the items' order.
    pub(crate) fn run<T: Sync, R: Send>(
        &self,
        items: &[T],
        job: impl Fn(&T) -> Result<R, Vec<Problem>> + Sync,
    ) -> Result<Vec<R>, Vec<Problem>> {
        let next = AtomicUsize::new(0);
        let finished = Mutex::new(Vec::with_capacity(items.len()));
        let work = || {
            while let Some((index, item)) = take(items, &next) {
                let result = job(item);
                // A poisoned lock means that another job panicked; the scope passes that on.
                if let Ok(mut finished) = finished.lock() {
                    finished.push((index, result));
                }
            }
        };
        self.share(items.len(), &work);
        let mut finished = finished.into_inner().unwrap_or_default();
        finished.sort_by_key(|(index, _)| *index);
        gather(finished.into_iter().map(|(_, result)| result))
    }

    /// Runs `work` in this thread and in others that get permission meanwhile, until there are no more of `items`.
    fn share(&self, items: usize, work: &(impl Fn() + Sync)) {
        let others = self.workers.get().min(items).saturating_sub(1);
        let (sender, permits) = mpsc::channel();
        let permits = &Mutex::new(permits);
        // A panic in `work` drops the sender, and with it ends the others' wait.
        std::thread::scope(move |scope| {
            let helper = self.ask(others, &sender);
            for _ in 0..others {
                scope.spawn(move || {
                    if let Some(token) = receive(permits) {
                        work();
                        drop(token);
                    }
                });
            }
            work();
            // Tokens may never come: where they are all taken, nobody waits for them longer than for the work.
            for _ in 0..others {
                // Without a receiver there is nobody to tell.
                let _ = sender.send(None);
            }
            drop(helper);
        });
    }

    /// Has as many permits sent, at once or whenever the jobserver has a token.
    fn ask(&self, permits: usize, sender: &Sender<Permit>) -> Option<HelperThread> {
        let Some(jobserver) = self.jobserver.clone() else {
            for _ in 0..permits {
                let _ = sender.send(Some(None));
            }
            return None;
        };
        let sender = sender.clone();
        // Where tokens can't be had, this thread's is enough.
        let helper = jobserver.into_helper_thread(move |token| {
            if let Ok(token) = token {
                let _ = sender.send(Some(Some(token)));
            }
        });
        let helper = helper.ok()?;
        for _ in 0..permits {
            helper.request_token();
        }
        Some(helper)
    }
}

/// Waits for a permit.
fn receive(permits: &Mutex<Receiver<Permit>>) -> Permit {
    permits.lock().ok()?.recv().ok()?
}

/// All results, or the problems of all that failed.
fn gather<R>(
    finished: impl Iterator<Item = Result<R, Vec<Problem>>>,
) -> Result<Vec<R>, Vec<Problem>> {
    let mut results = Vec::new();
    let mut problems = Vec::new();
    for result in finished {
        match result {
            Ok(result) => results.push(result),
            Err(mut found) => problems.append(&mut found),
        }
    }
    if problems.is_empty() {
        Ok(results)
    } else {
        Err(problems)
    }
}

/// The next item that no worker has taken.
fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let workers = NonZeroUsize::new(4).unwrap();
        let doubled = Jobs::new(workers, None)
            .run(&items, |item| Ok(item * 2))
            .unwrap();
        assert_eq!(doubled, (0..100).map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn every_failure_is_reported() {
        let workers = NonZeroUsize::new(2).unwrap();
        let problems = Jobs::new(workers, None).run(&[1, 2, 3], |item| {
            if item % 2 == 1 {
                Err(vec![Problem::new(format!("{item} is odd"))])
            } else {
                Ok(())
            }
        });
        let messages: Vec<_> = problems
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.message)
            .collect();
        assert_eq!(messages, ["1 is odd", "3 is odd"]);
    }

    const MANY: NonZeroUsize = NonZeroUsize::new(8).unwrap();

    #[test]
    fn a_jobservers_tokens_are_never_exceeded() {
        for tokens in [0, 1, 3] {
            let jobserver = Client::new(tokens).unwrap();
            let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let jobs = Jobs::new(MANY, Some(jobserver.clone()));
            let done = jobs.run(&[(); 60], |()| {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(2));
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            });
            assert_eq!(done.unwrap().len(), 60);
            let most = most.into_inner();
            assert!(most <= tokens + 1, "{most} at once with {tokens} tokens");
            assert_eq!(jobserver.available().unwrap(), tokens, "all are back");
        }
    }

    #[test]
    fn all_tokens_are_used_beside_the_processs_own() {
        let jobserver = Client::new(2).unwrap();
        // Each of the three goes on when all of them run.
        let all = Barrier::new(3);
        let jobs = Jobs::new(MANY, Some(jobserver));
        let leaders = jobs.run(&[(); 3], |()| Ok(all.wait().is_leader()));
        assert_eq!(leaders.unwrap().iter().filter(|leads| **leads).count(), 1);
    }

    #[test]
    fn without_a_jobserver_all_workers_start() {
        let all = Barrier::new(MANY.get());
        let jobs = Jobs::new(MANY, None);
        let leaders = jobs.run(&[(); MANY.get()], |()| Ok(all.wait().is_leader()));
        assert_eq!(leaders.unwrap().len(), MANY.get());
    }
}
