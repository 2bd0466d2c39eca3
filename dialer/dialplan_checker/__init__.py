"""The dialplan as a control-flow graph, and the proof of its claims. Pure: text in, proof out."""
