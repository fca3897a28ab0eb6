//! Independent jobs on all cores, with every failure kept.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Problem;

/// How many jobs may run at once.
#[derive(Debug, Clone)]
pub(crate) struct Jobs {
    workers: NonZeroUsize,
}

impl Jobs {
    pub(crate) fn new(workers: NonZeroUsize) -> Self {
        Self { workers }
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
        std::thread::scope(|scope| {
            for _ in 0..self.workers.get().min(items.len()) {
                scope.spawn(|| {
                    while let Some((index, item)) = take(items, &next) {
                        let result = job(item);
                        // A poisoned lock means that another job panicked; the scope passes that on.
                        if let Ok(mut finished) = finished.lock() {
                            finished.push((index, result));
                        }
                    }
                });
            }
        });
        let mut finished = finished.into_inner().unwrap_or_default();
        finished.sort_by_key(|(index, _)| *index);
        let mut results = Vec::with_capacity(finished.len());
        let mut problems = Vec::new();
        for (_, result) in finished {
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
}

/// The next item that no worker has taken.
fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let workers = NonZeroUsize::new(4).unwrap();
        let doubled = Jobs::new(workers).run(&items, |item| Ok(item * 2)).unwrap();
        assert_eq!(doubled, (0..100).map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn every_failure_is_reported() {
        let workers = NonZeroUsize::new(2).unwrap();
        let problems = Jobs::new(workers).run(&[1, 2, 3], |item| {
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
}
