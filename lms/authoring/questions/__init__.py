"""Questions of a draft's bank: listed, written in forms, and tried as learners meet them."""
