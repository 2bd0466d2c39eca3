"""Events of calls, made durable."""
