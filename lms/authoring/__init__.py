"""The trainers' workshop: their courses, and how the questions of the quizzes do."""
