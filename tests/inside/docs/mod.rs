mod pages;
mod bytes;
mod paste;
mod prose;
mod chinese;
mod summary;
