"""What is behind each tab."""
