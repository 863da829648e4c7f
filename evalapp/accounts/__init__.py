"""Who people are: residents, staff, panel members; signing in; roles; the account vault with telephone numbers."""
