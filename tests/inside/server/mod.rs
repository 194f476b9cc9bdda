mod limits;
mod bad_peers;
mod open;
mod reload;
mod lists;
