mod limits;
mod bad_peers;
