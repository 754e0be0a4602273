"""Sign-in slips: printed codes of many people as PDF files, made by a job."""
