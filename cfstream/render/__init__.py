"""Render plans, reports, problems and inventories as text and as documents. Nothing here prints."""
