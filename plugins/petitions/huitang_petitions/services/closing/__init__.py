"""What comes after the answer: ratings, follow-up visits, publication, and how satisfied people are."""
