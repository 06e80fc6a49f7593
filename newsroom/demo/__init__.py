"""The demo newspaper: texts, pictures and the code that reads them."""
