"""The lab: a page on which knobs turn the learning rate and the batch size of one's own descent."""
