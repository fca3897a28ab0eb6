//! An application that starts again and again, and says of each VM what it left; and one that goes on and on, and says so of
//! each round. A VM begins with an empty heap: what stays taken in it shows in the second alone.

#![no_std]
#![no_main]

mod board;
mod held;

use core::sync::atomic::Ordering;

use board::{Board, entry};
use held::held::{ALIVE, LOWEST};
use mpy_freeze_rt::{Exception, Heap, Root, Vm};

mpy_freeze_rt::freeze!("app/", modules = [held::held]);
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 32 * 1024 }> = Heap::new();

/// How many VMs there are, and how often each of them does what an application does.
const VMS: usize = 4000;
const ROUNDS: i32 = 5;
/// How often the VM does so that isn't reset.
const LASTING_ROUNDS: usize = 4000;

/// Runs the rounds; returns what is free afterwards, and a root that the VM takes with it.
fn generation(vm: &Vm) -> Option<(usize, Root)> {
    let run = vm.import("application").and_then(|module| {
        let run = module.attr("run")?;
        for n in 0..ROUNDS {
            run.call((n,))?;
        }
        Root::new(run)
    });
    match run {
        Ok(root) => {
            vm.collect();
            Some((vm.heap_info().free, root))
        }
        Err(exception) => {
            println!("{exception}");
            None
        }
    }
}

/// Says of each round what is free after it, and the least that was free in it.
fn lasting(vm: &Vm) -> Result<(), Exception<'_>> {
    let run = vm.import("application")?.attr("run")?;
    for (round, n) in (0..LASTING_ROUNDS).zip((0..ROUNDS).cycle()) {
        LOWEST.store(usize::MAX, Ordering::Relaxed);
        run.call((n,))?;
        vm.collect();
        let free = vm.heap_info().free;
        let lowest = LOWEST.load(Ordering::Relaxed);
        let alive = ALIVE.load(Ordering::Relaxed);
        println!("round {round}: {free} {lowest} {alive}");
    }
    Ok(())
}

#[entry]
fn main() -> ! {
    Board::init();
    for n in 0..VMS {
        let Ok(Some((free, root))) = Vm::run(&HEAP, generation) else {
            Board::exit(false)
        };
        let lowest = LOWEST.load(Ordering::Relaxed);
        let alive = ALIVE.load(Ordering::Relaxed);
        println!("VM {n}: {free} {lowest} {alive} {}", root.is_alive());
    }
    let lasted = Vm::run(&HEAP, |vm| match lasting(vm) {
        Ok(()) => true,
        Err(exception) => {
            println!("{exception}");
            false
        }
    });
    Board::exit(lasted == Ok(true))
}
