mod pages;
mod bytes;
mod prose;
mod chinese;
