"""The toolbox: knows Django, nothing of stories or comments."""
