"""How opened ballots become figures; pure functions, one module a step."""
