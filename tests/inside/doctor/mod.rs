//! The doctor: what is found in 170 setups, what the program prints about them, whether the commands
//! that it prints work, what it sees of a live server, and that hostile files are only a message.

// A test that cannot unwrap has failed.
mod set;
mod pasting;
mod setups;
mod program;
mod shells;
mod formats;
mod live;
mod replaced;
mod bystanders;
mod hostile;
