"""Public pages that read across domains: home, episode, unit, search, a resident's own page."""
