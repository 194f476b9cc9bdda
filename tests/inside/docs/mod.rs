mod pages;
mod bytes;
mod paste;
