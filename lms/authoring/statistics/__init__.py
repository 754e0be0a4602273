"""Statistics of quizzes and questions from first attempts, without persons."""
