"""Pages of quizzes on paper: printing them, entering their answers, and their PDF."""
