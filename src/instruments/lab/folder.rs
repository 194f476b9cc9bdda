//! An exercise on disk. There is no other memory of it: what is solved is computed from the folders.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::draw::Draw;
use super::tests::{Started, Test, Verdict, page_of};
use super::unusable::unusable;
use super::wording::{Texts, folded};
use super::{EXERCISES, Exercise, settings};
use crate::error::Error;
use crate::files::{self, NewFile, Readers};
use crate::language::Language;
use crate::phrase;
use crate::text;

/// Where the exercises lie: a folder for each.
#[derive(Clone, Debug)]
pub struct Lab(PathBuf);

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// The words of the exercise.
    pub texts: Texts,
    /// Which exercise.
    pub exercise: &'static Exercise,
    /// What was tried.
    pub tests: Vec<Test>,
}

impl Checked {
    /// All is as it should be.
    pub fn solved(&self) -> bool {
        self.tests.iter().all(Test::passed)
    }

    /// There is nothing to check, and the error says why: for a list that is to have all exercises.
    pub fn impossible(exercise: &'static Exercise, language: Language, error: Error) -> Checked {
        Checked {
            texts: exercise.texts.texts(language, &[]),
            exercise,
            tests: vec![unusable("files", Path::new(""), error)],
        }
    }

    /// Nothing can be said about it here.
    pub fn not_checked(&self) -> bool {
        let unknown = |test: &Test| test.verdict == Verdict::NotChecked;
        self.tests.iter().any(unknown)
    }
}

impl Lab {
    /// The lab in this folder.
    pub fn at(folder: &Path) -> Lab {
        Lab(folder.to_owned())
    }

    /// The lab below the current folder. In the folder of an exercise it is the one around it.
    pub fn here() -> Lab {
        Lab::at(Path::new(if Path::new(super::draw::FILE).exists() {
            ".."
        } else {
            "lab"
        }))
    }

    /// The folder of an exercise.
    pub fn folder(&self, exercise: &Exercise) -> PathBuf {
        self.0.join(exercise.name)
    }

    /// The same in the words of a learner: in the folder itself the files have their plain names.
    fn folder_from_here(&self, exercise: &Exercise) -> PathBuf {
        let inside = self.0 == Path::new("..")
            && env::current_dir().is_ok_and(|here| here.ends_with(exercise.name));
        match inside {
            true => PathBuf::from("."),
            false => self.folder(exercise),
        }
    }

    /// The exercises that were started, in their order.
    pub fn started(&self) -> Vec<&'static Exercise> {
        let begun = |exercise: &&Exercise| self.folder(exercise).exists();
        EXERCISES.iter().filter(begun).collect()
    }

    /// Draws an exercise, and writes its folder.
    ///
    /// # Errors
    /// [`Error::Exists`] if it was started before.
    pub fn start(&self, exercise: &Exercise, language: Language) -> Result<PathBuf, Error> {
        let folder = self.folder(exercise);
        if folder.symlink_metadata().is_ok() {
            return Err(Error::Contents {
                path: folder,
                found: phrase!("this exercise was started before"),
                remedy: phrase!(
                    "hello-mtls lab reset {name}: it draws anew, and keeps the old folder beside the new one",
                    name = exercise.name
                ),
            });
        }
        let mut draw = Draw::new()?;
        let made = (exercise.start)(&mut draw)?;
        let texts = exercise.texts.texts(language, &(exercise.words)(&draw));
        let mut all: Vec<NewFile> = made.into_iter().map(|file| file.below(&folder)).collect();
        all.push(public(
            folder.join("README.md"),
            format!("{}\n", folded(&texts.task)),
        ));
        let (path, text) = draw.file(&folder, exercise.name);
        all.push(public(path, text));
        for file in &all {
            files::make_folder(files::folder(&file.path))?;
        }
        files::write_all(&all, false)?;
        Ok(folder)
    }

    /// Moves the folder of an exercise aside, and draws it anew. Returns where the old one lies.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be moved.
    pub fn reset(&self, exercise: &Exercise, language: Language) -> Result<Option<PathBuf>, Error> {
        let folder = self.folder(exercise);
        let mut kept = None;
        if folder.symlink_metadata().is_ok() {
            let aside = (1..)
                .map(|number| self.0.join(format!("{}.old-{number}", exercise.name)))
                .find(|path| path.symlink_metadata().is_err())
                .unwrap_or_default();
            fs::rename(&folder, &aside).map_err(|source| Error::File {
                doing: "move",
                path: folder.clone(),
                source,
            })?;
            kept = Some(aside);
        }
        self.start(exercise, language)?;
        Ok(kept)
    }

    /// The texts of an exercise with its own names; before it is started, with names that nobody has.
    ///
    /// # Errors
    /// A draw that cannot be read.
    pub fn texts(&self, exercise: &Exercise, language: Language) -> Result<Texts, Error> {
        let draw = self.draw(exercise)?;
        Ok(exercise.texts.texts(language, &(exercise.words)(&draw)))
    }

    /// The solution, with a first command that goes to the folder: it is pasted where it was asked for.
    ///
    /// # Errors
    /// As [`Lab::texts`].
    pub fn solution(&self, exercise: &Exercise, language: Language) -> Result<String, Error> {
        let solution = self.texts(exercise, language)?.solution;
        let folder = text::shell(&self.folder(exercise));
        Ok(solution.replacen("```sh\n", &format!("```sh\ncd {folder}\n"), 1))
    }

    fn draw(&self, exercise: &Exercise) -> Result<Draw, Error> {
        let folder = self.folder(exercise);
        if folder.symlink_metadata().is_err() {
            return Err(Error::Contents {
                path: folder,
                found: phrase!("this exercise was not started"),
                remedy: phrase!("hello-mtls lab start {name}", name = exercise.name),
            });
        }
        Draw::open(&folder, exercise.name)
    }

    /// Tries what the learner has made of an exercise. A file that cannot be used is a test that failed.
    ///
    /// # Errors
    /// The exercise was not started, or its draw was changed.
    pub fn check(&self, exercise: &'static Exercise, language: Language) -> Result<Checked, Error> {
        self.tried(exercise, language, false)
    }

    /// The same for a list: what takes minutes is not begun.
    ///
    /// # Errors
    /// As [`Lab::check`].
    pub fn look(&self, exercise: &'static Exercise, language: Language) -> Result<Checked, Error> {
        self.tried(exercise, language, true)
    }

    fn tried(
        &self,
        exercise: &'static Exercise,
        language: Language,
        hurry: bool,
    ) -> Result<Checked, Error> {
        let (folder, draw) = (self.folder_from_here(exercise), self.draw(exercise)?);
        let started = Started {
            folder: &folder,
            draw: &draw,
            hurry,
        };
        let tests = (exercise.check)(&started)
            .unwrap_or_else(|error| vec![files_test(exercise, &folder, error)]);
        let texts = exercise.texts.texts(language, &(exercise.words)(&draw));
        Ok(Checked {
            texts,
            exercise,
            tests,
        })
    }
}

/// The test that stands for all, where a file keeps the others from being tried.
fn files_test(exercise: &Exercise, folder: &Path, error: Error) -> Test {
    let about_options =
        matches!(&error, Error::Contents { path, .. } if path.ends_with(settings::FILE));
    let test = unusable("files", folder, error);
    // The options of a server are about what the exercise ends with, and not about files.
    match exercise.steps.last().filter(|_| about_options) {
        Some(step) => test.explained_by(page_of(*step)),
        None => test,
    }
}

fn public(path: PathBuf, text: String) -> NewFile {
    NewFile {
        path,
        contents: text.into_bytes(),
        readers: Readers::Everybody,
    }
}
