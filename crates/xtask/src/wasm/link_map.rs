//! What the linker knows of a module and a module alone does not tell: which bytes of the data
//! belong together, and which function or datum refers to which. Written by `--emit-relocs`.
//!
//! Format: <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>

use std::ops::Range;

use anyhow::{Context, Result, bail};
use wasmparser::{
    ExternalKind, KnownCustom, Linking, Parser, Payload, RelocSectionReader, RelocationType,
    SymbolInfo, TypeRef,
};

/// A function or a piece of static data. Positions are offsets into the file.
#[derive(Debug)]
pub(super) enum Symbol {
    /// A function by its index, and its mangled name where it has one.
    Function(u32, Option<String>),
    /// The bytes of a static, a string or a table.
    Data(Range<usize>),
    /// Globals, tables, sections: nothing that could be left out here.
    Other,
}

/// A place in a body or in data that names a symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    pub(super) at: usize,
    pub(super) symbol: usize,
}

/// Exports that are gone once the glue is written: the descriptions of wasm-bindgen, and js-sys'
/// way to await promises on a stack of its own, which the tracker does not use.
const DESCRIBING: &[&str] = &["__wbindgen_describe_", "__wbg_jspi_", "__wbindgen_jspi_"];

/// The module as a graph.
#[derive(Debug, Default)]
pub(super) struct LinkMap {
    pub(super) symbols: Vec<Symbol>,
    /// In the order of their places.
    pub(super) references: Vec<Reference>,
    /// Bodies by function index, without the `imported` first ones.
    pub(super) bodies: Vec<Range<usize>>,
    pub(super) imported: usize,
    /// Imports that throw a message: wasm-bindgen's own way to panic.
    pub(super) throwing_imports: Vec<u32>,
    /// What is called from outside.
    pub(super) roots: Vec<u32>,
    /// Those of the roots that wasm-bindgen interprets while it writes the glue; nothing calls them
    /// in a page.
    pub(super) described: Vec<u32>,
}

/// Reads the map; fails where the module was linked without `--emit-relocs`.
pub(super) fn read(wasm: &[u8]) -> Result<LinkMap> {
    let mut map = LinkMap::default();
    let mut sections: Vec<usize> = Vec::new();
    let mut segments: Vec<usize> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Some((_, range)) = payload.as_section() {
            sections.push(range.start);
        }
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_)) {
                        if import.name.contains("__wbg___wbindgen_throw_") {
                            map.throwing_imports.push(u32::try_from(map.imported)?);
                        }
                        map.imported += 1;
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        map.roots.push(export.index);
                        if DESCRIBING
                            .iter()
                            .any(|prefix| export.name.starts_with(prefix))
                        {
                            map.described.push(export.index);
                        }
                    }
                }
            }
            Payload::StartSection { func, .. } => map.roots.push(func),
            Payload::CodeSectionEntry(body) => map.bodies.push(body.range()),
            Payload::DataSection(data) => {
                for segment in data {
                    let segment = segment?;
                    segments.push(segment.range.end - segment.data.len());
                }
            }
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => {
                    for part in linking.subsections() {
                        if let Linking::SymbolTable(symbols) = part? {
                            for symbol in symbols {
                                map.symbols.push(symbol_of(&symbol?, &segments)?);
                            }
                        }
                    }
                }
                KnownCustom::Reloc(relocations) => {
                    read_references(&relocations, &sections, &mut map.references)?;
                }
                _ => {}
            },
            _ => {}
        }
    }
    if map.symbols.is_empty() || map.references.is_empty() {
        bail!("the module was linked without --emit-relocs");
    }
    map.references.sort_by_key(|reference| reference.at);
    Ok(map)
}

fn symbol_of(symbol: &SymbolInfo<'_>, segments: &[usize]) -> Result<Symbol> {
    Ok(match *symbol {
        SymbolInfo::Func { index, name, .. } => {
            Symbol::Function(index, name.map(ToOwned::to_owned))
        }
        SymbolInfo::Data {
            symbol: Some(data), ..
        } => {
            let segment = segments
                .get(data.index as usize)
                .context("a symbol of a missing data segment")?;
            let start = segment + data.offset as usize;
            Symbol::Data(start..start + data.size as usize)
        }
        _ => Symbol::Other,
    })
}

fn read_references(
    relocations: &RelocSectionReader<'_>,
    sections: &[usize],
    references: &mut Vec<Reference>,
) -> Result<()> {
    let section = sections
        .get(relocations.section_index() as usize)
        .context("relocations of a missing section")?;
    for entry in relocations.entries() {
        let entry = entry?;
        // The index of this one kind is a type's, not a symbol's.
        if entry.ty != RelocationType::TypeIndexLeb {
            references.push(Reference {
                at: section + entry.offset as usize,
                symbol: entry.index as usize,
            });
        }
    }
    Ok(())
}
