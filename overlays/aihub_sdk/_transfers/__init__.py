"""Files in large numbers or sizes: downloads that go on where they ended, uploads in little memory."""
