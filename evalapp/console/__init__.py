"""The staff desks of office, unit and station."""
