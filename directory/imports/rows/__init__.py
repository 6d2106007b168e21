"""What a row of a sheet means, whatever the record: read, held against the rules, stored with its changes."""
