"""The interactive panels of the lessons: one NAME.py and one NAME.js each, on the base in lab.py."""
