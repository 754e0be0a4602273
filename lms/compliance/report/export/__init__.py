"""The report as a file: CSV, XLSX and PDF, made at once or by a job; saved views."""
