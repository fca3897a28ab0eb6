//! What a board has too little memory for. The same board is given it with more: that tells how much it takes, and that
//! memory is all it lacked.

use anyhow::Result;

use super::outcome::{Outcome, Ran, Size};

/// KiB of Python's heap on the board with more memory.
const HEAPS_KIB: [usize; 7] = [16, 32, 64, 128, 256, 512, 1024];
/// As much as the other boards have.
const MOST_KIB: usize = 2048;

/// Has `give` run, with a larger heap, what ran out of memory or skipped itself, for which memory may be the cause. What
/// passes with the most of it has its size then; whatever else comes of a program there is what comes of it.
///
/// # Errors
///
/// Those of `give`.
pub fn search(
    ran: Vec<Ran>,
    own_heap_kib: usize,
    mut give: impl FnMut(&[String], usize) -> Result<Vec<Ran>>,
) -> Result<Vec<Ran>> {
    let (unclear, mut done) = apart(ran, may_lack_memory);
    let (mut large, other) = apart(give(&names(unclear), MOST_KIB)?, has_passed);
    done.extend(other);
    let mut too_little = own_heap_kib;
    for enough in HEAPS_KIB {
        let (still_large, settled) = apart(give(&names(large), enough)?, may_lack_memory);
        let (passed, failed) = apart(settled, has_passed);
        done.extend(sized(passed, Size { too_little, enough }));
        done.extend(failed);
        (large, too_little) = (still_large, enough);
    }
    let enough = MOST_KIB;
    done.extend(sized(large, Size { too_little, enough }));
    done.sort_by(|a, b| a.program.cmp(&b.program));
    Ok(done)
}

fn may_lack_memory(ran: &Ran) -> bool {
    matches!(ran.outcome, Outcome::OutOfMemory | Outcome::Skipped)
}

fn has_passed(ran: &Ran) -> bool {
    ran.outcome == Outcome::Passed
}

/// Those of which it is so, and the others.
fn apart(ran: Vec<Ran>, is_so: impl Fn(&Ran) -> bool) -> (Vec<Ran>, Vec<Ran>) {
    ran.into_iter().partition(is_so)
}

fn names(ran: Vec<Ran>) -> Vec<String> {
    ran.into_iter().map(|ran| ran.program).collect()
}

fn sized(ran: Vec<Ran>, size: Size) -> impl Iterator<Item = Ran> {
    ran.into_iter().map(move |ran| Ran {
        outcome: Outcome::TooLarge(size),
        ..ran
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(program: &str, outcome: Outcome) -> Ran {
        Ran {
            program: program.into(),
            outcome,
        }
    }

    #[test]
    fn memory_is_an_excuse_only_where_more_of_it_helps() {
        let failed = || Outcome::Failed("badly".into());
        let first = vec![
            ran("broken", failed()),
            ran("fragile", Outcome::OutOfMemory),
            ran("hungry", Outcome::OutOfMemory),
            ran("large", Outcome::OutOfMemory),
            ran("larger", Outcome::OutOfMemory),
            ran("largest", Outcome::Skipped),
            ran("passed", Outcome::Passed),
            ran("unfit", Outcome::Skipped),
            ran("wrong", Outcome::OutOfMemory),
        ];
        let mut given = Vec::new();
        let all = search(first, 8, |programs, heap| {
            given.push(format!("{heap}: {}", programs.join(" ")));
            let outcome = |program: &String| match (program.as_str(), heap) {
                ("fragile", 16) | ("wrong", _) => failed(),
                ("hungry", _) => Outcome::OutOfMemory,
                ("large", 16..) | ("larger", 32..) | (_, MOST_KIB) if program != "unfit" => {
                    Outcome::Passed
                }
                ("largest" | "unfit", _) => Outcome::Skipped,
                _ => Outcome::OutOfMemory,
            };
            Ok(programs.iter().map(|one| ran(one, outcome(one))).collect())
        })
        .unwrap();
        let size = |too_little, enough| Outcome::TooLarge(Size { too_little, enough });
        let expected = [
            ran("broken", failed()),
            ran("fragile", failed()),
            ran("hungry", Outcome::OutOfMemory),
            ran("large", size(8, 16)),
            ran("larger", size(16, 32)),
            ran("largest", size(1024, 2048)),
            ran("passed", Outcome::Passed),
            ran("unfit", Outcome::Skipped),
            ran("wrong", failed()),
        ];
        assert_eq!(all, expected);
        assert_eq!(
            given[..3],
            [
                "2048: fragile hungry large larger largest unfit wrong",
                "16: fragile large larger largest",
                "32: larger largest",
            ]
        );
    }
}
