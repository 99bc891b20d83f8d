"""Where the cloud keeps the pictures it tells addresses of. Nothing is there."""


def picture(model: str) -> str:
    """Return a product's picture."""
    return f"https://pictures.example/anker-power/public/product/{model}.png"
