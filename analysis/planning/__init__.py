"""Planning: how many, how sure and how small an effect, before anybody is asked to take part."""
