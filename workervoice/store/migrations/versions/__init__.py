"""One module a migration; the SQL stands beside it and is never edited once released."""
