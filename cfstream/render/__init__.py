"""Values in, text out: plans, reports, problems and inventories, for eyes and for programs. Nothing here prints."""
