"""What the static page is made of: its template, style, scripts and empty figures."""
