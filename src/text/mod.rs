//! Text for a terminal: the one place where hostile text is made safe, and where columns are counted.
//!
//! | module | job |
//! | --- | --- |
//! | `escaped` | what strangers wrote, safe for a terminal and for a page |
//! | `layout` | columns, padding, shortening, wrapping |
//! | `shell` | words and commands that can be pasted |
//! | `ascii` | names and URIs as certificates spell them |

mod escaped;
mod layout;
mod shell;
mod ascii;

pub use ascii::{ascii_host, percent_encoded};
pub(crate) use escaped::obeyed_by_a_terminal;
pub use escaped::{for_reading, html, terminal, terminal_bytes};
pub use layout::{columns, pad, shorten, wrap, wrap_breaking};
pub use shell::{fold, shell, shell_word};
