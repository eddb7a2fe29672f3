"""Words: the header, lists, settings, the parts of a step, news, and paragraphs."""
