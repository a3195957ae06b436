"""The quick syntax: what one line says of a task. Pure functions; the same grammar as `web/app/quick-add.js`.

The words of each language are in `web/quick_add/`, and `tests/quick_add_cases.json` holds both sides to each other.
Each file here has its twin beside the page's, with the same names.
"""
