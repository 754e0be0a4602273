"""What a published course covers and how hard it is to read, for its authors."""
