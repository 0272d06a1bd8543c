"""The parts of the page: what it shows without script, its data, its pictures, its script and its style."""
