"""What is wrong, in words, and the fixes that mend it."""
