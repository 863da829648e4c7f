"""大家看 大家评: the application. One folder a domain; `factory` builds it, `cli` commands it."""
