"""Messages, languages and sanitized text."""
