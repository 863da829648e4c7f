"""What a ballot is and how it is sealed; pure functions, one module a subject."""
