"""Ballot boxes: announcing, casting, sealing, receipts, closing."""
