mod captured;
mod rfc8448;
mod recorded;
mod messages;
mod hostile;
mod worst;
mod data;
mod own_connection;
