"""Pages of products: the catalogue for everybody signed in, and the bank's own."""

from matchmaking.market.products.views.bank import bank_products
from matchmaking.market.products.views.catalogue import products

__all__ = ["bank_products", "products"]
