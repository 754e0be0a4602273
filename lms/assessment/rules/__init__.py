"""Pure rules of quizzes: selecting questions, grading responses, and when a new attempt may start."""
