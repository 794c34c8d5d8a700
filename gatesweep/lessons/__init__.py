"""What a course asks: lessons on one model, comparisons of many, and what each word means.

Data alone, once, for the app and for the page.
Every claim of a hint or an answer is computed in tests/test_lessons.py; a changed text needs a changed claim.
"""

from gatesweep.lessons.comparisons import COMPARISONS
from gatesweep.lessons.explanations import EXPLANATIONS, Explanation
from gatesweep.lessons.lesson import Lesson
from gatesweep.lessons.lessons import LESSONS

__all__ = ["COMPARISONS", "EXPLANATIONS", "LESSONS", "Explanation", "Lesson"]
