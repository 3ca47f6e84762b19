"""What all windows are made of: pages, numbers, texts, messages, and work in threads."""
