//! The lab: exercises that grade themselves over real connections.
//!
//! | module | job |
//! | --- | --- |
//! | [`exercises`] | the exercises: a file and a row for each; their texts stand in `texts/`, longer files in `starts/` |
//! | [`draw`] | what is drawn by lot, and its seal |
//! | [`wording`] | a file of `texts/`, taken apart |
//! | [`minting`] | certificates, right and wrong |
//! | [`reading`] | what a check reads out of a certificate |
//! | [`settings`] | the lines of a `serve.args` |
//! | [`meeting`] | two sides meet, and what each of them saw |
//! | [`playing`] | servers for a client that the learner wrote |
//! | [`program`] | that client: it is built, and it is run |
//! | [`bounded`] | runs another program for a bounded time |
//! | [`balancer`] | a balancer that names the client in a header, and an application behind it |
//! | [`tests`] | what a check tries, expects and finds |
//! | [`unusable`] | files that cannot be used, as a test that failed |
//! | [`wanted`] | how a connection should end, and how it ended, in words |
//! | [`folder`] | an exercise on disk: start, check, reset |
//! | [`report`] | all of it at 80 columns, and as JSON |
//!
//! A check never reads a command of the learner. It looks at what the files do when two sides meet: the good
//! peer has to get in, and a near miss has to be refused at the right step.

pub mod balancer;
pub mod bounded;
pub mod draw;
pub mod exercises;
pub mod folder;
pub mod meeting;
pub mod minting;
pub mod playing;
pub mod program;
pub mod reading;
pub mod report;
pub mod settings;
pub mod tests;
pub mod unusable;
pub mod wanted;
pub mod wording;

pub use self::exercises::{EXERCISES, find};

use self::draw::Draw;
use self::tests::{Started, Test};
use crate::certificates::GeneratedFile;
use crate::error::Error;
use crate::narration::Step;

/// One exercise: a row of [`EXERCISES`].
#[derive(Clone, Copy, Debug)]
pub struct Exercise {
    /// Its name on the command line, and of its folder.
    pub name: &'static str,
    /// The steps that it trains.
    pub steps: &'static [Step],
    /// Minutes that a learner needs, about.
    pub minutes: u8,
    /// What it says.
    pub texts: wording::Files,
    /// The words that its texts take from the draw.
    pub words: fn(&Draw) -> Vec<(&'static str, String)>,
    /// Makes the broken state. What the check needs later is noted in the draw.
    pub start: fn(&mut Draw) -> Result<Vec<GeneratedFile>, Error>,
    /// Tries what the learner has made of it.
    pub check: fn(&Started<'_>) -> Result<Vec<Test>, Error>,
}
