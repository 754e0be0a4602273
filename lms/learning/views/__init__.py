"""The pages of learning: courses and modules, quizzes and their results, the curriculum map and the glossary."""
