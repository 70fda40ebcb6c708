"""What a sheet is to us: columns, headings, words and cells, and profiles that a district edits."""
