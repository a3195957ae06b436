"""Who listens, and telling them: what is common to sockets of the server and of API Gateway, and the server's own."""
