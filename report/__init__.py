"""What a person or another program reads: tables, overlay, report."""
