"""Shapes of what people type: WTForms classes, one file per views module. Rules are in services."""
