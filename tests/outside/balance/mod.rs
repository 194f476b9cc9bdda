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
use std::io::Write;

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
