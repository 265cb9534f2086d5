"""The commands of the console, the writer and the texts: they parse, call and print."""
