"""Files are washed, and try to harm the one who washes them."""
