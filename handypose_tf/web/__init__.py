"""The page that finds hands in a browser, served from this machine to itself."""
