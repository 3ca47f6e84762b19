"""The building blocks of all windows: pages, numbers, texts, messages, and work in threads."""
