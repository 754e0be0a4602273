"""Tools that developers and editors run; the server never loads them."""
