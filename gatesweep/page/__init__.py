"""What the static page is made of: its template, style, scripts, lessons and empty figures."""
