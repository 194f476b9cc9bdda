//! What a release promises: a package that is small and complete, one oldest Rust everywhere, actions that cannot change,
//! and notes for its version.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::pages::root;

/// The package's files, uncompressed, and so much room for pages to come. A picture or a recording too many is noticed.
const MOST_BYTES: u64 = 4_500_000;

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Every file in a folder and below.
fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_in(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// What `cargo package` would put into the crate.
fn packaged() -> Vec<String> {
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--offline", "--allow-dirty"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let list = String::from_utf8(listed.stdout).unwrap();
    list.lines().map(str::to_owned).collect()
}

#[test]
fn the_package_has_what_a_user_needs_and_nothing_else() {
    let files = packaged();
    for file in &files {
        let top = file.split('/').next().unwrap();
        let kind = file.rsplit('.').next().unwrap();
        let expected = match top {
            "src" | "completions" | "man" => true,
            "docs" => kind == "md",
            "examples" => kind == "rs",
            _ => !file.contains('/'),
        };
        assert!(expected, "{file}: does a user of the crate need it?");
    }
    for needed in [
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "CHANGELOG.md",
        "README.zh-CN.md",
        "Cargo.lock",
    ] {
        assert!(files.iter().any(|file| file == needed), "{needed}");
    }
    let bytes: u64 = files
        .iter()
        .filter_map(|file| Some(fs::metadata(root().join(file)).ok()?.len()))
        .sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes in {} files", files.len());
}

#[test]
fn every_file_that_the_sources_include_is_in_the_package() {
    let files = packaged();
    let mut included = 0;
    for source in files_in(&root().join("src")) {
        if source.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        let code = fs::read_to_string(&source).unwrap();
        for rest in code.split("include_str!(\"").skip(1) {
            let name = rest.split('"').next().unwrap();
            let path = fs::canonicalize(source.parent().unwrap().join(name)).unwrap();
            let path = path
                .strip_prefix(fs::canonicalize(root()).unwrap())
                .unwrap()
                .to_owned();
            assert!(
                files.iter().any(|file| Path::new(file) == path),
                "{path:?} is not in the package"
            );
            included += 1;
        }
    }
    assert!(included > 40, "{included}");
}

#[test]
fn the_oldest_rust_is_the_same_wherever_it_is_named() {
    let manifest = read("Cargo.toml");
    let oldest = manifest.split("rust-version = \"").nth(1).unwrap();
    let oldest = oldest.split('"').next().unwrap();
    for name in ["README.md", "README.zh-CN.md"] {
        let page = read(name);
        assert!(
            page.contains(&format!("MSRV) is {oldest}"))
                || page.contains(&format!("MSRV）是 {oldest}")),
            "{name}"
        );
    }
    assert!(
        read(".github/workflows/ci.yml")
            .contains(&format!("cargo +{oldest} check --locked --all-targets"))
    );
}

#[test]
fn every_action_is_pinned_by_the_hash_of_a_commit() {
    let mut actions = 0;
    for file in files_in(&root().join(".github/workflows")) {
        let workflow = fs::read_to_string(&file).unwrap();
        assert!(
            workflow.contains("\npermissions:\n  contents: read\n"),
            "{file:?}"
        );
        for line in workflow.lines() {
            let Some((_, used)) = line.split_once("uses: ") else {
                continue;
            };
            let (action, version) = used.split_once(" # v").unwrap_or((used, ""));
            let hash = action.split('@').nth(1).unwrap_or_default();
            let pinned = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(pinned && !version.is_empty(), "{file:?}: {line}");
            actions += 1;
        }
    }
    assert!(actions > 8, "{actions}");
}

#[test]
fn the_changelog_has_notes_for_this_version_and_for_no_other() {
    let notes = |tag: &str| {
        let script = root().join(".github/release-notes.sh");
        Command::new("sh").arg(script).arg(tag).output().unwrap()
    };
    let known = notes(concat!("v", env!("CARGO_PKG_VERSION")));
    assert!(known.status.success(), "{known:?}");
    let text = String::from_utf8(known.stdout).unwrap();
    assert!(
        text.lines().count() > 3 && !text.contains("\n## "),
        "{text}"
    );
    assert!(!notes("v99.0.0").status.success());
}

#[test]
fn an_issue_begins_with_what_get_and_doctor_say() {
    for name in ["problem.md", "problem.zh-CN.md"] {
        let template = read(&format!(".github/ISSUE_TEMPLATE/{name}"));
        for asked in [
            "hello-mtls get ",
            "hello-mtls doctor ",
            "hello-mtls --version",
            "SECURITY.md",
        ] {
            assert!(template.contains(asked), "{name}: {asked}");
        }
    }
    let template = read(".github/pull_request_template.md");
    for asked in [
        "hello-mtls get ",
        "hello-mtls doctor ",
        "make check",
        "CHANGELOG.md",
    ] {
        assert!(template.contains(asked), "{asked}");
    }
}
