"""The tree of departments, sections, subdistricts and villages; their functions and posts; who works there."""
