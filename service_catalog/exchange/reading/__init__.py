"""Reading files that anybody may have made (NDJSON, CSV, XLSX) into drafts and findings."""
