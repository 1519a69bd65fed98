"""The charts wing: records in, figures out."""
