"""The mechanisms that every Deskmesh service stands on. Holds no business word and knows no service."""
