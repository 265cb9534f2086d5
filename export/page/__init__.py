"""A page on which the models write in a browser: JavaScript, and `build`, which puts it together."""
