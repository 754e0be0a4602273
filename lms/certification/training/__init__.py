"""In-person sessions and recognised prior training: lists of people who get an award without a quiz."""
