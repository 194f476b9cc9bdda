//! The docs cannot drift: quotations stand in the code, links resolve, each step has one name, and a
//! translation has the same pages. Beside this: `bytes` and `paste`.
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::pages::{blocks, definition, links, pages, pages_in, prose, root};

#[test]
fn quotations_of_code_stand_word_by_word_in_the_file_that_they_name() {
    let mut quotations = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for (word, lines) in blocks(&page) {
            assert_ne!(
                word, "rust",
                "{path:?}: rustdoc would run it: say rust,ignore"
            );
            if word != "rust,ignore" {
                continue;
            }
            let named = lines[0]
                .strip_prefix("// ")
                .unwrap_or_else(|| panic!("{path:?}: name the file: {lines:?}"));
            let code = fs::read_to_string(root().join(named)).unwrap();
            let quoted = lines[1..].join("\n");
            assert!(
                code.contains(&quoted),
                "{path:?} quotes what is not in {named}:\n{quoted}"
            );
            quotations += 1;
        }
    }
    assert!(quotations >= 15, "the pages quote the code: {quotations}");
}

/// The anchors of a page that are written out. Those that a code host makes of headings do not count: a
/// translated heading makes another one.
fn anchors(page: &str) -> Vec<&str> {
    page.split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn links_and_their_anchors_resolve() {
    let mut seen = 0;
    let readme_in_chinese = root().join("README.zh-CN.md");
    for path in pages().into_iter().chain([readme_in_chinese]) {
        let page = fs::read_to_string(&path).unwrap();
        for target in links(&page) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            assert!(file.exists(), "{path:?} links to {target}");
            if !anchor.is_empty() {
                let there = fs::read_to_string(&file).unwrap();
                assert!(
                    anchors(&there).contains(&anchor),
                    "{path:?} links to {target}"
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn an_anchor_stands_once_on_its_page() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let mut seen = HashSet::new();
        for anchor in anchors(&page) {
            assert!(seen.insert(anchor), "{path:?}: {anchor} twice");
        }
    }
}

#[test]
fn a_diagram_is_told_in_words_too() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let diagrams = page.matches("```mermaid").count();
        let told = ["\n*In words: ", "\n用文字说："].map(|words| page.matches(words).count());
        assert_eq!(told.iter().sum::<usize>(), diagrams, "{path:?}");
    }
}

#[test]
fn every_step_has_a_module_a_function_a_page_and_a_breakpoint_under_one_name() {
    let readmes = ["README.md", "README.zh-CN.md"];
    let readmes = readmes.map(|name| fs::read_to_string(root().join(name)).unwrap());
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut steps = 0;
    for entry in fs::read_dir(root().join("src/handshake")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some((number, function)) = module
            .strip_prefix("step")
            .and_then(|rest| rest.split_once('_'))
        else {
            continue;
        };
        let code = fs::read_to_string(&path).unwrap();
        let has = |text: &str, part: String| assert!(text.contains(&part), "{module}: {part}");
        let breakpoint = format!("`hello_mtls::handshake::{module}::{function}`");
        assert!(
            code.starts_with(&format!("//! Step {number}: ")),
            "{module}: a header"
        );
        has(&code, format!("#[inline(never)]\npub fn {function}("));
        has(&code, format!("Breakpoint: {breakpoint}"));
        has(
            &code,
            format!("include_str!(\"../../docs/handshake/{module}.md\")"),
        );
        let code_cell = format!("[`{function}`](src/handshake/{module}.rs) |");
        for (readme, docs) in [(&readmes[0], "docs"), (&readmes[1], "docs/zh")] {
            has(
                readme,
                format!("({docs}/handshake/{module}.md) | {code_cell}"),
            );
        }
        has(&map, format!("[`handshake::{module}`]"));

        let page = root().join(format!("docs/handshake/{module}.md"));
        let page = fs::read_to_string(page).unwrap();
        assert!(
            page.starts_with(&format!("[中文]\n\n# Step {number}: ")),
            "{module}: a page"
        );
        has(&page, format!("| code | `src/handshake/{module}.rs` |"));
        has(&page, format!("| breakpoint | {breakpoint} |"));
        let shape = [
            "what-happens",
            "bytes",
            "code",
            "proved",
            "fails",
            "debugger",
            "check",
        ];
        assert_eq!(anchors(&page), shape, "{module}: one shape for all pages");
        assert_eq!(
            page.matches("<details><summary>").count(),
            3,
            "{module}: three questions"
        );
        steps += 1;
    }
    assert_eq!(steps, 7);
}

/// rustdoc shows the page of a step on its module, where `step2_….md` leads nowhere. The module's header
/// defines the same link labels, and the first definition counts. Those of the gallery's cases and of the
/// glossary's terms are in two files that all headers share.
#[test]
fn the_links_of_a_steps_page_work_in_rustdoc_too() {
    let shared = ["links.md", "terms.md"]
        .map(|name| fs::read_to_string(root().join("src/handshake").join(name)).unwrap());
    let shared = shared.concat();
    let cases: HashSet<&str> = labels(shared.lines());
    let all = shared.lines().filter_map(definition).count();
    assert_eq!(cases.len(), all, "a label is defined twice");
    let glossary = fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    for anchor in shared.split("glossary#").skip(1) {
        let anchor = anchor.lines().next().unwrap();
        assert!(anchors(&glossary).contains(&anchor), "glossary: {anchor}");
    }
    for path in pages_in(&root().join("docs/handshake")) {
        let page = fs::read_to_string(&path).unwrap();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let code = fs::read_to_string(root().join(format!("src/handshake/{module}.rs"))).unwrap();
        let included = "#![doc = include_str!(\"terms.md\")]\n#![doc = include_str!(\"links.md\")]\n\
                        #![doc = include_str!(";
        assert!(
            code.contains(included),
            "{module}: the terms, the cases, the page"
        );
        let header = labels(code.lines().filter_map(|line| line.strip_prefix("//! ")));
        assert!(
            !page.contains("]("),
            "{module}: define links at the end of the page"
        );
        let at_the_end = labels(page.lines());
        let others: HashSet<&str> = at_the_end.difference(&cases).copied().collect();
        assert_eq!(header, others, "{module}");
    }
}

/// The labels of the links that are written out.
fn labels<'a>(lines: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    lines
        .filter_map(definition)
        .map(|(label, _)| label)
        .collect()
}

#[test]
fn every_case_of_the_gallery_is_linked_from_where_it_belongs() {
    for folder in ["docs", "docs/zh"] {
        let mut pages: HashMap<u8, String> = HashMap::new();
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        for path in pages_in(&root().join(folder).join("handshake")) {
            let name = path.file_name().unwrap().to_str().unwrap();
            pages.insert(name.as_bytes()[4] - b'0', read(&path));
        }
        pages.insert(0, read(&root().join(folder).join("certificates.md")));
        for case in hello_mtls::instruments::gallery::cases::all() {
            let page = &pages[&case.fails[0].step.number()];
            let (name, number) = (case.name, case.fails[0].step.number());
            let linked = links(page)
                .iter()
                .any(|link| link.ends_with(&format!("failures.md#{name}")));
            assert!(
                linked,
                "{folder}: the page of step {number} links to {name}"
            );
            let label = format!("[{name}]");
            assert!(
                number == 0 || page.matches(&label).count() >= 2,
                "{folder}: {name} is used"
            );
        }
    }
}

#[test]
fn every_room_is_on_the_page_about_the_house() {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rooms = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut seen = 0;
    for room in rooms {
        let row = |form: String| page.contains(&form) || room == "instruments";
        assert!(
            row(format!("`{room}/`")) || row(format!("`{room}.rs`")),
            "{room}"
        );
        seen += 1;
    }
    assert!(seen > 12, "{seen}");
}

/// What a translation has to keep of a page: the levels of its headings, its anchors, its blocks. The words in
/// a diagram and in a plain text block are words.
fn skeleton(page: &str) -> Vec<String> {
    let mut skeleton = Vec::new();
    for line in prose(page) {
        let level = line.chars().take_while(|c| *c == '#').count();
        if level > 0 {
            skeleton.push(format!("heading {level}"));
        }
        skeleton.extend(
            anchors(line)
                .into_iter()
                .map(|anchor| format!("anchor {anchor}")),
        );
        skeleton.extend(line.contains("<summary>").then(|| "question".to_owned()));
    }
    for (word, lines) in blocks(page) {
        let contents = match word {
            "mermaid" | "text" => String::new(),
            "hex" => lines
                .iter()
                .map(|line| line.split("  ").next().unwrap())
                .collect(),
            _ => lines.join("\n"),
        };
        skeleton.push(format!("{word}\n{contents}"));
    }
    skeleton
}

#[test]
fn the_chinese_readme_has_the_same_headings_and_blocks() {
    let [english, chinese] = ["README.md", "README.zh-CN.md"]
        .map(|name| skeleton(&fs::read_to_string(root().join(name)).unwrap()));
    assert_eq!(chinese, english);
}

/// Where the first line of a page leads: to its twin in the other language. The link may be written out at
/// the end of the page.
fn twin(path: &Path, word: &str) -> PathBuf {
    let page = fs::read_to_string(path).unwrap();
    let first = page.lines().next().unwrap();
    let link = first.strip_prefix(&format!("[{word}]"));
    let link = link.unwrap_or_else(|| panic!("{path:?} begins with [{word}]"));
    let target = match link.strip_prefix('(') {
        Some(inline) => inline.strip_suffix(')'),
        None => page
            .lines()
            .filter_map(definition)
            .find(|(label, _)| *label == word)
            .map(|it| it.1),
    };
    let target = target.unwrap_or_else(|| panic!("{path:?}: where is {word}?"));
    fs::canonicalize(path.parent().unwrap().join(target)).unwrap()
}

#[test]
fn a_page_begins_with_a_link_to_its_twin_in_the_other_language() {
    let docs = fs::canonicalize(root().join("docs")).unwrap();
    let pages = pages_in(&docs.join("zh")).into_iter().map(|chinese| {
        let name = chinese.strip_prefix(docs.join("zh")).unwrap();
        (docs.join(name), chinese.clone())
    });
    let readme = ["README.md", "README.zh-CN.md"].map(|name| docs.parent().unwrap().join(name));
    let mut seen = 0;
    for (english, chinese) in pages.chain([readme.into()]) {
        assert_eq!(twin(&english, "中文"), chinese);
        assert_eq!(twin(&chinese, "English"), english);
        seen += 1;
    }
    assert!(seen > 12, "{seen}");
}

#[test]
fn the_chinese_pages_have_the_same_headings_anchors_and_blocks() {
    let (english, chinese) = (root().join("docs"), root().join("docs/zh"));
    let skeletons = |folder: &Path| -> HashMap<_, _> {
        let own = |page: &Path| folder != english || !page.starts_with(&chinese);
        pages_in(folder)
            .into_iter()
            .filter(|page| own(page))
            .map(|page| {
                let name = page.strip_prefix(folder).unwrap().to_owned();
                (name, skeleton(&fs::read_to_string(page).unwrap()))
            })
            .collect()
    };
    let (english, chinese) = (skeletons(&english), skeletons(&chinese));
    for (name, skeleton) in &english {
        let there = chinese
            .get(name)
            .unwrap_or_else(|| panic!("docs/zh/{name:?} is missing"));
        assert_eq!(there, skeleton, "docs/zh/{name:?} against docs/{name:?}");
    }
    assert_eq!(
        chinese.len(),
        english.len(),
        "pages that are in Chinese only"
    );
}
