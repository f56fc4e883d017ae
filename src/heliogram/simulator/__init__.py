"""The other side, over real sockets: an SMSC, an MMSC, a webhook's gateway and phones, with faults on demand.

A process of its own. Nothing here touches a database or the server's memory: it is reached as a carrier is.
"""
