//! The exercises, in growing order. To add one is to add a file here, its texts in `texts/en` and `texts/zh`, and a row.

mod behind_the_proxy;
mod by_hand;
mod change_the_root;
mod first_hello;
mod let_in_a_not_b;
mod quantum;
mod renew;
mod shut_the_door;
mod success_is_not_success;
mod take_it_back;
mod the_key_stays_home;
mod the_missing_link;
mod two_cas;
mod who_is_who;
mod whose_fault;
mod wrong_purpose;

use super::Exercise;
use crate::error::Error;
use crate::phrase;
use crate::text;

/// All exercises.
pub const EXERCISES: &[Exercise] = &[
    who_is_who::EXERCISE,
    first_hello::EXERCISE,
    the_missing_link::EXERCISE,
    renew::EXERCISE,
    shut_the_door::EXERCISE,
    the_key_stays_home::EXERCISE,
    wrong_purpose::EXERCISE,
    whose_fault::EXERCISE,
    two_cas::EXERCISE,
    let_in_a_not_b::EXERCISE,
    take_it_back::EXERCISE,
    success_is_not_success::EXERCISE,
    change_the_root::EXERCISE,
    behind_the_proxy::EXERCISE,
    by_hand::EXERCISE,
    quantum::EXERCISE,
];

/// The exercise of this name.
///
/// # Errors
/// [`Error::Usage`] with the names.
pub fn find(name: &str) -> Result<&'static Exercise, Error> {
    let found = EXERCISES.iter().find(|exercise| exercise.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = EXERCISES.iter().map(|exercise| exercise.name).collect();
        Error::Usage {
            found: phrase!(
                "there is no exercise \"{name}\"",
                name = text::terminal(name)
            ),
            remedy: phrase!("one of {names}", names = names.join(", ")),
        }
    })
}
