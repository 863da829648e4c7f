"""Flask glue: the request's session, access, forms base, errors, headers, languages. Knows no domain."""
