//! Keys, proofs and the outcome come from messages as data. A tree of fields is for showing alone, so that
//! a reworded label cannot break decryption.
use std::fs;
use std::path::Path;

/// The files from a message's data to keys, proofs and the outcome.
const COMPUTING: [&str; 16] = [
    "carried.rs",
    "decryption.rs",
    "derivation.rs",
    "early_data.rs",
    "explain.rs",
    "hkdf.rs",
    "key_log.rs",
    "key_schedule.rs",
    "reassembly.rs",
    "resumption.rs",
    "session.rs",
    "signatures.rs",
    "state.rs",
    "steps.rs",
    "tls12.rs",
    "tls13.rs",
];

#[test]
fn nothing_that_computes_looks_into_a_tree_of_fields() {
    let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instruments/wire");
    for file in COMPUTING {
        let code = fs::read_to_string(wire.join(file)).unwrap();
        // These three hand trees on to be shown, and ask them nothing. The others know no trees.
        if ["decryption.rs", "explain.rs", "reassembly.rs"].contains(&file) {
            for question in [".label", ".children", ".leaves()", ".find(\""] {
                assert!(!code.contains(question), "{file} asks a tree: {question}");
            }
        } else {
            assert!(!code.contains("fields"), "{file} knows trees");
        }
        // Nor is a message known by the name that it is shown with.
        assert!(!code.contains(".name == ") && !code.contains("name.as_str()"));
    }
}

#[test]
fn every_file_of_the_room_computes_or_is_known_not_to() {
    let others = [
        "conversation.rs",
        "keeping.rs",
        "key_exchange.rs",
        "messages",
        "mod.rs",
        "names.rs",
        "registries.txt",
        "numbers.rs",
        "omitted.rs",
        "per_side.rs",
        "records.rs",
        "tap.rs",
        "transcript.rs",
    ];
    let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instruments/wire");
    for file in fs::read_dir(wire).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let listed = COMPUTING.contains(&name.as_str()) || others.contains(&name.as_str());
        assert!(listed, "{name}: does it compute with messages?");
    }
}
