"""What changes between two versions of course files, for people: paragraphs, words, questions and rules."""
