mod bad_input;
mod columns;
mod watching;
mod step;
mod demo;
mod help;
mod lang;
mod elsewhere;
