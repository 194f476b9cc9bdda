mod pages;
mod bytes;
