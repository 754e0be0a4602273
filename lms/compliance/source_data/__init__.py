"""The known facts of some people, loaded in a handful of queries, and the names beside them."""
