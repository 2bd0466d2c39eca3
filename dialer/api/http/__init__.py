"""HTTP itself: bodies, answers, rights, errors and the OpenAPI document."""
