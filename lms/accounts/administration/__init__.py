"""The administrator's pages: accounts and roles."""
