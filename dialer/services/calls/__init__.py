"""What happens to calls, made durable."""
