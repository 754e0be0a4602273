"""What is stored about a person, whatever table it is in: listed on a page, and as a file to take along."""
