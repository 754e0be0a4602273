"""The first version of the interface: an address is never taken away from it, nor a member of an answer."""
