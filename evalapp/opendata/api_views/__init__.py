"""The JSON interface under /api/v1: one module a resource."""
