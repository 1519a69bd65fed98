"""Settlements: kinds of provision and what they do, drafts as files, their contradictions and silences, side by side."""
