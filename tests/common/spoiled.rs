//! A good set of files with one of them spoiled: each command that uses it names it.

use super::Folder;

/// Both commands that use files, with the name that theirs have. They fail before they use the port.
pub(crate) const USERS: [(&str, &str); 2] = [
    ("server", "hello-mtls serve --listen localhost:0"),
    ("client", "hello-mtls get https://localhost:1/"),
];

/// Spoils the files with a shell command, in which `SIDE` is server or client, and runs what uses
/// them: it fails, names the file and says these words.
#[track_caller]
pub(crate) fn spoiled(spoil: &str, file: &str, words: &str) {
    let good = Folder::with_certs();
    for (side, command) in USERS {
        let (spoil, file) = (spoil.replace("SIDE", side), file.replace("SIDE", side));
        good.run(&format!(
            "rm -rf certs.good; cp -Rp certs certs.good; cd certs; {spoil}"
        ))
        .ends(0);
        good.run(command)
            .ends(1)
            .prints("")
            .says(&file)
            .says("found:")
            .says(words)
            .says("try:");
        good.run("rm -rf certs; mv certs.good certs").ends(0);
    }
}
