"""The list of everybody who works, worked or will work for an organisation."""
