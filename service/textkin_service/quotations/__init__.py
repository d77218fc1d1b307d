"""Quotations: what a text quotes, who is quoted, and what two texts quote alike.

`marks` finds what stands between quotation marks, `shared` what of it both texts have, `speakers` whom a text names for it.
"""
