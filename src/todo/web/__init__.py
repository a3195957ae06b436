"""What is served to browsers: templates and static files."""
