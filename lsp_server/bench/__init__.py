"""`penna bench`: what a model costs on this machine, here and on another server, in turns.

`run.py` goes through the sections; each measures one thing (`sections/`) and puts it into the
`Record`. Servers are asked over HTTP as any client asks them (`client.py`); what stands below the
wire is measured in a child process that loads the model itself (`engine_child.py`). Deliberately
absent: any figure that was not measured in this run.
"""
