"""Correcting who somebody is: names, e-mail, language and staff number, with the values before kept as facts."""
