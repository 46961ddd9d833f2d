"""What happened: events, kept in bounded memory, read by cursor."""
