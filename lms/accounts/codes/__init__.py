"""Printed sign-in codes, with which people without e-mail choose a password."""
