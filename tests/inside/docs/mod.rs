mod pages;
mod bytes;
mod sessions;
