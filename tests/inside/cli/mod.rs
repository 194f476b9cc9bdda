mod bad_input;
mod outputs;
mod columns;
mod watching;
mod step;
mod demo;
mod help;
mod lang;
