//! What a board has too little memory for. The same board is given it with more and more memory: that tells how much it
//! takes, and that memory is all it lacked.

use anyhow::Result;

use super::outcome::{Outcome, Ran, Size};

/// KiB of Python's heap on the board with more memory. The last is what the other boards have.
const HEAPS_KIB: [usize; 8] = [16, 32, 64, 128, 256, 512, 1024, 2048];

/// Has `give` run what ran out of memory, with each heap in turn, until nothing is left. What passes has its size then;
/// whatever else comes of it is what would have come of it on the board.
///
/// # Errors
///
/// Those of `give`.
pub fn search(
    ran: Vec<Ran>,
    own_heap_kib: usize,
    mut give: impl FnMut(&[String], usize) -> Result<Vec<Ran>>,
) -> Result<Vec<Ran>> {
    let (mut short, mut done) = apart(ran);
    let mut too_little = own_heap_kib;
    for enough in HEAPS_KIB {
        if short.is_empty() {
            break;
        }
        let programs: Vec<String> = short.into_iter().map(|ran| ran.program).collect();
        let (still_short, settled) = apart(give(&programs, enough)?);
        done.extend(settled.into_iter().map(|ran| Ran {
            outcome: match ran.outcome {
                Outcome::Passed => Outcome::TooLarge(Size { too_little, enough }),
                other => other,
            },
            ..ran
        }));
        (short, too_little) = (still_short, enough);
    }
    done.extend(short);
    done.sort_by(|a, b| a.program.cmp(&b.program));
    Ok(done)
}

/// What ran out of memory, and the rest.
fn apart(ran: Vec<Ran>) -> (Vec<Ran>, Vec<Ran>) {
    ran.into_iter()
        .partition(|ran| ran.outcome == Outcome::OutOfMemory)
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
        let first = vec![
            ran("failed", Outcome::Failed(String::new())),
            ran("hungry", Outcome::OutOfMemory),
            ran("large", Outcome::OutOfMemory),
            ran("larger", Outcome::OutOfMemory),
            ran("passed", Outcome::Passed),
            ran("wrong", Outcome::OutOfMemory),
        ];
        let mut given = Vec::new();
        let all = search(first, 8, |programs, heap| {
            given.push((programs.join(" "), heap));
            let outcome = |program: &String| match (program.as_str(), heap) {
                ("large", 16) | ("larger", 32) => Outcome::Passed,
                ("wrong", 16) => Outcome::Failed("badly".into()),
                _ => Outcome::OutOfMemory,
            };
            Ok(programs.iter().map(|one| ran(one, outcome(one))).collect())
        })
        .unwrap();
        let size = |too_little, enough| Outcome::TooLarge(Size { too_little, enough });
        let expected = [
            ran("failed", Outcome::Failed(String::new())),
            ran("hungry", Outcome::OutOfMemory),
            ran("large", size(8, 16)),
            ran("larger", size(16, 32)),
            ran("passed", Outcome::Passed),
            ran("wrong", Outcome::Failed("badly".into())),
        ];
        assert_eq!(all, expected);
        assert_eq!(given[0], ("hungry large larger wrong".into(), 16));
        assert_eq!(given[1], ("hungry larger".into(), 32));
        assert_eq!(given.last(), Some(&("hungry".into(), 2048)));
    }

    #[test]
    fn where_nothing_ran_out_of_memory_nothing_is_run_again() {
        let first = vec![ran("passed", Outcome::Passed)];
        let all = search(first.clone(), 8, |_, _| panic!("nothing is to be run")).unwrap();
        assert_eq!(all, first);
    }
}
