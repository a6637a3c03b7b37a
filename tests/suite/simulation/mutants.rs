//! Five programs with one thing wrong each, to see that the checker catches it and says what it is.
