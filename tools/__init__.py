"""What measures, breaks, draws and shows the product. The product imports none of it, and no
server needs it."""
