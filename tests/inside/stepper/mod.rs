//! `hello-mtls step`: the quiz, the pauses of a long page, and the last page. Its flights: `cli::step`.

mod patience;
mod quiz;

use std::io::{BufReader, Cursor};

use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::stepper::{self, Show, TwoEnds};

/// The page of a run with mutual TLS 1.3, for a terminal of so many lines, where the reader types `keys`.
fn shown(height: Option<usize>, keys: &str) -> String {
    let ends = TwoEnds::new(false, TlsMax::Tls13).unwrap();
    let mut page = Vec::new();
    let show = Show {
        out: &mut page,
        paint: Paint::PLAIN,
        keys: Some(&mut BufReader::new(Cursor::new(keys.to_owned()))),
        height,
        quiz: false,
    };
    stepper::run(&ends, show).unwrap();
    String::from_utf8(page).unwrap()
}

const MORE: &str = "[Enter shows more] ";
const MOVES: &str = "[Enter lets it move] ";

#[test]
fn a_long_flight_pauses_before_it_leaves_the_screen() {
    let page = shown(Some(24), &"\n".repeat(100));
    assert!(page.matches(MORE).count() > 5, "{page}");
    assert_eq!(page.matches(MOVES).count(), 7, "a flight each");
    // A terminal echoes the reader's line feed: a prompt ends a line of the screen.
    let mut lines = 0;
    for line in page
        .replace(MORE, "\u{c}\n")
        .replace(MOVES, "\u{c}\n")
        .lines()
    {
        lines += 1;
        assert!(lines <= 24, "more than a screen:\n{page}");
        if line.contains('\u{c}') {
            lines = 0;
        }
    }
}

#[test]
fn where_no_height_is_known_only_flights_wait() {
    let page = shown(None, &"\n".repeat(7));
    assert!(!page.contains(MORE));
    assert_eq!(page.matches(MOVES).count(), 7);
}

#[test]
fn a_field_is_named_after_its_extension() {
    let page = shown(None, &"\n".repeat(7));
    for field in [
        "supported_groups, group: X25519MLKEM768",
        "key_share, group: X25519MLKEM768",
        "server_name, host_name: localhost",
        "psk_key_exchange_modes, ke_mode: ",
    ] {
        assert!(page.contains(field), "{field}\n{page}");
    }
    assert!(page.contains("(1 byte, "), "one byte is no bytes:\n{page}");
}
