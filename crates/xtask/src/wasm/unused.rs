//! Removes what only the panic machinery used: functions, messages, tables.
//!
//! The linker keeps what anything refers to, and optimisers after it cannot see into data: the text
//! of every panic and the paths of the sources would stay. With the linker's own references
//! ([`link_map`]) it can be said what is still in use once the panics are gone.

use std::collections::HashSet;
use std::mem;
use std::ops::Range;
use std::sync::mpsc;

use anyhow::{Context, Result};
use walrus::ir::Instr;
use walrus::{
    ElementItems, ExportItem, FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig,
};

use super::diverging::{self, Diverging};
use super::link_map::{self, LinkMap, Symbol};

/// Parses a module in which panics and unused functions are traps and unused data is zero.
///
/// wasm-opt then drops the traps' arguments and callers' dead code, and splits the data at the zeros.
///
/// The functions beside it serve the making of the glue alone; [`drop_functions`] them afterwards.
pub(super) fn parse_without_panics(mut wasm: Vec<u8>) -> Result<(Module, Vec<FunctionId>)> {
    let map = link_map::read(&wasm)?;
    let diverging = Diverging::find(&wasm, &map)?;
    let used = Used::find(&map, &diverging, &map.roots)?;
    let called: Vec<u32> = map
        .roots
        .iter()
        .copied()
        .filter(|root| !map.described.contains(root))
        .collect();
    let called = Used::find(&map, &diverging, &called)?.functions;
    let described: Vec<u32> = used.functions.difference(&called).copied().collect();
    let (sender, described_ids) = mpsc::channel();
    for zeroed in used.unused_data(&map) {
        wasm.get_mut(zeroed)
            .context("a symbol outside of the file")?
            .fill(0);
    }

    let traps: Vec<u32> = (map.imported..map.imported + map.bodies.len())
        .map(u32::try_from)
        .collect::<Result<Vec<u32>, _>>()?
        .into_iter()
        .filter(|function| !used.functions.contains(function))
        .collect();
    let mut module = ModuleConfig::new()
        .generate_name_section(true)
        .on_parse(move |module, ids| {
            let ending: HashSet<FunctionId> = diverging
                .functions
                .iter()
                .map(|&index| ids.get_func(index))
                .collect::<Result<_>>()?;
            for &function in &traps {
                replace_by_trap(module, ids.get_func(function)?);
            }
            for &function in &described {
                sender.send(ids.get_func(function)?)?;
            }
            for (_, function) in module.funcs.iter_local_mut() {
                diverging::cut_calls(function, &ending);
            }
            Ok(())
        })
        .parse(&wasm)?;

    let linker_sections: Vec<String> = module
        .customs
        .iter()
        .map(|(_, section)| section.name().to_owned())
        .filter(|name| name == "linking" || name.starts_with("reloc."))
        .collect();
    for name in linker_sections {
        module.customs.remove_raw(&name);
    }
    Ok((module, described_ids.try_iter().collect()))
}

/// Turns functions into traps, except those that the finished module exports.
pub(super) fn drop_functions(module: &mut Module, unused: &[FunctionId]) {
    let exported: HashSet<FunctionId> = module
        .exports
        .iter()
        .filter_map(|export| match export.item {
            ExportItem::Function(id) => Some(id),
            _ => None,
        })
        .collect();
    let present: HashSet<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    for &id in unused {
        if present.contains(&id) && !exported.contains(&id) {
            replace_by_trap(module, id);
        }
    }
}

/// Lets all traps of the table be one function, and leaves those at its end out: a table keeps its
/// functions alive, and their types. Whoever calls one traps as before.
pub(super) fn trim_table(module: &mut Module) {
    let traps: HashSet<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|(_, function)| {
            let body = &function.block(function.entry_block()).instrs;
            matches!(body[..], [(Instr::Unreachable(_), _)])
        })
        .map(|(id, _)| id)
        .collect();
    for element in module.elements.iter_mut() {
        let ElementItems::Functions(functions) = &mut element.items else {
            continue;
        };
        let Some(one) = functions.iter().copied().find(|id| traps.contains(id)) else {
            continue;
        };
        for function in functions.iter_mut() {
            if traps.contains(function) {
                *function = one;
            }
        }
        while functions.last() == Some(&one) {
            functions.pop();
        }
    }
}

/// What is reached from the roots without going through a panic.
#[derive(Debug, Default)]
struct Used {
    functions: HashSet<u32>,
    /// Indices into the map's symbols.
    data: HashSet<usize>,
}

impl Used {
    fn find(map: &LinkMap, diverging: &Diverging, roots: &[u32]) -> Result<Self> {
        let mut used = Self::default();
        let mut waiting: Vec<Range<usize>> = Vec::new();
        let enter = |function: u32, used: &mut Self, waiting: &mut Vec<Range<usize>>| {
            let body = (function as usize)
                .checked_sub(map.imported)
                .and_then(|index| map.bodies.get(index));
            if !diverging.functions.contains(&function) && used.functions.insert(function) {
                waiting.extend(body.cloned());
            }
        };
        for &root in roots {
            enter(root, &mut used, &mut waiting);
        }
        while let Some(place) = waiting.pop() {
            let first = map
                .references
                .partition_point(|reference| reference.at < place.start);
            for reference in map.references[first..]
                .iter()
                .take_while(|reference| reference.at < place.end)
                .filter(|reference| !diverging.is_dead(reference.at))
            {
                match map
                    .symbols
                    .get(reference.symbol)
                    .context("a reference to a missing symbol")?
                {
                    Symbol::Function(index, _) => enter(*index, &mut used, &mut waiting),
                    Symbol::Data(bytes) => {
                        if used.data.insert(reference.symbol) {
                            waiting.push(bytes.clone());
                        }
                    }
                    Symbol::Other => {}
                }
            }
        }
        Ok(used)
    }

    /// The bytes of unused symbols, as far as no used symbol shares them. Bytes of no symbol stay.
    fn unused_data(&self, map: &LinkMap) -> Vec<Range<usize>> {
        let ranges = |wanted: bool| {
            map.symbols
                .iter()
                .enumerate()
                .filter_map(move |(index, symbol)| match symbol {
                    Symbol::Data(bytes) if self.data.contains(&index) == wanted => {
                        Some(bytes.clone())
                    }
                    _ => None,
                })
        };
        let mut kept: Vec<Range<usize>> = ranges(true).collect();
        kept.sort_by_key(|range| range.start);
        ranges(false)
            .flat_map(|range| subtract(range, &kept))
            .collect()
    }
}

/// What is left of `range` outside of `kept`, which is in order.
fn subtract(range: Range<usize>, kept: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    let mut start = range.start;
    for taken in kept {
        if taken.start >= range.end {
            break;
        }
        if taken.start > start {
            left.push(start..taken.start);
        }
        start = start.max(taken.end);
    }
    if start < range.end {
        left.push(start..range.end);
    }
    left
}

fn replace_by_trap(module: &mut Module, id: FunctionId) {
    let (params, results) = module.types.params_results(module.funcs.get(id).ty());
    let (params, results) = (params.to_vec(), results.to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    builder.func_body().unreachable();
    let args = params
        .iter()
        .map(|&param| module.locals.add(param))
        .collect();
    let trap = builder.local_func(args);
    drop(mem::replace(
        &mut module.funcs.get_mut(id).kind,
        FunctionKind::Local(trap),
    ));
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lists of ranges are meant")]
mod tests {
    use super::*;

    #[test]
    fn bytes_shared_with_something_in_use_are_kept() {
        assert_eq!(subtract(0..10, &[2..4, 6..20]), [0..2, 4..6]);
        assert_eq!(subtract(0..10, &[0..10]), Vec::<Range<usize>>::new());
        assert_eq!(subtract(5..10, &[0..3, 12..14]), [5..10]);
        assert_eq!(subtract(5..10, &[0..8, 1..2]), [8..10]);
    }
}
