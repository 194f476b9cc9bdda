//! More than one machine: HAProxy before two servers of hello-mtls, and what becomes of the client's identity, its address,
//! its tickets and its requests.
//!
//! Each act is a test, and prints an account of what it saw. `make balance` shows the accounts, and gives each machine a
//! network namespace (`machines.sh`). Otherwise a machine is an address of loopback. Addresses that end in .1 and .4 are the
//! proxy's two sides, .2 and .3 the servers, .5 an application, .8 and .9 clients.

mod stage;
mod act1_address;
mod act2_proxy_protocol;
mod act3_tickets;
mod act4_tls_ended;
mod act5_health_checks;
mod act6_rolling_restart;
mod act7_new_ca;

use std::fmt::Display;
use std::fs;
use std::io::Write;

use crate::common::pages::root;

/// What an act saw, in lines of at most 80 columns. It is printed when the act has ended well.
struct Account {
    title: &'static str,
    rows: Vec<(String, String)>,
}

impl Account {
    fn of(title: &'static str) -> Account {
        Account {
            title,
            rows: Vec::new(),
        }
    }

    /// A line: what was looked at, and what was seen.
    fn row(&mut self, what: &str, seen: impl Display) {
        let row = (what.to_owned(), seen.to_string());
        let columns = row.1.chars().count();
        assert!(
            what.len() <= 39 && columns <= 37,
            "{row:?} fit into 80 columns"
        );
        self.rows.push(row);
    }

    fn print(&self) {
        let what = self.rows.iter().map(|(what, _)| format!("\n  {what} "));
        let lines: Vec<String> = what.chain([format!("\n{}\n", self.title)]).collect();
        for page in pages() {
            let missing = lines.iter().find(|line| !page.contains(*line));
            assert_eq!(missing, None, "docs/scale.md shows another account");
        }
        let mut text = format!("\n{}\n", self.title);
        for (what, seen) in &self.rows {
            text.push_str(&format!("  {what:<40} {seen}\n"));
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        // The macro's output is what libtest holds back unless it is told not to.
        print!("{text}");
        let _ = std::io::stdout().flush();
    }
}

/// The page about these acts, in both languages.
fn pages() -> [String; 2] {
    ["docs/scale.md", "docs/zh/scale.md"].map(|page| fs::read_to_string(root().join(page)).unwrap())
}

#[test]
fn the_page_has_the_configuration_of_the_acts() {
    let file = root().join("tests/outside/balance/tcp.cfg");
    let config = fs::read_to_string(file).unwrap();
    let (_, below_the_comment) = config.split_once('\n').unwrap();
    assert!(pages().iter().all(|page| page.contains(below_the_comment)));
}
