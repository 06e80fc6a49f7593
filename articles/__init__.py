"""Stories: written, reviewed, published and read. Imports only `newsroom.lib`."""
