//! Finds the code that only leads to a panic: the calls themselves, what is computed for them, and
//! functions that do nothing else.

use std::collections::HashSet;
use std::ops::Range;

use anyhow::Result;
use walrus::ir::{Instr, Unreachable};
use walrus::{FunctionId, LocalFunction};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

use super::link_map::{LinkMap, Symbol};
use super::panics;

/// The code after which a trap is certain.
#[derive(Debug, Default)]
pub(super) struct Diverging {
    /// By index; the panic machinery and whatever calls it first thing.
    pub(super) functions: HashSet<u32>,
    /// Bytes of the file, in order: what a panic's caller computes for it, up to the call.
    pub(super) dead: Vec<Range<usize>>,
}

/// A call, and the instructions before it between which control neither enters from a branch that
/// does not end here nor leaves: whoever executes one of them executes the call.
struct StraightCall {
    caller: u32,
    callee: u32,
    run: Range<usize>,
    /// Whether the run begins where the function does.
    first: bool,
}

impl Diverging {
    /// Looks through the whole module, again and again until no further function is found.
    pub(super) fn find(wasm: &[u8], map: &LinkMap) -> Result<Self> {
        let mut found = Self::default();
        found.functions.extend(map.throwing_imports.iter().copied());
        found
            .functions
            .extend(map.symbols.iter().filter_map(|symbol| match symbol {
                Symbol::Function(index, Some(name)) if panics::is_diverging(name) => Some(*index),
                _ => None,
            }));
        let calls = straight_calls(wasm, map.imported)?;
        loop {
            let before = found.functions.len();
            for call in calls.iter().filter(|call| call.first) {
                if found.functions.contains(&call.callee) {
                    found.functions.insert(call.caller);
                }
            }
            if found.functions.len() == before {
                break;
            }
        }
        found.dead = calls
            .into_iter()
            .filter(|call| found.functions.contains(&call.callee))
            .map(|call| call.run)
            .collect();
        Ok(found)
    }

    /// Whether a reference at this place of the file is never followed.
    pub(super) fn is_dead(&self, at: usize) -> bool {
        let after = self.dead.partition_point(|run| run.start <= at);
        after
            .checked_sub(1)
            .is_some_and(|last| self.dead[last].contains(&at))
    }
}

fn straight_calls(wasm: &[u8], imported: usize) -> Result<Vec<StraightCall>> {
    let mut calls = Vec::new();
    let mut index = u32::try_from(imported)?;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload? {
            calls_of(&body, index, &mut calls)?;
            index += 1;
        }
    }
    Ok(calls)
}

fn calls_of(body: &FunctionBody<'_>, caller: u32, calls: &mut Vec<StraightCall>) -> Result<()> {
    let mut operators = body.get_operators_reader()?;
    let mut start = operators.original_position();
    let mut first = true;
    while !operators.eof() {
        let operator = operators.read()?;
        let end = operators.original_position();
        if let Operator::Call { function_index } = operator {
            calls.push(StraightCall {
                caller,
                callee: function_index,
                run: start..end,
                first,
            });
        }
        if directs_control(&operator) {
            start = end;
            first = false;
        }
    }
    Ok(())
}

/// Whether control may go elsewhere here. The end of a block is no such place: what falls into it
/// goes on behind it.
fn directs_control(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Call { .. }
            | O::CallIndirect { .. }
            | O::CallRef { .. }
            | O::ReturnCall { .. }
            | O::ReturnCallIndirect { .. }
            | O::ReturnCallRef { .. }
            | O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::If { .. }
            | O::Else
            | O::Loop { .. }
            | O::Return
            | O::Unreachable
            | O::Throw { .. }
            | O::ThrowRef
            | O::Rethrow { .. }
            | O::Try { .. }
            | O::TryTable { .. }
            | O::Catch { .. }
            | O::CatchAll
            | O::Delegate { .. }
    )
}

/// Puts a trap in the place of each call of `diverging` and of what is computed only for it.
pub(super) fn cut_calls(function: &mut LocalFunction, diverging: &HashSet<FunctionId>) {
    let mut waiting = vec![function.entry_block()];
    while let Some(id) = waiting.pop() {
        let instructions = &mut function.block_mut(id).instrs;
        let call = instructions
            .iter()
            .position(|(instruction, _)| matches!(instruction, Instr::Call(call) if diverging.contains(&call.func)));
        if let Some(call) = call {
            let start = instructions[..call]
                .iter()
                .rposition(|(instruction, _)| !only_computes(instruction))
                .map_or(0, |last| last + 1);
            let place = instructions[call].1;
            instructions.truncate(start);
            instructions.push((Instr::Unreachable(Unreachable {}), place));
        }
        for (instruction, _) in instructions.iter() {
            match instruction {
                Instr::Block(block) => waiting.push(block.seq),
                Instr::Loop(block) => waiting.push(block.seq),
                Instr::IfElse(branch) => waiting.extend([branch.consequent, branch.alternative]),
                _ => {}
            }
        }
    }
}

/// Whether nobody notices that this was left out before a trap.
fn only_computes(instruction: &Instr) -> bool {
    matches!(
        instruction,
        Instr::Const(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            | Instr::GlobalSet(_)
            | Instr::Binop(_)
            | Instr::Unop(_)
            | Instr::Select(_)
            | Instr::Drop(_)
            | Instr::Load(_)
            | Instr::Store(_)
    )
}
