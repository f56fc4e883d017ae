"""The other side, over real sockets: an SMSC, an MMSC and the phones behind them, with faults on demand.

A process of its own. Nothing here touches a database or the server's memory: it is reached as a carrier is.
"""
