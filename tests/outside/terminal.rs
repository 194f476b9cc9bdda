//! The completions in the shell that they are for.

use crate::common::pages::root;
use crate::common::{Folder, have};

/// Asks the function that bash would call for what completes the last of these words.
const COMPLETE: &str = r#"
words=("$@")
asked=$(complete -p hello-mtls | sed 's/.*-F \([^ ]*\).*/\1/')
COMP_WORDS=("${words[@]}")
COMP_CWORD=$((${#words[@]} - 1))
$asked hello-mtls "${words[$COMP_CWORD]}" "${words[$COMP_CWORD - 1]}"
echo "${COMPREPLY[@]}"
"#;

#[test]
fn bash_completes_commands_and_the_values_of_options() {
    if !have("bash") {
        return;
    }
    let folder = Folder::new();
    let script = root().join("completions/hello-mtls.bash");
    folder.write("complete.sh", format!(". {}\n{COMPLETE}", script.display()));
    for (words, wanted) in [
        ("hello-mtls ga", "gallery\n"),
        ("hello-mtls certs r", "request renew revoke\n"),
        ("hello-mtls step --color a", "auto always\n"),
    ] {
        folder
            .run(&format!("bash complete.sh {words}"))
            .ends(0)
            .prints(wanted);
    }
}
