"""The power list: what the law lets or makes each unit do, on what basis, who answers for it, and how it runs."""
