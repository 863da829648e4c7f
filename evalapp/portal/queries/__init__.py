"""Reading across domains for the public pages; one module a page."""
