"""Flowcharts as data: the graph, what is wrong with it, its order of reading, its places and its drawing."""
