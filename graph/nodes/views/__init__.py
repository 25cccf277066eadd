"""Views: what is looked at while it trains."""
