"""Monthly and annual reports on the situation: figures with their rows, topics, words, and what was issued."""
