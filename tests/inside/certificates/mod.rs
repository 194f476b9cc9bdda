mod files;
mod revocation;
mod renewal;
mod careful_authority;
