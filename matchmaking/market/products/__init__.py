"""What banks offer: products, and versions of their terms that are never changed once published."""
