"""Reading powers: lists and counts, one power with its versions, the drafts of a unit, whole tables."""
