"""What leaves the house, and the figures behind every page: frames in, figures and bytes out."""
