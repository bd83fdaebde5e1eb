"""Takes media apart: type by content, nothing kept but pictures and sound."""
