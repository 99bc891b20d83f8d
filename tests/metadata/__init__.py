"""What Home Assistant's and HACS's own checks look at, as tests: manifest, texts, icons, actions, brand, scale."""
