"""Reports that go to chosen people by e-mail, weekly or monthly."""
