"""Quizzes on paper: printed with a frozen selection for each person, entered twice, graded as those taken online."""
