"""What `dialer doctor` looks at: one file a part, each giving findings and changing nothing."""
