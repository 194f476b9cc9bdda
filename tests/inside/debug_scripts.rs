//! One table of breakpoints, `debug/steps.txt`: it is that of the code, and lldb's script is made from it.
//!
//! gdb's script reads the table when it starts; plain lldb cannot, so its commands are written out.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use crate::common::pages::root;
use crate::common::snapshots::holds;

/// A breakpoint: a block of the table.
#[derive(Default)]
struct Stop {
    module: String,
    function: String,
    sentence: String,
    arguments: Vec<String>,
    computes: Vec<String>,
    hint: String,
}

fn table() -> Vec<Stop> {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    let mut stops: Vec<Stop> = Vec::new();
    for line in include_str!("../../debug/steps.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(line) = line.strip_prefix("  ") else {
            let (module, function) = line.split_once("::").unwrap_or(("mod", line));
            stops.push(Stop {
                module: module.to_owned(),
                function: function.to_owned(),
                ..Stop::default()
            });
            continue;
        };
        let stop = stops.last_mut().unwrap();
        if let Some(names) = line.strip_prefix("arguments:") {
            stop.arguments = words(names);
        } else if let Some(names) = line.strip_prefix("computes:") {
            stop.computes = words(names);
        } else if let Some(hint) = line.strip_prefix("type: ") {
            stop.hint = hint.to_owned();
        } else {
            stop.sentence = line.to_owned();
        }
    }
    stops
}

#[test]
fn the_breakpoints_are_functions_of_the_seven_steps() {
    let mut steps = BTreeSet::new();
    for file in fs::read_dir(root().join("src/handshake")).unwrap() {
        let path = file.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if module.starts_with("step") {
            steps.insert(module);
        }
    }
    let stops = table();
    let of_steps = stops.iter().filter(|stop| stop.module != "mod");
    let listed: Vec<&str> = of_steps.map(|stop| stop.module.as_str()).collect();
    assert!(
        listed.is_sorted(),
        "in the order of the handshake: {listed:?}"
    );
    assert_eq!(
        listed
            .into_iter()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>(),
        steps
    );
    for Stop {
        module,
        function,
        sentence,
        arguments,
        computes,
        hint,
    } in &stops
    {
        let code = fs::read_to_string(root().join(format!("src/handshake/{module}.rs"))).unwrap();
        let start = format!("fn {function}(");
        let Some((_, from_here)) = code.split_once(&start) else {
            panic!("{module} has no function {function} that a debugger can find");
        };
        assert!(
            code.contains(&format!("#[inline(never)]\nfn {function}("))
                || code.contains(&format!("#[inline(never)]\npub fn {function}(")),
            "{module}::{function}"
        );
        let (signature, body) = from_here.split_once("{\n").unwrap();
        for name in arguments {
            assert!(
                signature.contains(&format!("{name}: ")),
                "{module}::{function}: {name}"
            );
        }
        let mut rest = body;
        for name in computes {
            let local = format!("let {name} =");
            let Some((_, after)) = rest.split_once(&local) else {
                panic!("{module}::{function} computes {computes:?} in this order");
            };
            rest = after;
        }
        assert!(sentence.ends_with('.') && !hint.is_empty(), "{sentence}");
        // Both stand in an `echo "…"` of lldb's script, where a semicolon would end the command.
        for words in [sentence, hint] {
            assert!(!words.contains(['"', ';', '$', '`', '\\']), "{words}");
        }
    }
}

/// The same stops as commands of lldb.
fn lldb_script(stops: &[Stop]) -> String {
    let mut script = r#"# A breakpoint for each step, in the order of the handshake. For lldb:
#
#   rust-lldb -s debug/steps.lldb -- target/debug/hello-mtls step
#
# Made from debug/steps.txt by `make docs`. Each stop says its step, shows the source, and says what to type
# next. Nothing here needs lldb's Python, so plain lldb will do where rust-lldb does not start.

settings set frame-format "    in ${function.name-without-args} (${line.file.basename}:${line.number})\n"
# The program knows that it is in a debugger: it waits for no key of its own, and no deadline of it runs.
settings set target.env-vars HELLO_MTLS_DEBUGGER=1
"#
    .to_owned();
    for stop in stops {
        let (module, function) = (stop.module.as_str(), stop.function.as_str());
        let (path, head) = match module.strip_prefix("step") {
            Some(step) => (format!("{module}::"), format!("step {}", &step[..1])),
            None => (String::new(), "the end".to_owned()),
        };
        let sentence = &stop.sentence;
        let hint = stop.hint.replace("{print}", "frame variable -D 9");
        let hint = hint.replace("{next}", &"next, ".repeat(stop.computes.len()));
        let _ = writeln!(
            script,
            "\nbreakpoint set --name hello_mtls::handshake::{path}{function}"
        );
        let _ = writeln!(script, "breakpoint command add");
        let _ = writeln!(script, "platform shell echo \"-- {head}: {sentence}\"");
        // Of the arguments, plain lldb shows only text well.
        for name in &stop.arguments {
            if ["subject", "found"].contains(&name.as_str()) {
                let _ = writeln!(script, "frame variable -D 1 {name}");
            }
        }
        let _ = writeln!(script, "platform shell echo \"   type: {hint}\"");
        let _ = writeln!(script, "DONE");
    }
    script
}

#[test]
fn the_script_of_lldb_is_made_from_the_table() {
    holds("debug/steps.lldb", &lldb_script(&table()));
}
