"""The dialplan as a control-flow graph, and what is proved of it. Pure: texts come in, a proof goes out."""
