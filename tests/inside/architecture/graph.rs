//! Which module names which: read from the syntax of every file in `src/`, not from its text.
//!
//! A name counts wherever it stands: in a `use` (grouped, renamed, with `self` or `super`, as a glob), as a path in the
//! middle of code, in the body of a macro, in an attribute. A file that is included counts as a name of its folder.
//! Modules under `#[cfg(test)]` do not count: a test may look at everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, ItemMod, ItemUse, Macro, UseTree};

/// A file of `src/`, parsed.
pub(super) struct Source {
    /// Its path below `src/`, with `/`.
    pub(super) file: String,
    pub(super) text: String,
    pub(super) syntax: File,
    /// Lines that are neither blank nor comments nor tests.
    pub(super) lines_of_code: usize,
}

/// Something that a file names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    /// The file that names it, below `src/`.
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) what: Named,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// A path in this crate, without `crate`: `instruments::wire::explain`.
    Ours(Vec<String>),
    /// A path that begins with another crate: `rustls::Error`.
    Theirs(Vec<String>),
    /// A macro: `println`.
    Macro(String),
    /// A file that is included, below the folder of the project; `None`: its name is computed.
    File(Option<PathBuf>),
    /// A method or a plain name.
    Word(String),
}

/// Every source file, parsed.
pub(super) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap();
                let text = fs::read_to_string(&path).unwrap();
                sources.push(Source::parse(&name.display().to_string(), &text));
            }
        }
    }
    sources.sort_by(|one, other| one.file.cmp(&other.file));
    sources
}

impl Source {
    pub(super) fn parse(file: &str, text: &str) -> Source {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("src/{file}: {error}"));
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_code = |line: &&str| {
            !line.is_empty() && !line.starts_with("//") && !line.starts_with("#![doc")
        };
        Source {
            file: file.to_owned(),
            text: text.to_owned(),
            syntax,
            lines_of_code: code.lines().map(str::trim).filter(is_code).count(),
        }
    }

    /// `wire/messages/mod.rs` is the module `wire::messages`; lib.rs is the root, of no segments.
    pub(super) fn module(&self) -> Vec<String> {
        let path = self.file.trim_end_matches(".rs").trim_end_matches("/mod");
        if path == "lib" {
            return Vec::new();
        }
        path.split('/').map(str::to_owned).collect()
    }
}

/// What `use` and `mod` make known in a module: a name, and the path that it stands for.
#[derive(Clone, Default)]
pub(super) struct Scope {
    names: BTreeMap<String, Vec<String>>,
    /// Modules of this crate of which everything is known.
    globs: Vec<Vec<String>>,
}

/// What is known in every module.
#[derive(Clone)]
pub(super) struct Scopes(BTreeMap<Vec<String>, Scope>);

impl Scopes {
    pub(super) fn of(sources: &[Source]) -> Scopes {
        let mut scopes = Scopes(BTreeMap::new());
        for source in sources {
            scopes.add(source);
        }
        scopes
    }

    /// Adds what a file declares, to what is known already.
    pub(super) fn add(&mut self, source: &Source) {
        let mut collector = Collector {
            module: source.module(),
            scopes: &mut self.0,
        };
        collector.visit_file(&source.syntax);
    }

    /// Everything that a file names.
    pub(super) fn mentions(&self, source: &Source) -> BTreeSet<Mention> {
        let mut mentions = BTreeSet::new();
        let mut reader = Reader {
            source,
            module: source.module(),
            scopes: &self.0,
            mentions: &mut mentions,
        };
        reader.visit_file(&source.syntax);
        mentions
    }
}

/// Everything that all files name.
pub(super) fn mentions(sources: &[Source]) -> Vec<Mention> {
    let scopes = Scopes::of(sources);
    let all = sources.iter().flat_map(|source| scopes.mentions(source));
    all.collect()
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg");
        is_cfg
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|what| what == "test")
    })
}

/// First reading: what is known where. The `use`s of a function count for its module: that is coarser than the
/// language, and hides nothing.
struct Collector<'a> {
    module: Vec<String>,
    scopes: &'a mut BTreeMap<Vec<String>, Scope>,
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if is_test(&item.attrs) {
            return;
        }
        let name = item.ident.to_string();
        let path = [self.module.clone(), vec![name.clone()]].concat();
        let scope = self.scopes.entry(self.module.clone()).or_default();
        scope
            .names
            .insert(name, [vec!["crate".to_owned()], path.clone()].concat());
        let outer = std::mem::replace(&mut self.module, path);
        visit::visit_item_mod(self, item);
        self.module = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, name, _) in leaves(&item.tree) {
            let scope = self.scopes.entry(self.module.clone()).or_default();
            match name {
                Some(name) => {
                    scope.names.insert(name, absolute(&self.module, path));
                }
                None => scope.globs.push(absolute(&self.module, path)),
            }
        }
    }
}

/// Every path of a `use`, with the name under which it is known; no name for a glob.
fn leaves(tree: &UseTree) -> Vec<(Vec<String>, Option<String>, Span)> {
    fn walk(
        tree: &UseTree,
        before: &[String],
        leaves: &mut Vec<(Vec<String>, Option<String>, Span)>,
    ) {
        let with = |ident: &syn::Ident| [before.to_vec(), vec![ident.to_string()]].concat();
        match tree {
            UseTree::Path(path) => walk(&path.tree, &with(&path.ident), leaves),
            UseTree::Name(name) if name.ident == "self" => {
                leaves.push((before.to_vec(), before.last().cloned(), name.ident.span()));
            }
            UseTree::Name(name) => {
                leaves.push((
                    with(&name.ident),
                    Some(name.ident.to_string()),
                    name.ident.span(),
                ));
            }
            UseTree::Rename(rename) => {
                let path = match rename.ident == "self" {
                    true => before.to_vec(),
                    false => with(&rename.ident),
                };
                leaves.push((path, Some(rename.rename.to_string()), rename.ident.span()));
            }
            UseTree::Glob(glob) => leaves.push((before.to_vec(), None, glob.star_token.spans[0])),
            UseTree::Group(group) => {
                for tree in &group.items {
                    walk(tree, before, leaves);
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(tree, &[], &mut found);
    found
}

/// A path as it is seen from `module`, with `self` and `super` resolved to a path that begins with `crate`.
fn absolute(module: &[String], path: Vec<String>) -> Vec<String> {
    let mut from = [vec!["crate".to_owned()], module.to_vec()].concat();
    let mut rest = path.as_slice();
    match rest.first().map(String::as_str) {
        Some("crate" | "hello_mtls") => return [&["crate".to_owned()], &rest[1..]].concat(),
        Some("self" | "super") => {}
        _ => return path,
    }
    while let Some(first) = rest.first() {
        match first.as_str() {
            "self" => {}
            "super" => {
                from.pop();
            }
            _ => break,
        }
        rest = &rest[1..];
    }
    [from.as_slice(), rest].concat()
}

/// Second reading: every path, with what is known.
struct Reader<'a> {
    source: &'a Source,
    module: Vec<String>,
    scopes: &'a BTreeMap<Vec<String>, Scope>,
    mentions: &'a mut BTreeSet<Mention>,
}

impl Reader<'_> {
    fn add(&mut self, span: Span, what: Named) {
        self.mentions.insert(Mention {
            file: self.source.file.clone(),
            line: span.start().line,
            what,
        });
    }

    fn add_path(&mut self, path: Vec<String>, span: Span) {
        let path = self.resolve(&self.module, absolute(&self.module, path), 0);
        match path.split_first() {
            // `crate` alone names nothing: it stands in `pub(crate)`.
            Some((first, [])) if first == "crate" => {}
            Some((first, rest)) if first == "crate" => self.add_ours(rest.to_vec(), span),
            Some((_, rest)) if !rest.is_empty() => self.add(span, Named::Theirs(path)),
            Some((word, _)) => self.add(span, Named::Word(word.clone())),
            None => {}
        }
    }

    /// Names the path, and, where another room only hands it on with `pub use`, the room that it comes from.
    fn add_ours(&mut self, path: Vec<String>, span: Span) {
        let origin = self.origin(path.clone(), 0);
        let rooms = |path: &[String]| match path {
            [wing, room, ..] if wing == "instruments" => room.clone(),
            _ => path.first().cloned().unwrap_or_default(),
        };
        if rooms(&origin) != rooms(&path) {
            self.add(span, Named::Ours(origin));
        }
        self.add(span, Named::Ours(path));
    }

    /// The path behind re-exports: `a::b` is `c::b` if the module `a` has `pub use crate::c::b`.
    fn origin(&self, path: Vec<String>, depth: usize) -> Vec<String> {
        for end in 1..path.len() {
            let module = &path[..end];
            let Some(known) = self.known(module, &path[end], 0) else {
                continue;
            };
            let known = absolute(module, known);
            let is_ours = known.first().is_some_and(|first| first == "crate");
            if is_ours && depth < 8 && known[1..] != path[..=end] {
                return self.origin([&known[1..], &path[end + 1..]].concat(), depth + 1);
            }
        }
        path
    }

    /// Replaces the first segment as long as it is a name that `module` knows. A chain of names ends: at most eight.
    fn resolve(&self, module: &[String], path: Vec<String>, depth: usize) -> Vec<String> {
        let known = path
            .first()
            .and_then(|first| self.known(module, first, depth));
        match known {
            Some(known) if depth < 8 && known != path[..1] => {
                let longer = absolute(module, [known, path[1..].to_vec()].concat());
                self.resolve(module, longer, depth + 1)
            }
            _ => path,
        }
    }

    fn known(&self, module: &[String], name: &str, depth: usize) -> Option<Vec<String>> {
        let scope = self.scopes.get(module)?;
        if let Some(path) = scope.names.get(name) {
            return Some(path.clone());
        }
        let ours = scope
            .globs
            .iter()
            .filter(|glob| glob.first().is_some_and(|first| first == "crate"));
        ours.filter(|_| depth < 8)
            .find_map(|glob| self.known(&glob[1..], name, depth + 1))
    }

    /// The paths in the body of a macro: names with `::` between them. What else stands there is not read.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<(String, Span)> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.flush(&mut path);
                    }
                    path.push((ident.to_string(), ident.span()));
                }
                TokenTree::Punct(punct) => {
                    if punct.as_char() == '!' && path.len() == 1 {
                        let (name, span) = path.remove(0);
                        self.add(span, Named::Macro(name));
                    }
                    self.flush(&mut path);
                }
                TokenTree::Group(group) => {
                    // `crate::{a, b}` in the body of a macro: the group is read with what stands before it.
                    let before: Vec<String> = path.iter().map(|(name, _)| name.clone()).collect();
                    if colons == 2 && !before.is_empty() {
                        for inner in group.stream() {
                            if let TokenTree::Ident(ident) = inner {
                                let whole = [before.clone(), vec![ident.to_string()]].concat();
                                self.add_path(whole, ident.span());
                            }
                        }
                    }
                    self.flush(&mut path);
                    self.tokens(group.stream());
                }
                TokenTree::Literal(_) => self.flush(&mut path),
            }
            colons = 0;
        }
        self.flush(&mut path);
    }

    fn flush(&mut self, path: &mut Vec<(String, Span)>) {
        if let Some((_, span)) = path.first().cloned() {
            self.add_path(path.drain(..).map(|(name, _)| name).collect(), span);
        }
    }

    /// The file that `include_str!("…")` or `#[path = "…"]` names, below the folder of the project.
    fn included(&mut self, tokens: TokenStream, span: Span) {
        let literal = syn::parse2::<syn::LitStr>(tokens).ok();
        let folder = Path::new("src").join(&self.source.file);
        let folder = folder.parent().map(Path::to_owned).unwrap_or_default();
        let file = literal.map(|literal| {
            let mut path = PathBuf::new();
            for component in folder.join(literal.value()).components() {
                match component {
                    Component::ParentDir => {
                        path.pop();
                    }
                    other => path.push(other),
                }
            }
            path
        });
        self.add(span, Named::File(file));
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let path = [self.module.clone(), vec![item.ident.to_string()]].concat();
        self.add(item.ident.span(), Named::Ours(path.clone()));
        let outer = std::mem::replace(&mut self.module, path);
        visit::visit_item_mod(self, item);
        self.module = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, _, span) in leaves(&item.tree) {
            let path = absolute(&self.module, path);
            // The first segment may be a name that an earlier `use` made.
            let first_is_itself = self
                .known(&self.module, &path[0], 0)
                .is_none_or(|known| known == path);
            match first_is_itself {
                true if path[0] == "crate" => self.add_ours(path[1..].to_vec(), span),
                true => self.add(span, Named::Theirs(path)),
                false => self.add_path(path, span),
            }
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let name = item.ident.to_string();
        self.add(item.ident.span(), Named::Theirs(vec![name]));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let span = path
            .segments
            .first()
            .map_or_else(Span::call_site, |first| first.ident.span());
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.add_path(names.collect(), span);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.add(call.method.span(), Named::Word(call.method.to_string()));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let span = call.path.segments[0].ident.span();
        let name = call
            .path
            .segments
            .last()
            .map_or_else(String::new, |last| last.ident.to_string());
        match name.as_str() {
            "include_str" | "include_bytes" | "include" => self.included(call.tokens.clone(), span),
            _ => self.tokens(call.tokens.clone()),
        }
        self.add(span, Named::Macro(name));
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::NameValue(pair) = &attribute.meta {
            let span = attribute.pound_token.spans[0];
            match &pair.value {
                syn::Expr::Lit(literal) if pair.path.is_ident("path") => {
                    if let syn::Lit::Str(text) = &literal.lit {
                        self.included(quote_literal(text), span);
                    }
                }
                _ => {}
            }
        }
        visit::visit_attribute(self, attribute);
    }
}

fn quote_literal(text: &syn::LitStr) -> TokenStream {
    TokenTree::Literal(text.token()).into()
}
