"""Past wars: their record, how long they lasted and how they ended, and those most like the one at hand."""
