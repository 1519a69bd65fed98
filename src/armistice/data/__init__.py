"""Packs: read, check, build from raw files, lay out as a panel."""
