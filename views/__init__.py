"""HTTP: one blueprint a file. Views load, call one service, commit once, render or redirect.

Only ``app`` imports this package.
"""

from flask import Flask

from views import access, errors, language, pages, static_files


def register_blueprints(app: Flask) -> None:
    """Attach every blueprint, the declared access matrix and the error pages."""
    for module in (pages, language, static_files):
        app.register_blueprint(module.bp)
    access.init_app(app)
    errors.init_app(app)
