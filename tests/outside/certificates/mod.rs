mod making;
mod post_quantum;
mod revocation;
