"""A run's screen in a browser on this machine: who may come in, the page, and a process with a pseudo-terminal for each tab.

textual-serve (an extra) brings the page's script, which is xterm.js, and the server's side of what the two say to each other. Read in
textual-serve 1.1.3.
"""
