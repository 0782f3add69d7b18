"""Parts of the servers, each without a server around it."""
