//! A history of three lines by hand, to see that the checker reads what is written down and sees what is wrong.
