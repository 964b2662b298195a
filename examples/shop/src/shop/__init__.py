"""Stock, prices and orders of a small mail-order shop."""
