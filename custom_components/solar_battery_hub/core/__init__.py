"""The common language: what every vendor's values, settings and errors are turned into."""
