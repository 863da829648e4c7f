"""Reading across domains for the desks, one module a concern."""
