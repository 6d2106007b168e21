"""Files to rows and rows to files: columns and what their cells mean, templates, workbooks, CSV, reading."""
