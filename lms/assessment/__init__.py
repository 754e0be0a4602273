"""Quizzes: selecting questions, attempts, responses, grading and retake rules.

It has no pages (learning shows the attempts) and knows nothing of awards.
"""
